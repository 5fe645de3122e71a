/** Given what the gate said before, when it is told this, then it says that: the driver of the gate's specs. */
import type { Draft } from "../../src/bus/bus.ts";
import { outputOf } from "../../src/bus/outputs.ts";
import { isoTime } from "../../src/clock.ts";
import { canonicalJson } from "../../src/events/canonical.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { Ask } from "../../src/events/gate-events.ts";
import { makeEvent } from "../../src/events/parse.ts";
import type { Principal } from "../../src/events/vocabulary.ts";
import type { AskCommand, GateCommand } from "../../src/gate/commands.ts";
import { decide } from "../../src/gate/decide.ts";
import type { DirectoryAnswer, Person } from "../../src/gate/directory.ts";
import { evolve } from "../../src/gate/evolve.ts";
import type { Policy, PolicyRule } from "../../src/gate/policy.ts";
import { gateSource, type GateState, type Handoff } from "../../src/gate/state.ts";

export const caseId = "CASE-7K3F9QWM2T";
export const proposalId = "p1";
export const start = Date.parse("2026-03-02T10:00:00.000Z");
export const minutes = (n: number): number => start + n * 60_000;

const rule = (over: Partial<PolicyRule>): PolicyRule => ({
  verbs: ["isolate_host"],
  classes: ["*"],
  ask: "ir-lead-oncall",
  quorum: 1,
  reversible: true,
  blastRadius: "one host",
  expiresMinutes: 30,
  carryOutMinutes: 60,
  ...over,
});

const classes = new Map([
  ["FIN-WS-042", "workstation"],
  ["OPS-WS-031", "workstation"],
  ["NW-DC-01", "domain_controller"],
]);

/** One person for a workstation, two for a domain controller; reviews go to Tier 2. */
export const policy: Policy = {
  rules: [
    rule({ classes: ["workstation"] }),
    rule({ classes: ["domain_controller"], quorum: 2, reversible: false }),
    rule({ verbs: ["review_case"], ask: "tier2-oncall" }),
  ],
  onCall: {
    "tier2-oncall": { title: "Tier 2 On-Call", group: "tier2-oncall", next: "ir-lead-oncall" },
    "ir-lead-oncall": { title: "IR Lead On-Call", group: "ir-lead-oncall", next: "soc-manager-oncall" },
    "soc-manager-oncall": { title: "SOC Manager On-Call", group: "soc-manager-oncall" },
  },
  classOf: ({ value }) => classes.get(value) ?? "unknown",
  reviewerOf: (role) => (role === "ir-lead" ? "ir-lead-oncall" : "tier2-oncall"),
};

export const user = (name: string, team = "T0HOME"): Principal => ({ team, user: name });

export const person = (name: string, over: Partial<Person> = {}): Person => ({
  principal: user(name),
  name,
  personId: `${name.toLowerCase()}@northwind.example`,
  guest: false,
  deactivated: false,
  bot: false,
  ...over,
});

export const members = (...people: (string | Person)[]): DirectoryAnswer => ({
  kind: "members",
  group: "S0IRLEAD",
  askedAt: isoTime(start),
  members: people.map((one) => (typeof one === "string" ? person(one) : one)),
});

export const unavailable: DirectoryAnswer = {
  kind: "unavailable",
  group: "S0IRLEAD",
  askedAt: isoTime(start),
  why: "no answer in 5000 ms",
};

export const ask = (over: Partial<Ask> = {}): Ask => ({
  verb: "isolate_host",
  target: { type: "host", value: "FIN-WS-042" },
  parameters: {},
  rationale: "A confirmed beacon.",
  evidence: [],
  proposedBy: "ir-lead",
  ...over,
});

export const asked = (over: Partial<Ask> = {}): AskCommand => ({
  kind: "ask",
  proposalId,
  caseId,
  ask: ask(over),
});
export const onDomainController = asked({ target: { type: "host", value: "NW-DC-01" } });

interface Told {
  readonly caseId?: string;
  readonly at?: number;
  readonly saidAt?: number;
  readonly directory?: DirectoryAnswer;
  readonly digest?: string;
  /** The decision's event; the same again is the same entry on the log twice. */
  readonly id?: string;
}

/** One proposal's gate: everything it says is made an event, parsed by its schema and folded, as the bus does it. */
export class Gate {
  state: GateState | undefined;
  readonly said: KnownEvent[] = [];
  #told = 0;
  #policy = policy;

  constructor(...given: readonly GateCommand[]) {
    for (const command of given) this.tell(command);
  }

  /** From here on another policy holds. */
  under(other: Policy): this {
    this.#policy = other;
    return this;
  }

  with(...given: readonly GateCommand[]): this {
    for (const command of given) this.tell(command);
    return this;
  }

  /** What it says to one command; also an answer of nothing. */
  tell(command: GateCommand, causeId?: string): KnownEvent[] {
    this.#told += 1;
    const at = "at" in command ? command.at : start;
    const cause = makeEvent({
      id: causeId ?? `told-${this.#told}`,
      source: "/frontends/test",
      type: "source.advanced",
      subject: "caseId" in command ? command.caseId : caseId,
      time: isoTime(at),
      data: { source: "test", cursor: "1" },
    });
    const drafts: Draft[] = decide(this.state, command, this.#policy);
    const saying = { group: "human-gate", cause, source: gateSource, time: isoTime(at) };
    const events = drafts.map((draft, position) => outputOf(draft, position, saying).event);
    const known = events.filter((event): event is KnownEvent => !("foreign" in event));
    for (const event of known) this.state = evolve(this.state, event);
    this.said.push(...known);
    return known;
  }

  /** A decision on the digest that counts now, by somebody the directory knows as the only member unless told. */
  decides(who: string | Principal, words: Record<string, unknown>, told: Told = {}): KnownEvent[] {
    const principal = typeof who === "string" ? user(who) : who;
    const digest = this.state?.phase === "asked" ? this.state.digest : "0".repeat(64);
    const at = told.at ?? minutes(1);
    const full = { caseId, at, saidAt: at, digest, directory: members(principal.user), ...told };
    const submitted = makeEvent({
      id: told.id ?? `d${this.#told}`,
      source: "/frontends/test",
      type: "decision.submitted",
      subject: full.caseId,
      time: isoTime(full.saidAt),
      data: { principal, surface: "terminal", proposalId, digest: full.digest, ...words },
    });
    const { id: decisionId, data: decision } = submitted;
    const { saidAt, directory } = full;
    const where = { kind: "decision", decisionId, caseId: full.caseId } as const;
    return this.tell({ ...where, decision, at, saidAt, directory }, told.id);
  }

  /** The card of the tier that is asked now is posted. */
  posted(at = start): KnownEvent[] {
    return this.tell({ kind: "posted", eventId: this.handoff.askedBy, at });
  }

  get handoff(): Handoff {
    if (this.state?.phase !== "asked")
      throw new Error(`the gate was asked nothing: ${canonicalJson(this.state)}`);
    return this.state;
  }
}

export const types = (events: readonly KnownEvent[]): EventType[] => events.map((event) => event.type);

/** The one event of a type among these. */
export function only<T extends EventType>(events: readonly KnownEvent[], type: T): KnownEvent<T> {
  const [one, two] = events.flatMap((event): KnownEvent<T>[] => (isEvent(event, type) ? [event] : []));
  if (one !== undefined && two === undefined) return one;
  throw new Error(`expected one ${type} among: ${types(events).join(", ") || "nothing"}`);
}

/** The rule that refused; throws when it was not refused. */
export const refusal = (events: readonly KnownEvent[]): string => only(events, "decision.refused").data.rule;
