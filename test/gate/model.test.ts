/**
 * The gate under any history: people of every kind saying anything at any time, cards posted, deadlines raised,
 * groups changing between. The judge below counts approvals its own way, from what was said alone.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson } from "../../src/events/canonical.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { naturalId } from "../../src/events/ids.ts";
import type { AskCommand } from "../../src/gate/commands.ts";
import { evolve } from "../../src/gate/evolve.ts";
import { GateState, type HandoffStatus } from "../../src/gate/state.ts";
import { asked, Gate, members, minutes, onDomainController, types, user } from "./given.ts";
import { distinctEntitled, endOf, lastAsked, needed, personIdOf, ranOut, type Terms } from "./model-judge.ts";
import { policyWith, someTerms, step, type Step } from "./model-steps.ts";

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
  readonly #proposalId: string;
  /** The other proposal of the same people, whose cards may be mistaken for this one's. */
  other: History | undefined;
  at = minutes(0);
  #decisions = 0;
  /** What the last decision was bound to, and the reference it was pressed with. */
  #digest = "";
  #use: string | undefined;
  #last: (() => KnownEvent[]) | undefined;

  constructor(first: AskCommand, terms: Terms, proposalId: string) {
    this.terms = terms;
    this.#proposalId = proposalId;
    this.gate = new Gate().under(policyWith(terms)).with({ ...first, proposalId });
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
          gate.tell({
            kind: "outdated",
            proposalId: this.#proposalId,
            why: "planned again",
            digest: "a".repeat(64),
          }),
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
    const cards = (one.onOther ? this.other : this)?.digests ?? [];
    const digest = cards.at(-1 - one.card) ?? "f".repeat(64);
    this.#digest = digest;
    const pressed = (use: number): string => naturalId("use", one.who, String(one.words["decision"]), use);
    this.#use = one.use === undefined ? undefined : pressed(one.use);
    const card = { channel: "C1", ts: "1.0", ...(this.#use === undefined ? {} : { use: this.#use }) };
    const words = { ...one.words, card, surface: one.surface, proposalId: this.#proposalId };
    const told = { at, saidAt, directory: one.directory, digest, id };
    // Later somebody appends it again, when the directory may say something else.
    this.#last = () => gate.decides(user(one.who), words, { ...told, directory: members(one.who) });
    return gate.decides(user(one.who), words, told);
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
    this.#judgeCard(one, ran, before);
    const end = endOf(before, this.terms);
    if (ran.said.some(ranOut)) expect(Math.min(ran.at, ran.saidAt)).toBeGreaterThanOrEqual(end ?? Infinity);
    for (const { data } of ran.said.filter((event) => isEvent(event, "action.decided"))) {
      if (data.outcome === "superseded") expect(one.kind).toBe("outdated");
      if (data.outcome === "authorised") this.#judgeAuthorised(one, ran, { data, end });
    }
  }

  /** A reference serves once; what policy wants seen on a card is neither approved nor edited anywhere else. */
  #judgeCard(one: Step, { said }: Ran, before: readonly KnownEvent[]): void {
    if (one.kind !== "decide") return;
    const served = before.some((event) => isEvent(event, "card.used") && event.data.use === this.#use);
    if (served) expect(types(said)).toContain("decision.refused");
    if (this.terms.surfaces?.includes(one.surface) !== false) return;
    expect(types(said)).not.toContain("approval.recorded");
    expect(said.some((event) => isEvent(event, "handoff.requested"))).toBe(false);
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

const long = process.env["HATRACK_LONG"] === "1";

/** Two proposals, decided by the same people on cards that look alike. */
const histories = ([first, second]: readonly AskCommand[], steps: readonly Step[], terms: Terms): Gate[] => {
  const both = [first, second].map((one, at) => new History(one ?? asked(), terms, `p${at + 1}`));
  const [mine, theirs] = both;
  if (mine === undefined || theirs === undefined) throw new Error("expected two");
  [mine.other, theirs.other] = [theirs, mine];
  for (const one of steps) (one.of === 0 ? mine : theirs).step(one);
  return both.map(({ gate }) => gate);
};

const anAsk = fc.constantFrom(
  asked(),
  onDomainController,
  asked({ target: { type: "host", value: "NW-PRN-07" } }),
);
const anyHistory = fc.tuple(fc.tuple(anAsk, anAsk), fc.array(step, { maxLength: 30 }), someTerms);

describe("under any history", () => {
  it("nothing is authorised without enough live, entitled, distinct people on that digest in time; a decision stays", () => {
    const [reached, said] = [new Set<string>(), new Set<string>()];
    fc.assert(
      fc.property(anyHistory, ([first, steps, terms]) => {
        for (const gate of histories(first, steps, terms)) {
          expect(types(gate.said).filter((type) => type === "action.decided").length).toBeLessThanOrEqual(1);
          const uses = gate.said.flatMap((event) => (isEvent(event, "card.used") ? [event.data.use] : []));
          expect(new Set(uses).size).toBe(uses.length);
          for (const { type } of gate.said) said.add(type);
          reached.add(gate.handoff.status);
        }
      }),
      { numRuns: long ? 10_000 : 1200 },
    );
    expect([...reached]).toEqual(
      expect.arrayContaining([...["pending", "authorised", "rejected", "executed", "superseded", "revoked"]]),
    );
    expect([...said]).toEqual(expect.arrayContaining(["card.used", "info.answered", "handoff.rerouted"]));
  });

  it("a refold of what was said gives the same bytes, wherever it was kept and read back", () => {
    fc.assert(
      fc.property(anyHistory, fc.nat(25), ([first, steps, terms], cut) => {
        const [gate] = histories(first, steps, terms);
        if (gate === undefined) throw new Error("no gate");
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
