/** The action as a card and its forms show it: a headline, and the target and parameters it cannot hold. */
import type { KnownBlock } from "@slack/types";
import type { Request } from "../case-thread.ts";
import { bold, bullets, code, preformatted, richText, section, text } from "../rich.ts";
import { ours, plain } from "../text.ts";
import { actionWords } from "./action-words.ts";

export function actionBlocks(request: Request): KnownBlock[] {
  const words = actionWords(request.handoff.ask);
  const parts = [
    ...(words.target === undefined ? [] : [preformatted(words.target)]),
    ...(words.parameters.length === 0
      ? []
      : [
          bullets(words.parameters.map(({ name, value }) => section(bold(name), text(ours` `), code(value)))),
        ]),
  ];
  const header: KnownBlock = { type: "header", text: plain(words.headline) };
  return parts.length === 0 ? [header] : [header, richText(...parts)];
}
