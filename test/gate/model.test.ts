/**
 * The gate under any history: people of every kind saying anything at any time, cards posted, deadlines raised,
 * groups changing between. The judge below counts approvals its own way, from what was said alone.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/events/canonical.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { GateCommand } from "../../src/gate/commands.ts";
import type { DirectoryAnswer, Person } from "../../src/gate/directory.ts";
import { evolve } from "../../src/gate/evolve.ts";
import { GateState, type HandoffStatus } from "../../src/gate/state.ts";
import {
  asked,
  Gate,
  members,
  minutes,
  onDomainController,
  person,
  types,
  unavailable,
  user,
} from "./given.ts";

const names = ["Mia", "MiaAdmin", "Priya", "Sam", "Eve"] as const;
const personIdOf = (name: string): string => (name === "MiaAdmin" ? "mia" : name.toLowerCase());

const flaws: Partial<Person>[] = [
  {},
  {},
  {},
  { guest: true },
  { deactivated: true },
  { bot: true },
  { stranger: true },
];
const aDirectory = fc.oneof(
  { weight: 1, arbitrary: fc.constant(unavailable) },
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
  { weight: 8, arbitrary: fc.constant({ decision: "authorise" }) },
  {
    weight: 4,
    arbitrary: fc.constantFrom(
      { decision: "reject", reason: "no" },
      { decision: "need_info", question: "who?" },
      { decision: "assign" },
      { decision: "mark_done" },
      { decision: "could_not_do", reason: "offline" },
      { decision: "revoke", reason: "wrong" },
      { decision: "delegate", to: "U1" },
      { decision: "snooze", minutes: 5 },
    ),
  },
  {
    weight: 2,
    arbitrary: target.map((value) => ({
      ...{ decision: "edit", target: { type: "host", value }, parameters: {}, reason: "better" },
    })),
  },
);

interface Step {
  readonly kind: "decide" | "post" | "deadline";
  readonly who: string;
  readonly words: Record<string, unknown>;
  readonly directory: DirectoryAnswer;
  /** Minutes of log time since the step before, and how far the event's own time is off. */
  readonly passes: number;
  readonly skew: number;
  /** Index into the digests there have been, from the newest. */
  readonly card: number;
  readonly deadline: "remind" | "expire" | "carry_out";
}

const step: fc.Arbitrary<Step> = fc.record({
  kind: fc.constantFrom("decide", "decide", "decide", "decide", "post", "deadline"),
  who: fc.constantFrom(...names),
  words,
  directory: aDirectory,
  passes: fc.constantFrom(0, 0, 1, 5, 16, 40),
  skew: fc.constantFrom(0, 0, 0, -20, 20),
  card: fc.constantFrom(0, 0, 0, 0, 1),
  deadline: fc.constantFrom("remind", "expire", "carry_out"),
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

/** Counts from what the gate said before this step and the directory's answer in it. */
function distinctEntitled(said: readonly KnownEvent[], answer: DirectoryAnswer): Set<string> {
  let approvers: string[] = [];
  const editors = new Set<string>();
  for (const event of said) {
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) approvers = [];
    if (isEvent(event, "handoff.requested") && event.data.edited !== undefined) {
      editors.add(personIdOf(event.data.edited.by.user));
    }
    if (isEvent(event, "approval.recorded")) approvers.push(event.data.by.user);
  }
  const requests = said.filter((event) => isEvent(event, "handoff.requested", "handoff.rerouted"));
  const request = requests.at(-1);
  const alone = request?.data.bar.quorum === 1;
  const list = answer.kind === "members" ? answer.members : [];
  const good = list.filter((p) => !p.guest && !p.deactivated && !p.bot && p.stranger !== true);
  const live = approvers.filter((name) => good.some((p) => p.principal.user === name)).map(personIdOf);
  return new Set(live.filter((id) => alone || !editors.has(id)));
}

interface Ran {
  readonly said: readonly KnownEvent[];
  readonly at: number;
  readonly saidAt: number;
}

function run(gate: Gate, digests: string[], one: Step, at: number): Ran {
  const saidAt = at + one.skew * 60_000;
  if (one.kind === "post") return { said: gate.posted(at), at, saidAt };
  if (one.kind === "deadline") {
    const due = at;
    return { said: gate.tell({ kind: "deadline", deadline: one.deadline, due, at, saidAt }), at, saidAt };
  }
  const digest = digests.at(-1 - one.card) ?? "f".repeat(64);
  const told = { at, saidAt, directory: one.directory, digest };
  return { said: gate.decides(user(one.who), one.words, told), at, saidAt };
}

function judge(gate: Gate, one: Step, ran: Ran, opened: { expiresAt: string } | undefined): void {
  const decided = ran.said.filter((event) => isEvent(event, "action.decided"));
  if (one.kind === "decide") expect(ran.said.length).toBeGreaterThan(0);
  for (const { data } of decided) {
    if (data.outcome === "expired")
      expect(Math.min(ran.at, ran.saidAt)).toBeGreaterThanOrEqual(Date.parse(opened?.expiresAt ?? "x"));
    if (data.outcome !== "authorised") continue;
    expect(one.kind).toBe("decide");
    const people = distinctEntitled(gate.said, one.directory);
    expect(people.size).toBeGreaterThanOrEqual(gate.handoff.bar.quorum);
    expect(people.has(personIdOf(one.who))).toBe(true);
    expect(data.by.length).toBe(people.size);
    expect(data.digest).toBe(gate.handoff.digest);
    if (opened !== undefined) expect(Math.max(ran.at, ran.saidAt)).toBeLessThan(Date.parse(opened.expiresAt));
  }
}

const history = (first: GateCommand, steps: readonly Step[]): Gate => {
  const gate = new Gate(first);
  const digests = [gate.handoff.digest];
  let at = minutes(0);
  for (const one of steps) {
    at += one.passes * 60_000;
    const { status, opened } = gate.handoff;
    const ran = run(gate, digests, one, at);
    expect(allowed[status]).toContain(gate.handoff.status);
    judge(gate, one, ran, opened);
    if (!digests.includes(gate.handoff.digest)) digests.push(gate.handoff.digest);
  }
  return gate;
};

const anyHistory = fc.tuple(
  fc.constantFrom(asked(), onDomainController, asked({ target: { type: "host", value: "NW-PRN-07" } })),
  fc.array(step, { maxLength: 25 }),
);

describe("under any history", () => {
  it("nothing is authorised without enough live, entitled, distinct people on that digest in time; a decision stays", () => {
    const reached = new Set<string>();
    fc.assert(
      fc.property(anyHistory, ([first, steps]) => {
        const gate = history(first, steps);
        expect(types(gate.said).filter((type) => type === "action.decided").length).toBeLessThanOrEqual(1);
        reached.add(gate.handoff.status);
      }),
      { numRuns: 1500 },
    );
    expect([...reached]).toEqual(
      expect.arrayContaining(["pending", "authorised", "rejected", "expired", "executed"]),
    );
  });

  it("a refold of what was said gives the same bytes, wherever it was kept and read back", () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(25), ([first, steps], cut) => {
        const gate = history(first, steps);
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
