/**
 * The gate under any history: people of every kind saying anything at any time, cards posted, deadlines raised,
 * groups changing between. The judge below counts approvals its own way, from what was said alone.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/events/canonical.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { isoTime } from "../../src/clock.ts";
import type { DeadlineCommand, GateCommand } from "../../src/gate/commands.ts";
import type { DirectoryAnswer, Person } from "../../src/gate/directory.ts";
import { evolve } from "../../src/gate/evolve.ts";
import type { Policy } from "../../src/gate/policy.ts";
import { GateState, type HandoffStatus } from "../../src/gate/state.ts";
import {
  asked,
  Gate,
  members,
  minutes,
  onDomainController,
  person,
  policy,
  proposalId,
  types,
  unavailable,
  user,
} from "./given.ts";
import { distinctEntitled, endOf, lastAsked, needed, personIdOf, ranOut, type Terms } from "./model-judge.ts";

const names = ["Mia", "MiaAdmin", "Priya", "Sam", "Eve"] as const;

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
      { decision: "need_info", question: "who?" },
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
  {
    weight: 2,
    arbitrary: target.map((value) => ({
      ...{ decision: "edit", target: { type: "host", value }, parameters: {}, reason: "better" },
    })),
  },
);

const someTerms = fc.constantFrom<Terms>(
  ...[{}, {}, {}, { morePeople: 1 as const }, { requester: "never" as const }, { evidenceMinutes: 45 }],
  ...[{ clockStopsForInfo: true as const }, { morePeople: 1 as const, requester: "never" as const }],
);

function policyWith({ morePeople, ...ofRules }: Terms): Policy {
  const always = { from: isoTime(minutes(-1)), to: isoTime(minutes(100_000)) };
  const freezes = morePeople === undefined ? [] : [{ name: "freeze", when: always, morePeople }];
  return { ...policy, freezes, rules: policy.rules.map((rule) => ({ ...rule, ...ofRules })) };
}

interface Step {
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
  /** Who answers the last question. */
  readonly answers: "record" | "silence" | "person";
  readonly deadline: DeadlineCommand["deadline"];
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.oneof(
    { weight: 20, arbitrary: fc.constant("decide" as const) },
    { weight: 5, arbitrary: fc.constantFrom("post" as const, "deadline" as const) },
    { weight: 3, arbitrary: fc.constantFrom("again" as const, "answer" as const, "crash" as const) },
    { weight: 1, arbitrary: fc.constant("outdated" as const) },
  ),
  who: fc.constantFrom(...names),
  words,
  directory: aDirectory,
  passes: fc.constantFrom(0, 0, 1, 5, 16, 29, 40),
  skew: fc.constantFrom(0, 0, 0, -20, 20),
  card: fc.constantFrom(0, 0, 0, 0, 1),
  answers: fc.constantFrom("record", "silence", "person"),
  deadline: fc.constantFrom("remind", "expire", "carry_out", "overdue", "unposted"),
});

const allowed: Readonly<Record<HandoffStatus, readonly HandoffStatus[]>> = {
  pending: ["pending", "authorised", "rejected", "expired", "cancelled", "superseded"],
  authorised: ["authorised", "executed", "abandoned", "lapsed", "revoked"],
  ...{ rejected: ["rejected"], expired: ["expired"], cancelled: ["cancelled"], superseded: ["superseded"] },
  ...{
    executed: ["executed", "rolled_back"],
    rolled_back: ["rolled_back"],
    abandoned: ["abandoned"],
    lapsed: ["lapsed"],
    revoked: ["revoked"],
  },
};

interface Ran {
  readonly said: readonly KnownEvent[];
  readonly at: number;
  readonly saidAt: number;
}

class History {
  readonly gate: Gate;
  readonly terms: Terms;
  readonly digests: string[] = [];
  at = minutes(0);
  #decisions = 0;
  /** What the last decision was bound to. */
  #digest = "";
  #last: (() => KnownEvent[]) | undefined;

  constructor(first: GateCommand, terms: Terms) {
    this.terms = terms;
    this.gate = new Gate().under(policyWith(terms)).with(first);
    this.digests.push(this.gate.handoff.digest);
  }

  step(one: Step): void {
    this.at += one.passes * 60_000;
    const { gate } = this;
    const before = { said: [...gate.said], status: gate.handoff.status };
    const ran = this.#run(one);
    expect(allowed[before.status]).toContain(gate.handoff.status);
    this.#judge(one, ran, before.said);
    if (!this.digests.includes(gate.handoff.digest)) this.digests.push(gate.handoff.digest);
  }

  #run(one: Step): Ran {
    const { gate, at } = this;
    const saidAt = at + one.skew * 60_000;
    const told = (said: readonly KnownEvent[]): Ran => ({ said, at, saidAt });
    switch (one.kind) {
      case "decide":
        return told(this.#decide(one, saidAt));
      case "again":
        return told(this.#last?.() ?? []);
      case "post":
        return told(gate.posted(at));
      case "deadline":
        return told(gate.tell({ kind: "deadline", deadline: one.deadline, due: at, at, saidAt }));
      case "outdated":
        return told(
          gate.tell({ kind: "outdated", proposalId, why: "planned again", digest: "a".repeat(64) }),
        );
      case "answer":
        return told(this.#answer(one, saidAt));
      case "crash":
        gate.state = gate.said.reduce<GateState | undefined>(
          (state, event) => evolve(state, event),
          undefined,
        );
        return told([]);
    }
  }

  #decide(one: Step, saidAt: number): KnownEvent[] {
    const { gate, at } = this;
    this.#decisions += 1;
    const id = `decision-${this.#decisions}`;
    const digest = this.digests.at(-1 - one.card) ?? "f".repeat(64);
    this.#digest = digest;
    const told = { at, saidAt, directory: one.directory, digest, id };
    // Later somebody appends it again, when the directory may say something else.
    this.#last = () => gate.decides(user(one.who), one.words, { ...told, directory: members(one.who) });
    return gate.decides(user(one.who), one.words, told);
  }

  #answer(one: Step, saidAt: number): KnownEvent[] {
    const request = this.gate.said.findLast((event) => isEvent(event, "info.requested"));
    if (request === undefined) return [];
    if (one.answers === "person") {
      const knows = { decision: "answer_info", requestId: request.id, answer: "I know." };
      return this.#decide({ ...one, words: knows }, saidAt);
    }
    const eventIds = one.answers === "silence" ? [] : ["e1"];
    const answer = { text: "From the record.", evidence: [], eventIds };
    return this.gate.tell({ kind: "answered", requestId: request.id, answer, at: this.at });
  }

  #judge(one: Step, ran: Ran, before: readonly KnownEvent[]): void {
    if (one.kind === "decide") expect(ran.said.length).toBeGreaterThan(0);
    if (one.kind === "again" || one.kind === "crash") expect(ran.said).toEqual([]);
    if (types(ran.said).some((type) => type === "approval.recorded" || type === "info.requested")) {
      expect(this.#digest).toBe(lastAsked(before).last.data.digest);
    }
    const end = endOf(before, this.terms);
    if (ran.said.some(ranOut)) expect(Math.min(ran.at, ran.saidAt)).toBeGreaterThanOrEqual(end ?? Infinity);
    for (const { data } of ran.said.filter((event) => isEvent(event, "action.decided"))) {
      if (data.outcome === "superseded") expect(one.kind).toBe("outdated");
      if (data.outcome === "authorised") this.#judgeAuthorised(one, ran, { data, end });
    }
  }

  #judgeAuthorised(
    one: Step,
    ran: Ran,
    { data, end }: { data: KnownEvent<"action.decided">["data"]; end: number | undefined },
  ): void {
    const { gate, terms } = this;
    expect(one.kind).toBe("decide");
    const people = distinctEntitled(gate.said, one.directory, terms);
    expect(people.size).toBeGreaterThanOrEqual(needed(gate.said, terms));
    expect(people.has(personIdOf(one.who))).toBe(true);
    expect(data.by.length).toBe(people.size);
    expect(data.digest).toBe(lastAsked(gate.said).last.data.digest);
    if (end !== undefined) expect(Math.max(ran.at, ran.saidAt)).toBeLessThan(end);
    const age = ran.at - Date.parse(lastAsked(gate.said).first.time);
    expect(age).toBeLessThanOrEqual((terms.evidenceMinutes ?? Infinity) * 60_000);
  }
}

const history = (first: GateCommand, steps: readonly Step[], terms: Terms): Gate => {
  const whole = new History(first, terms);
  for (const one of steps) whole.step(one);
  return whole.gate;
};

const anyHistory = fc.tuple(
  fc.constantFrom(asked(), onDomainController, asked({ target: { type: "host", value: "NW-PRN-07" } })),
  fc.array(step, { maxLength: 25 }),
  someTerms,
);

describe("under any history", () => {
  it("nothing is authorised without enough live, entitled, distinct people on that digest in time; a decision stays", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(anyHistory, ([first, steps, terms]) => {
        const gate = history(first, steps, terms);
        expect(types(gate.said).filter((type) => type === "action.decided").length).toBeLessThanOrEqual(1);
        reached.add(gate.handoff.status);
      }),
      { numRuns: 2500 },
    );
    expect([...reached]).toEqual(
      expect.arrayContaining([...["pending", "authorised", "rejected", "executed", "superseded", "revoked"]]),
    );
  });

  it("a refold of what was said gives the same bytes, wherever it was kept and read back", () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(25), ([first, steps, terms], cut) => {
        const gate = history(first, steps, terms);
        let state: GateState | undefined;
        gate.said.forEach((event, index) => {
          if (index === cut && state !== undefined) state = GateState.parse(JSON.parse(canonicalJson(state)));
          state = evolve(state, event);
        });
        expect(canonicalJson(state)).toBe(canonicalJson(gate.state));
        expect(GateState.parse(JSON.parse(canonicalJson(state)))).toEqual(state);
      }),
      { numRuns: 300 },
    );
  });
});
