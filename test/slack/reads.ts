/** Blocks as a person meets them: words and buttons. */
import { z } from "zod";

/** Every string a person would read in blocks, one a line. */
export function reads(blocks: unknown): string {
  if (Array.isArray(blocks)) return blocks.map(reads).join("");
  if (blocks === null || typeof blocks !== "object") return "";
  const { type, ...rest } = z.looseObject({ type: z.string().optional() }).parse(blocks);
  const own = Object.entries(rest).map(([key, value]) =>
    typeof value === "string" ? word(key, value) : reads(value),
  );
  const ends = [
    "section",
    "header",
    "context",
    "rich_text",
    "rich_text_section",
    "button",
    "overflow",
    "input",
  ];
  return own.join("") + (type !== undefined && ends.includes(type) ? "\n" : "");
}

/** People are read as "@U0MIA", whatever Slack calls them. */
function word(key: string, value: string): string {
  if (key === "user_id") return `@${value}`;
  return key === "text" || key === "fallback" ? value : "";
}

/** Action ids of every button. */
export function buttonsOf(blocks: unknown): string[] {
  if (Array.isArray(blocks)) return blocks.flatMap(buttonsOf);
  if (blocks === null || typeof blocks !== "object") return [];
  const { action_id: id } = z.looseObject({ action_id: z.string().optional() }).parse(blocks);
  return [...(id === undefined ? [] : [id]), ...Object.values(blocks).flatMap(buttonsOf)];
}
