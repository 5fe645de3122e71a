/** What blocks show and do, without what Slack adds or orders otherwise: to compare ours with what stands there. */

const telling = new Set(["text", "action_id", "value", "url", "user_id", "usergroup_id", "timestamp"]);

/** Every word, button and reference of the blocks, in order, one a line. */
export function shownIn(blocks: unknown): string {
  if (Array.isArray(blocks)) return blocks.map(shownIn).join("");
  if (blocks === null || typeof blocks !== "object") return "";
  return Object.entries(blocks)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, value]: [string, unknown]) => {
      const isFact = telling.has(key) && (typeof value === "string" || typeof value === "number");
      return isFact ? `${key} ${String(value)}\n` : shownIn(value);
    })
    .join("");
}
