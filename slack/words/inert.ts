/** What stands in a text from outside for what is not shown of it. For slack/text.ts, which makes every other word. */

export const nothing = "⟦nothing⟧";
export const moreCharacters = (left: number, hash: string): string =>
  ` … ${left} more characters, sha256 ${hash}`;
