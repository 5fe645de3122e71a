/** What is left of a card that no event of the log stands behind: whoever made it, it decides nothing. */
import type { Message } from "../limits.ts";
import { bold, richText, section, text } from "../rich.ts";
import { untrusted } from "../text.ts";
import * as say from "../words/struck-card.ts";

export function struckCard(said: string): Message {
  const before = { type: "text", text: untrusted(said, { max: 300 }), style: { strike: true } } as const;
  const words = text(say.noRecordStandsBehindIt);
  return {
    text: say.noRecordSpoken,
    blocks: [richText(section(bold(say.struckThrough), before, words))],
  };
}
