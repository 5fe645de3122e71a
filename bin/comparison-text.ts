/** Two scorecards against each other, for a terminal. */
import type { Comparison, Delta, Discordance } from "../src/replay/scorecard-schema.ts";
import { flippedText, wrapped } from "./scorecard-text.ts";
import { table } from "./table.ts";

export function comparisonText(comparison: Comparison): string {
  const { a, b, headline, n, roles, flipped, onlyInA, onlyInB } = comparison;
  const alone = [
    ...(onlyInA === 0 ? [] : [`${onlyInA} labelled tickets were worked in a alone.`]),
    ...(onlyInB === 0 ? [] : [`${onlyInB} labelled tickets were worked in b alone.`]),
  ];
  return [
    wrapped(headline),
    `${wrapped(a, "a  ")}\n${wrapped(b, "b  ")}\nn  ${n} labelled tickets that both worked`,
    deltas(comparison),
    discordances([...roles, { role: "whole", ...comparison.withReview.mcnemar }]),
    flippedText({ a, b, flipped }, 12),
    alone.join(" "),
  ]
    .filter((part) => part !== "")
    .join("\n\n");
}

function deltas({ withReview, withoutReview }: Comparison): string {
  const rows = (["precision", "recall", "f1"] as const).flatMap((name) => [
    row(name === "f1" ? "F1" : name, withReview[name]),
    row("  proposals alone", withoutReview[name]),
  ]);
  return table(["", "a", "b", "b − a", "95 % interval"], rows);
}

function row(title: string, { a, b, delta, low, high }: Delta): string[] {
  const interval = low === null || high === null ? "not measured" : `${low.toFixed(3)} to ${high.toFixed(3)}`;
  return [
    title,
    ...[a, b, delta].map((value) => (value === null ? "not measured" : value.toFixed(3))),
    interval,
  ];
}

function discordances(rows: readonly (Discordance & { readonly role: string })[]): string {
  const cells = rows.map(({ role, n, onlyA, onlyB, p }) => [
    ...[role, String(n), String(onlyA), String(onlyB)],
    p === null ? "no difference" : p < 0.001 ? "< 0.001" : p.toFixed(3),
  ]);
  return table(["role", "n", "right in a alone", "right in b alone", "McNemar p"], cells);
}
