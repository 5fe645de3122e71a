/** What is left of a card that no event of the log stands behind: whoever made it, it decides nothing. */
import type { Message } from "../limits.ts";
import { bold, richText, section, struck, text } from "../rich.ts";
import { untrusted } from "../text.ts";
import * as say from "../words/struck-card.ts";

export function struckCard(said: string): Message {
  const before = struck(untrusted(said, { max: 300 }));
  const words = text(say.noRecordStandsBehindIt);
  return {
    text: say.noRecordSpoken,
    blocks: [richText(section(bold(say.struckThrough), before, words))],
  };
}
