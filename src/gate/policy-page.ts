/** The policy as it works, on one page: one row for each verb and class, by the same function the gate asks. */
import type { Bar } from "../events/gate-events.ts";
import { ActionVerb } from "../events/vocabulary.ts";
import { usualReminders } from "./due.ts";
import { anyClass, barOf, unknownClass, wideClass, type Policy } from "./policy.ts";
import type { Veto } from "./vetoes.ts";
import { whenInWords } from "./windows.ts";

export interface PolicyRow {
  readonly verb: string;
  /** "any other": every class that no rule of the verb names. */
  readonly targetClass: string;
  readonly ask: string;
  readonly people: number;
  readonly reversible: boolean;
  readonly blastRadius: string;
  readonly expiresMinutes: number;
  readonly reminders: readonly number[];
  readonly then: readonly string[];
  readonly carryOutMinutes: number;
  /** What the rule says beside: "evidence at most 240 min old", … */
  readonly also: readonly string[];
}

export interface PolicyPage {
  readonly rows: readonly PolicyRow[];
  readonly never: readonly Veto[];
  readonly freezes: readonly {
    readonly name: string;
    readonly when: string;
    readonly what: string;
    readonly effect: string;
  }[];
  readonly maxTargetsPerHour: Readonly<Record<string, number>>;
  readonly unpostedMinutes: number;
}

const anyOther = "any other";

export function policyPage(policy: Policy): PolicyPage {
  const { never = [], freezes = [], maxTargetsPerHour = {}, unpostedMinutes = 5 } = policy;
  return {
    rows: ActionVerb.options.flatMap((verb) => rowsOf(policy, verb)),
    never,
    freezes: freezes.map(({ name, when, verbs, classes, morePeople }) => ({
      name,
      when: whenInWords(when),
      what: `${verbs?.join(", ") ?? "anything"} on ${classes?.join(", ") ?? "any class"}`,
      effect: morePeople === undefined ? "nobody may authorise" : `${morePeople} more needed`,
    })),
    maxTargetsPerHour: { ...maxTargetsPerHour },
    unpostedMinutes,
  };
}

function rowsOf(policy: Policy, verb: ActionVerb): PolicyRow[] {
  const named = policy.rules.filter(({ verbs }) => verbs.includes(verb)).flatMap(({ classes }) => classes);
  const classes = [...new Set(named)].filter(
    (name) => name !== anyClass && name !== wideClass && name !== unknownClass,
  );
  const most = policy.maxTargetsPerHour?.[verb];
  return [
    ...classes.map((name) => rowOf(policy, verb, name)),
    rowOf(policy, verb, anyOther),
    rowOf(policy, verb, unknownClass),
    ...(most === undefined ? [] : [rowOf(policy, verb, wideClass, most + 1)]),
  ].filter((row) => row !== undefined);
}

function rowOf(
  policy: Policy,
  verb: ActionVerb,
  name: string,
  targetsInHour?: number,
): PolicyRow | undefined {
  const asIf = { ...policy, never: [], classOf: () => (name === wideClass ? anyOther : name) };
  const answer = barOf(asIf, { verb, target: { type: "host", value: "any" }, targetsInHour });
  if ("none" in answer) return undefined;
  const { bar } = answer;
  const { addressed, quorum: people, reversible, blastRadius, expiresMinutes, carryOutMinutes } = bar;
  return {
    ...{ verb, targetClass: name, ask: addressed.title, people, reversible, blastRadius },
    ...{ expiresMinutes, reminders: bar.reminders ?? usualReminders, carryOutMinutes },
    then: bar.nextTiers.map(({ title }) => title),
    also: alsoOf(bar),
  };
}

function alsoOf({
  evidenceMinutes,
  clockStopsForInfo,
  handTo,
  requesterNeverCounts,
  ownAccountAllowed,
  surfaces,
}: Bar): string[] {
  return [
    evidenceMinutes === undefined ? undefined : `evidence at most ${evidenceMinutes} min old`,
    clockStopsForInfo === true ? "a question stops the clock" : undefined,
    handTo === undefined ? undefined : `may go to ${handTo.map(({ title }) => title).join(", ")}`,
    requesterNeverCounts === true ? "never by who edited it" : undefined,
    ownAccountAllowed === true ? "also by the account's owner" : undefined,
    surfaces === undefined ? undefined : `only in ${surfaces.join(", ")}`,
  ].filter((words) => words !== undefined);
}
