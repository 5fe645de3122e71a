import { policyPage, type PolicyPage, type PolicyRow } from "../../src/gate/policy-page.ts";
import { loadOrganisation } from "../assemble.ts";
import { flag, type Command } from "../command.ts";
import { shown, table } from "../table.ts";

export const command: Command = {
  usage: "policy [--json]",
  help: "The gate's policy on one page: who is asked for what, how many, for how long, and what may never be proposed.",
  options: { json: { type: "boolean" } },
  run: async ({ values, config, print }) => {
    const { policy, soc } = await loadOrganisation(config());
    const page = policyPage(policy);
    const { reviewers } = soc.policy;
    if (flag(values, "json")) print(JSON.stringify({ ...page, reviewers }));
    else print([...inWords(page), "", ...reviewing(reviewers)].join("\n"));
    return 0;
  },
};

function inWords(page: PolicyPage): string[] {
  const head = [
    "action",
    "target",
    "who is asked",
    "people",
    "reversible",
    "answer in",
    "then",
    "carry out in",
    "also",
  ];
  return [
    table(head, grouped(page.rows)),
    "",
    ...list(
      "Never",
      page.never.map((veto) => `${coverOf(veto)}: ${veto.why}`),
    ),
    ...list(
      "Frozen",
      page.freezes.map(({ name, when, what, effect }) => `${name}, ${when}: ${what}; ${effect}`),
    ),
    ...list(
      "Wide",
      Object.entries(page.maxTargetsPerHour).map(
        ([verb, most]) => `${verb}: more than ${most} targets in an hour`,
      ),
    ),
    `Unposted: a card that nobody could post for ${page.unpostedMinutes} minutes is an alarm, never an expiry.`,
  ];
}

/** Classes of a verb with the same terms share a line, and so do verbs with the same lines. */
function grouped(rows: readonly PolicyRow[]): string[][] {
  const byVerb = Map.groupBy(rows, ({ verb }) => verb);
  const lines = [...byVerb].map(([verb, ofVerb]) => {
    const byTerms = Map.groupBy(ofVerb, (row) => JSON.stringify(termsOf(row)));
    const cells = [...byTerms.values()].flatMap(([first, ...others]) => {
      if (first === undefined) return [];
      return [[[first, ...others].map(({ targetClass }) => targetClass).join(", "), ...termsOf(first)]];
    });
    return { verb, cells };
  });
  return [...Map.groupBy(lines, ({ cells }) => JSON.stringify(cells)).values()].flatMap((alike) => {
    const verbs = alike.map(({ verb }) => verb);
    const cells = alike[0]?.cells ?? [];
    // The verbs stand below one another beside their lines.
    const height = Math.max(verbs.length, cells.length);
    return Array.from({ length: height }, (_, at) => [verbs[at] ?? "", ...(cells[at] ?? [])]);
  });
}

function termsOf(row: PolicyRow): string[] {
  const { ask, people, reversible, expiresMinutes, carryOutMinutes } = row;
  const reminders = row.reminders.map((share) => `${Math.round(share * 100)} %`).join(", ");
  const reminded = reminders === "" ? "" : ` (reminded at ${reminders})`;
  return [
    ...[ask, String(people), reversible ? "yes" : "no", `${expiresMinutes} min${reminded}`],
    ...[row.then.join(", "), `${carryOutMinutes} min`, row.also.join("; ")],
  ];
}

function coverOf({ verbs, classes, targets }: PolicyPage["never"][number]): string {
  const on = [...(classes ?? []), ...(targets ?? [])].join(", ");
  return `${verbs?.join(", ") ?? "anything"} on ${on === "" ? "anything" : on}`;
}

function reviewing(reviewers: Readonly<Record<string, string>>): string[] {
  const lines = Object.entries(reviewers).map(
    ([role, reviewer]) => `${role === "*" ? "any other" : role}: ${reviewer}`,
  );
  return list("Reviews", lines);
}

function list(name: string, lines: readonly string[]): string[] {
  return lines.length === 0
    ? [`${name}: nothing.`]
    : [`${name}:`, ...lines.map((line) => `  ${shown(line)}`)];
}
