/**
 * The same message in blocks that every Slack draws: for a workspace or a client that answers `invalid_blocks` to a
 * newer one. What is lost is bold, colour and columns; no word is, and nothing becomes live by it.
 */
import type { Block, KnownBlock } from "@slack/types";
import { limits } from "./limits.ts";
import { plain, untrusted } from "./text.ts";

/** Blocks as old as Block Kit itself. */
const everywhere: ReadonlySet<string> = new Set([
  "section",
  "header",
  "context",
  "actions",
  "divider",
  "input",
]);

/** Undefined: there is nothing newer in them, so plainer ones would be refused too. */
export function plainer<B extends Block>(blocks: readonly B[]): (B | KnownBlock)[] | undefined {
  if (blocks.every(({ type }) => everywhere.has(type))) return undefined;
  return blocks.flatMap((block): (B | KnownBlock)[] =>
    everywhere.has(block.type) ? [block] : sections(wordsOf(block)),
  );
}

/** In pieces of what a section holds, torn at a line's end where there is one. */
function sections(words: string): KnownBlock[] {
  const pieces: KnownBlock[] = [];
  let left = words.trim();
  while (left !== "") {
    const room = left.length > limits.sectionText ? left.lastIndexOf("\n", limits.sectionText) : left.length;
    const at = room > 0 ? room : limits.sectionText;
    const text = untrusted(left.slice(0, at), { max: limits.sectionText, lines: true });
    pieces.push({ type: "section", text: plain(text) });
    left = left.slice(at).trimStart();
  }
  return pieces;
}

/** Everything a reader would see, in order. */
function wordsOf(value: unknown): string {
  if (Array.isArray(value)) return value.map(wordsOf).join("");
  if (value === null || typeof value !== "object") return "";
  const part = new Map<string, unknown>(Object.entries(value));
  const own = ownWords(part);
  if (own !== undefined) return own;
  const rows = part.get("rows");
  if (Array.isArray(rows)) return rows.map((row: unknown) => `${cells(row).join(" · ")}\n`).join("");
  const inner = [...part.values()].map(wordsOf).join("");
  const type = part.get("type");
  if (type === "rich_text_list") return listed(part.get("elements"));
  return typeof type === "string" && type.startsWith("rich_text_") ? `${inner}\n` : inner;
}

function listed(items: unknown): string {
  return Array.isArray(items) ? items.map((item) => `• ${wordsOf(item)}`).join("") : "";
}

function cells(row: unknown): string[] {
  return Array.isArray(row) ? row.map((cell) => wordsOf(cell).trim()) : [];
}

/** What one element reads as: people and groups by their ids, a date by its fallback. */
function ownWords(part: ReadonlyMap<string, unknown>): string | undefined {
  const id = part.get("user_id") ?? part.get("usergroup_id");
  if (typeof id === "string") return `@${id}`;
  const words = [part.get("text"), part.get("fallback"), part.get("alt_text")];
  return words.find((word) => typeof word === "string");
}
