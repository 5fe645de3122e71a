import { visible } from "../slack/text.ts";

/** A table for a terminal: columns as wide as their widest cell. What an alert wrote is shown, not obeyed. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows.map((row) => row.map(shown))];
  const widths = head.map((_, column) => Math.max(...all.map((row) => (row[column] ?? "").length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

/** Control and bidi characters made visible: an alert could carry a terminal's escapes. */
export function shown(text: string): string {
  return text === "" ? "" : visible(text, false);
}
