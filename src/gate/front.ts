/**
 * The gate from a terminal or a program: what is asked, one request whole, and saying a decision through the one
 * door. Reads the log and nothing else, so that it also works on an exported one.
 */
import type { Bus } from "../bus/bus.ts";
import { HatrackError } from "../errors.ts";
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { whoCan } from "./refusals.ts";
import { evolve } from "./evolve.ts";
import { gateSays, type GateSaying } from "./says.ts";
import { gateSource, type GateState, type Handoff } from "./state.ts";
import { decided, type Door, type GateAnswer, type Speaker } from "./terminal.ts";

type Said = KnownEvent<GateSaying>;
type Reader = Pick<Bus, "read">;

export interface GateRow {
  readonly proposalId: string;
  readonly caseId: string;
  readonly status: Handoff["status"];
  readonly verb: string;
  readonly target: string;
  /** "two people of IR Lead On-Call"; who can answer. */
  readonly whoCan: string;
  readonly code: string;
  readonly approvals: number;
  readonly quorum: number;
  readonly expiresAt?: string;
}

export interface GateRecord {
  readonly handoff: Handoff;
  /** What the gate said about it, in log order. */
  readonly history: readonly Said[];
}

/** Requests that still want something of a person: answers, or somebody to carry them out; or all there were. */
export async function gateList(bus: Reader, options: { all?: boolean } = {}): Promise<GateRow[]> {
  const records = await gateRecords(bus);
  const open = (status: string): boolean => status === "pending" || status === "authorised";
  return records
    .map((record) => rowOf(record.handoff))
    .filter((row) => options.all === true || open(row.status));
}

/**
 * One request by its id, the start of its id (six characters or more) or its code.
 * @throws HatrackError `unknown_proposal` when none or several are meant
 */
export async function gateShow(bus: Reader, idOrCode: string): Promise<GateRecord> {
  const records = await gateRecords(bus);
  const meant = records.filter(({ handoff }) => isMeant(handoff, idOrCode));
  const [record, other] = meant;
  if (record !== undefined && other === undefined) return record;
  const found = record === undefined ? "none" : `${meant.length} of them`;
  throw new HatrackError(
    "unknown_proposal",
    `gate: "${idOrCode}" names ${found}; expected a proposal's id, its first six characters or its code ("hatrack gate list")`,
  );
}

function isMeant({ proposalId, code }: Handoff, idOrCode: string): boolean {
  const long = idOrCode.length >= 6 && proposalId.startsWith(idOrCode);
  return proposalId === idOrCode || long || code === idOrCode.toUpperCase();
}

async function gateRecords(bus: Reader): Promise<GateRecord[]> {
  const states = new Map<string, GateState>();
  const histories = new Map<string, Said[]>();
  for await (const { event } of bus.read({ types: gateSays })) {
    if (!isEvent(event, ...gateSays) || event.source !== gateSource) continue;
    const proposalId = "proposalId" in event.data ? event.data.proposalId : undefined;
    if (proposalId === undefined) continue;
    states.set(proposalId, evolve(states.get(proposalId), event));
    histories.set(proposalId, [...(histories.get(proposalId) ?? []), event]);
  }
  return [...states].flatMap(([id, state]) =>
    state.phase === "asked" ? [{ handoff: state, history: histories.get(id) ?? [] }] : [],
  );
}

function rowOf(handoff: Handoff): GateRow {
  const { proposalId, caseId, status, ask, bar, code, approvals, opened } = handoff;
  return {
    ...{ proposalId, caseId, status, verb: ask.verb, target: ask.target.value, code, quorum: bar.quorum },
    whoCan: whoCan(handoff),
    approvals: approvals.length,
    ...(opened === undefined ? {} : { expiresAt: opened.expiresAt }),
  };
}

/** What the person says about the request, without who they are and which request it is. */
export type Saying =
  | { readonly decision: "authorise" | "mark_done"; readonly note?: string }
  | { readonly decision: "reject"; readonly reason: string; readonly category?: string }
  | { readonly decision: "could_not_do" | "revoke" | "rolled_back"; readonly reason: string }
  | { readonly decision: "need_info"; readonly question: string }
  | { readonly decision: "delegate"; readonly to: string; readonly reason?: string }
  | { readonly decision: "snooze"; readonly minutes: number }
  | { readonly decision: "assign" };

export interface Order extends Speaker {
  readonly idOrCode: string;
  readonly saying: Saying;
  /** The code the person read; another one means that the request has changed since. */
  readonly code?: string;
}

/**
 * Publishes the decision and waits for what the gate makes of it. One call is one decision: saying it again is
 * saying it twice.
 * @throws HatrackError `unknown_proposal`, `stale_code`, or `gate_no_answer` when the signal aborts first
 */
export async function gateDecide(bus: Door, order: Order): Promise<GateAnswer> {
  const { handoff } = await gateShow(bus, order.idOrCode);
  if (order.code !== undefined && order.code.toUpperCase() !== handoff.code) {
    throw new HatrackError(
      "stale_code",
      `gate: ${handoff.proposalId} now has the code ${handoff.code}, not ${order.code}: it has changed; look at it again`,
    );
  }
  return submitted(bus, handoff, order);
}

type Words = Omit<Order, "idOrCode" | "code">;

function submitted(bus: Door, { proposalId, digest, caseId }: Handoff, words: Words): Promise<GateAnswer> {
  const { decision, ...saying } = words.saying;
  const about = { key: [proposalId, digest], subject: caseId, data: { ...saying, proposalId, digest } };
  return decided(bus, { decision, ...about }, words);
}

/**
 * Says the same of every request of a case that is pending (its plan: a later one supersedes what an earlier one asked
 * for): one decision for each, with the digest it had when this began. Reviews are not among them. Each answer comes
 * as soon as there is one, so that none is lost when the next fails.
 * @throws HatrackError `unknown_proposal` when nothing is pending, and as `gateDecide`
 */
export async function* gateDecidePlan(bus: Door, caseId: string, words: Words): AsyncGenerator<GateAnswer> {
  const pending = (await gateRecords(bus))
    .map(({ handoff }) => handoff)
    .filter((one) => one.caseId === caseId && one.status === "pending" && one.ask.verb !== "review_case");
  if (pending.length === 0) {
    throw new HatrackError("unknown_proposal", `gate: nobody is asked for anything of ${caseId}`);
  }
  for (const handoff of pending) yield await submitted(bus, handoff, words);
}
