/**
 * The net under the builders, for a running system: a text is cut, a block that still does not fit is left out, and
 * each says how much is missing and the hash of the whole. What asks for authorisation goes too, for the action may
 * no longer be whole (lesson 14).
 */
import type { HeaderBlock, KnownBlock, PlainTextElement } from "@slack/types";
import { sha256 } from "../src/events/canonical.ts";
import { slackActions } from "./ids.ts";
import { blockText, breaches, fits, limits, tooMuch, type LimitMode, type Message } from "./limits.ts";
import { clip, configured, plain } from "./text.ts";
import { tooLongForSlack } from "./words/cut.ts";
import { tooLong } from "./words/shared.ts";

/** @throws HatrackError `slack_limit` in mode "exact" */
export function withinLimits(message: Message, mode: LimitMode): { message: Message; cut: string[] } {
  const found = breaches(message);
  if (found.length === 0) return { message, cut: [] };
  if (mode === "exact") throw tooMuch("message", found);
  return { message: shortened(message), cut: found };
}

function shortened(message: Message): Message {
  const kept: KnownBlock[] = [];
  let left = limits.blockText - 500;
  for (const block of message.blocks.flatMap(withoutAuthorise).map(withCutTexts)) {
    const size = blockText(block).length;
    if (!fits(block) || size > left || kept.length >= limits.blocksPerMessage - 2) continue;
    kept.push(block);
    left -= size;
  }
  return { text: clip(message.text, limits.messageText), blocks: [...kept, note(message, kept)] };
}

function note(whole: Message, kept: readonly KnownBlock[]): KnownBlock {
  const all = blockText(whole.blocks);
  const missing = Math.max(0, all.length - blockText(kept).length);
  const hash = configured(sha256(all).slice(0, 12));
  const words = tooLongForSlack(missing, hash);
  return { type: "context", elements: [plain(words), ...(asksToAuthorise(whole) ? [plain(tooLong)] : [])] };
}

/** A block of buttons that has none left is left out itself: Slack takes no empty one. */
function withoutAuthorise(block: KnownBlock): KnownBlock[] {
  if (block.type !== "actions") return [block];
  const elements = block.elements.filter((element) => !isAuthorise(element));
  return elements.length === 0 ? [] : [{ ...block, elements }];
}

function asksToAuthorise({ blocks }: Message): boolean {
  return blocks.some((block) => block.type === "actions" && block.elements.some(isAuthorise));
}

function isAuthorise(element: object): boolean {
  const id = "action_id" in element ? element.action_id : "";
  return id === slackActions.authorise || id === slackActions.authoriseAll;
}

/** mrkdwn is never cut: half a token would be another one. */
function withCutTexts(block: KnownBlock): KnownBlock {
  if (block.type === "header") return { ...block, text: cutText(block.text, limits.headerText) };
  if (block.type === "section" && block.text?.type === "plain_text") {
    return { ...block, text: cutText(block.text, limits.sectionText) };
  }
  if (block.type !== "context") return block;
  const elements = block.elements.map((one) =>
    one.type === "plain_text" ? cutText(one, limits.contextText) : one,
  );
  return { ...block, elements };
}

function cutText(element: HeaderBlock["text"], most: number): PlainTextElement {
  return { ...element, text: clip(element.text, most) };
}
