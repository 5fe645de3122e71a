/** Which detection rules cry wolf, and the narrowest exclusion that would have kept the cleared alerts quiet. Pure. */
import { isCleared, standing, type CaseRecord } from "./case-record.ts";
import { isSystemProgram } from "./system-program.ts";
import { within, type Window } from "./window.ts";

export interface NoisyRule {
  readonly rule: string;
  /** Cases of this rule that came in or were judged in the window. */
  readonly alerts: number;
  readonly falsePositives: number;
  readonly benign: number;
  /** For a person to accept or decline. */
  readonly proposal: string;
  /** The cleared cases. */
  readonly caseIds: readonly string[];
}

/** False positives and benign together from which a rule is worth a person's time. */
const noisyFrom = 3;

/** The worst first: most cleared, then the largest share, then by name. */
export function noisyRules(records: readonly CaseRecord[], window: Window): NoisyRule[] {
  const touched = records.filter((record) => {
    const judged = standing(record);
    return within(window, record.openedAt) || (judged !== undefined && within(window, judged.at));
  });
  const byRule = Map.groupBy(touched, ({ alert }) => alert?.rule);
  return [...byRule]
    .flatMap(([rule, cases]) => (rule === undefined ? [] : [judge(rule, cases)]))
    .filter(({ falsePositives, benign }) => falsePositives + benign >= noisyFrom)
    .sort((a, b) => cleared(b) - cleared(a) || a.alerts - b.alerts || (a.rule < b.rule ? -1 : 1));
}

function cleared({ falsePositives, benign }: NoisyRule): number {
  return falsePositives + benign;
}

function judge(rule: string, cases: readonly CaseRecord[]): NoisyRule {
  const sorted = cases.toSorted((a, b) => a.openedAt - b.openedAt || (a.caseId < b.caseId ? -1 : 1));
  const quiet = sorted.filter(isCleared);
  const others = sorted.filter((record) => !isCleared(record));
  const falsePositives = quiet.filter((record) => standing(record)?.verdict === "false_positive").length;
  return {
    rule,
    alerts: sorted.length,
    falsePositives,
    benign: quiet.length - falsePositives,
    proposal: propose(quiet, others),
    caseIds: quiet.map(({ caseId }) => caseId),
  };
}

type Trait = "program" | "user" | "host";
const traits: readonly Trait[] = ["program", "user", "host"];

/** What all cleared alerts have in common is excluded together; the less it covers besides, the better. */
function propose(quiet: readonly CaseRecord[], others: readonly CaseRecord[]): string {
  const common = traits.flatMap((trait) => {
    const value = quiet[0]?.alert?.[trait];
    return value !== undefined && quiet.every(({ alert }) => alert?.[trait] === value)
      ? [{ trait, value }]
      : [];
  });
  const isOnlySystem = common.length === 1 && common.some(({ value }) => isSystemProgram(value));
  if (common.length === 0 || isOnlySystem) return widest(quiet, others.length);
  const what = common.map(({ trait, value }) => `${trait} ${value}`).join(" with ");
  const hidden = others.filter(({ alert }) => common.every(({ trait, value }) => alert?.[trait] === value));
  const covers = `Exclude ${what}: that covers all ${quiet.length} cleared alerts`;
  if (hidden.length === 0) return `${covers} and none of the rule's others.`;
  const named = hidden.slice(0, 5).map(({ caseId }) => caseId);
  return `${covers}, but would hide ${hidden.length} not cleared too (${named.join(", ")}): narrow it first.`;
}

/** Nothing is common to all: the value that most of them share, if two do. A system's own program names nobody. */
function widest(quiet: readonly CaseRecord[], others: number): string {
  const values = traits.flatMap((trait) =>
    quiet.flatMap(({ alert }) => {
      const value = alert?.[trait];
      return value === undefined || isSystemProgram(value) ? [] : [`${trait} ${value}`];
    }),
  );
  const counted = [...Map.groupBy(values, (value) => value)].map(([value, all]) => ({
    value,
    n: all.length,
  }));
  const [most] = counted.sort((a, b) => b.n - a.n || (a.value < b.value ? -1 : 1));
  const nothing = `No program, user or host is common to all ${quiet.length} cleared alerts (${others} others)`;
  if (most === undefined || most.n < 2)
    return `${nothing}: lower the rule's severity or ask for more context in it.`;
  return `${nothing}; ${most.n} of them are ${most.value}: exclude that, or lower the rule's severity.`;
}
