/** The policy page's rows as people read them: terms that several actions share stand once. */
import type { PolicyPage, PolicyRow } from "../../src/gate/policy-page.ts";
import type { OnCallRole } from "../../src/gate/policy.ts";

/** What the dashboard shows of soc.yaml. */
export interface PolicySource {
  readonly page: PolicyPage;
  /** Role → who reviews what it could not settle; "*" is any other. */
  readonly reviewers: Readonly<Record<string, string>>;
  readonly onCall: Readonly<Record<string, OnCallRole>>;
}

export interface PolicyTerms {
  readonly classes: readonly string[];
  readonly row: PolicyRow;
}

export interface PolicyGroup {
  readonly verbs: readonly string[];
  readonly terms: readonly PolicyTerms[];
}

/** Classes of a verb with the same terms share a line, and verbs with the same lines a group. */
export function policyGroups({ rows }: PolicyPage): PolicyGroup[] {
  const byVerb = [...Map.groupBy(rows, ({ verb }) => verb)].map(([verb, ofVerb]) => ({
    verb,
    terms: termsOf(ofVerb),
  }));
  const alike = Map.groupBy(byVerb, ({ terms }) => JSON.stringify(terms.map(sameTerms)));
  return [...alike.values()].map((group) => ({
    verbs: group.map(({ verb }) => verb),
    terms: group[0]?.terms ?? [],
  }));
}

function termsOf(rows: readonly PolicyRow[]): PolicyTerms[] {
  const byTerms = Map.groupBy(rows, (row) => JSON.stringify({ ...row, verb: "", targetClass: "" }));
  return [...byTerms.values()].flatMap(([row, ...others]) =>
    row === undefined ? [] : [{ row, classes: [row, ...others].map(({ targetClass }) => targetClass) }],
  );
}

function sameTerms({ classes, row }: PolicyTerms): unknown {
  return { classes, ...row, verb: "", targetClass: "" };
}
