/** A stranger's text on one line, with nothing in it that a terminal, a log or a reader's eye would take for a command. */
export function visible(text: string, max: number): string {
  const line = text
    .slice(0, 4 * max)
    // Controls, line ends, and what turns or hides text: bidirectional marks, zero widths, tags.
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cs}]+/gu, " ")
    .replace(/ {2,}/g, " ")
    .trim();
  return line.length <= max ? line : `${line.slice(0, max - 1)}…`;
}
