/** What a person typed, as Slack sends it: references and links taken back out of its escapes. */

/**
 * Slack's `<…>` tokens as words (docs.slack.dev, "Formatting message text"): a person `@U0SAM`, a channel `#C0OPS`, a group
 * `@S0TIER2`, a link what was written. Then its three entities.
 */
export function typedText(sent: string): string {
  return sent
    .replace(/<([^<>]*)>/g, (_, inside: string) => token(inside))
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function token(inside: string): string {
  const bar = inside.indexOf("|");
  const [target, label] = bar < 0 ? [inside, ""] : [inside.slice(0, bar), inside.slice(bar + 1)];
  if (/^@[UW][A-Z0-9]+$/.test(target) || /^#[CG][A-Z0-9]+$/.test(target)) return target;
  if (target.startsWith("!subteam^")) return `@${target.slice("!subteam^".length)}`;
  return label === "" ? target : label;
}

/** The person a word names: "@U0SAM". */
export function userIn(word: string): string | undefined {
  return /^@?([UW][A-Z0-9]{2,20})$/.exec(word)?.[1];
}
