/** What can happen to two proposals: people of every kind, saying anything, anywhere, in any order. */
import fc from "fast-check";
import { isoTime } from "../../src/clock.ts";
import type { DeadlineCommand } from "../../src/gate/commands.ts";
import type { DirectoryAnswer, Person } from "../../src/gate/directory.ts";
import type { Policy } from "../../src/gate/policy.ts";
import { members, minutes, person, policy, unavailable } from "./given.ts";
import { personIdOf, type Terms } from "./model-judge.ts";

export const names = ["Mia", "MiaAdmin", "Priya", "Sam", "Eve"] as const;

const flaws: Partial<Person>[] = [
  ...[{}, {}, {}, { guest: true }, { deactivated: true }],
  ...[{ bot: true }, { stranger: true }],
];
const aDirectory = fc.oneof(
  { weight: 1, arbitrary: fc.constant(unavailable) },
  {
    weight: 9,
    arbitrary: fc.constant(members(...names.map((name) => person(name, { personId: personIdOf(name) })))),
  },
  {
    weight: 9,
    arbitrary: fc
      .uniqueArray(fc.record({ name: fc.constantFrom(...names), flaw: fc.constantFrom(...flaws) }), {
        selector: (entry) => entry.name,
      })
      .map((list) =>
        members(...list.map(({ name, flaw }) => person(name, { personId: personIdOf(name), ...flaw }))),
      ),
  },
);

const target = fc.constantFrom("FIN-WS-042", "OPS-WS-031", "NW-DC-01", "NW-PRN-07");
const words = fc.oneof(
  { weight: 10, arbitrary: fc.constant({ decision: "authorise" }) },
  { weight: 4, arbitrary: fc.constant({ decision: "mark_done" }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      { decision: "reject", reason: "no" },
      { decision: "assign" },
      { decision: "could_not_do", reason: "offline" },
      { decision: "revoke", reason: "wrong" },
      { decision: "delegate", to: "Priya" },
      { decision: "delegate", to: "soc-manager-oncall" },
      { decision: "delegate", to: "tier2-oncall" },
      { decision: "snooze", minutes: 5 },
      { decision: "rolled_back", reason: "it was needed" },
    ),
  },
  // Often enough that some answer is met in a short run: it takes a question first.
  { weight: 3, arbitrary: fc.constant({ decision: "need_info", question: "who?" }) },
  {
    weight: 2,
    arbitrary: target.map((value) => ({
      ...{ decision: "edit", target: { type: "host", value }, parameters: {}, reason: "better" },
    })),
  },
);

export const someTerms = fc.constantFrom<Terms>(
  ...[{}, {}, {}, { morePeople: 1 as const }, { requester: "never" as const }, { evidenceMinutes: 45 }],
  ...[{ clockStopsForInfo: true as const }, { morePeople: 1 as const, requester: "never" as const }],
  { surfaces: ["slack"] },
);

export function policyWith({ morePeople, ...ofRules }: Terms): Policy {
  const always = { from: isoTime(minutes(-1)), to: isoTime(minutes(100_000)) };
  const freezes = morePeople === undefined ? [] : [{ name: "freeze", when: always, morePeople }];
  return { ...policy, freezes, rules: policy.rules.map((rule) => ({ ...rule, ...ofRules })) };
}

export interface Step {
  /** `again`: the entry of the last decision is on the log once more; `crash`: the state is folded anew. */
  readonly kind: "decide" | "again" | "post" | "deadline" | "outdated" | "answer" | "crash";
  readonly who: string;
  readonly words: Record<string, unknown>;
  readonly directory: DirectoryAnswer;
  /** Minutes of log time since the step before, and how far the event's own time is off. */
  readonly passes: number;
  readonly skew: number;
  /** Index into the digests there have been, from the newest. */
  readonly card: number;
  /** Which of two proposals it is about, and whether the card it is said on is the other one's. */
  readonly of: 0 | 1;
  readonly onOther: boolean;
  /** Which of a person's references to a card it is pressed with, if any. */
  readonly use: number | undefined;
  readonly surface: "slack" | "terminal";
  /** Who answers the last question. */
  readonly answers: "record" | "silence" | "person";
  readonly deadline: DeadlineCommand["deadline"];
}

export const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 20, arbitrary: fc.constant("decide" as const) },
    { weight: 5, arbitrary: fc.constantFrom("post" as const, "deadline" as const) },
    { weight: 2, arbitrary: fc.constantFrom("again" as const, "crash" as const) },
    { weight: 3, arbitrary: fc.constant("answer" as const) },
    { weight: 1, arbitrary: fc.constant("outdated" as const) },
  ),
  who: fc.constantFrom(...names),
  words,
  directory: aDirectory,
  passes: fc.constantFrom(0, 0, 1, 5, 16, 29, 40),
  skew: fc.constantFrom(0, 0, 0, -20, 20),
  card: fc.constantFrom(0, 0, 0, 0, 1),
  of: fc.constantFrom(0, 0, 0, 1),
  onOther: fc.constantFrom(false, false, false, false, true),
  use: fc.constantFrom(undefined, undefined, 1, 2),
  surface: fc.constantFrom("slack", "slack", "terminal"),
  answers: fc.constantFrom("record", "silence", "person"),
  deadline: fc.constantFrom("remind", "expire", "carry_out", "overdue", "unposted"),
});
