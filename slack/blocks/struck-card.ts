/** What is left of a card that no event of the log stands behind: whoever made it, it decides nothing. */
import type { Message } from "../limits.ts";
import { bold, richText, section, text } from "../rich.ts";
import { fallback, ours, untrusted } from "../text.ts";

export function struckCard(said: string): Message {
  const before = { type: "text", text: untrusted(said, { max: 300 }), style: { strike: true } } as const;
  const words = text(ours`\nNo record stands behind this card. It decides nothing; tell the SOC about it.`);
  return {
    text: fallback`No record stands behind this card`,
    blocks: [richText(section(bold(ours`Struck through: `), before, words))],
  };
}
