/**
 * What a shift hands over: the alerts that came in, every one counted once (received = triaged + failed + dead +
 * waiting + grouped + suppressed), and the approvals that are still open, whenever they were asked for. Shifts meet:
 * what is said of the time of an earlier one, and reached the log only after that was summed up, counts in the next.
 */
import { comparePositions, type Bus, type Position, type StoredEvent } from "../bus/bus.ts";
import { isCanary } from "../events/ids.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { Verdict } from "../events/vocabulary.ts";
import { emptyCase, evolveCase, type CaseFile, type Proposal } from "./case-file.ts";
import { evolveRecord, standing, type CaseRecord } from "./case-record.ts";
import { earlierFirst } from "./memory-state.ts";
import { within, type Window } from "./window.ts";

export interface OpenApproval {
  readonly proposalId: string;
  readonly caseId: string;
  /** Title of the on-call role that is asked now. */
  readonly addressed: string;
  /** "isolate host FIN-WS-042". */
  readonly what: string;
  readonly askedAt: string;
}

export interface ShiftFacts {
  /** Alerts of the window by what came of them, and decisions of the window; see `alertCounts`, `decisionCounts`. */
  readonly counts: Readonly<Record<string, number>>;
  /** By who is asked, then the longest waiting first. */
  readonly openApprovals: readonly OpenApproval[];
  /** Cases whose alert came in the window, in order of opening. */
  readonly caseIds: readonly string[];
}

const shiftTypes = [
  ...(["alert.received", "alert.grouped", "alert.suppressed", "alert.rejected", "alert.triaged"] as const),
  ...(["case.escalated", "case.investigated", "case.labelled", "case.unlabelled"] as const),
  ...(["role.failed", "handoff.requested", "handoff.rerouted", "action.decided", "action.executed"] as const),
  ...(["action.abandoned", "action.lapsed", "action.revoked", "entry.dead", "entry.redriven"] as const),
];

/** Who looks at every alert first: an alert it has not triaged nobody has. */
const firstLook = "sentinel";

/** Reads the log to `to`, inclusive: the same firing gives the same facts. */
export async function shiftFacts(bus: Pick<Bus, "read">, window: Window, to: Position): Promise<ShiftFacts> {
  const fold = new ShiftFold(window, await lastSummed(bus, window, to));
  for await (const stored of bus.read({ types: shiftTypes, to })) fold.evolve(stored);
  return fold.facts();
}

/** Where the firing stands whose window ends as this one starts. */
async function lastSummed(
  bus: Pick<Bus, "read">,
  { start }: Window,
  to: Position,
): Promise<Position | undefined> {
  let last: Position | undefined;
  const reading = { types: ["schedule.fired"] as const, subject: "calendar:soc-manager", to };
  for await (const { event, position } of bus.read(reading)) {
    if (!isEvent(event, "schedule.fired") || position === to) continue;
    if (Date.parse(event.data.window.end) === Date.parse(start)) last = position;
  }
  return last;
}

/** Folds the events of `shiftTypes` in log order. */
export class ShiftFold {
  readonly #window: Window;
  readonly #summed: Position | undefined;
  readonly #records = new Map<string, CaseRecord>();
  readonly #files = new Map<string, CaseFile>();
  readonly #askedAt = new Map<string, string>();
  readonly #dead = new Set<string>();
  readonly #said = new Map<string, number>();

  /** @param summed where the shift before was summed up; what stands behind that is not in it */
  constructor(window: Window, summed?: Position) {
    this.#window = window;
    this.#summed = summed;
  }

  evolve({ event, position }: Pick<StoredEvent, "event" | "position">): void {
    if (isCanary(event.subject)) return;
    const inWindow = within(this.#window, Date.parse(event.time)) || this.#isLate(event, position);
    if (inWindow) this.#count(event);
    if (isEvent(event, "entry.dead") && event.data.group === firstLook) this.#dead.add(event.subject);
    if (isEvent(event, "entry.redriven") && event.data.group === firstLook) this.#dead.delete(event.subject);
    this.#evolveRecord(event, inWindow);
    this.#evolveApprovals(event);
  }

  facts(): ShiftFacts {
    const records = [...this.#records.values()];
    const opened = records.toSorted(earlierFirst);
    const said = (what: string): number => this.#said.get(what) ?? 0;
    const counts = { ...alertCounts(records, this.#dead, said), ...decisionCounts(this.#proposals(), said) };
    return { counts, openApprovals: this.#open(), caseIds: opened.map(({ caseId }) => caseId) };
  }

  #isLate({ time }: AnyEvent, position: Position): boolean {
    if (this.#summed === undefined || Date.parse(time) >= Date.parse(this.#window.start)) return false;
    return comparePositions(position, this.#summed) > 0;
  }

  #count(event: AnyEvent): void {
    const outcome = isEvent(event, "action.decided") ? ` ${event.data.outcome}` : "";
    this.#said.set(event.type + outcome, (this.#said.get(event.type + outcome) ?? 0) + 1);
  }

  /** Only cases whose alert came in the window; what is said of them later counts too. */
  #evolveRecord(event: AnyEvent, inWindow: boolean): void {
    const before = this.#records.get(event.subject);
    if (before === undefined && !(inWindow && isEvent(event, "alert.received"))) return;
    this.#records.set(event.subject, evolveRecord(before, event));
  }

  #evolveApprovals(event: AnyEvent): void {
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) {
      this.#askedAt.set(event.data.proposalId, event.time);
    }
    const before = this.#files.get(event.subject);
    if (before === undefined && !isEvent(event, "handoff.requested")) return;
    // Of an alert's file only its proposals are wanted here: an alert carries its raw self, and there are many.
    if (isEvent(event, "alert.received")) return;
    this.#files.set(event.subject, evolveCase(before ?? emptyCase(event.subject), event));
  }

  #proposals(): (Proposal & { readonly caseId: string })[] {
    return [...this.#files.values()].flatMap(({ caseId, proposals }) =>
      proposals.map((proposal) => ({ ...proposal, caseId })),
    );
  }

  #open(): OpenApproval[] {
    const open = this.#proposals().filter(({ status }) => status === "pending");
    return open
      .map(({ proposalId, caseId, handoff: { ask, bar } }) => ({
        ...{ proposalId, caseId, addressed: bar.addressed.title },
        what: `${ask.verb.replaceAll("_", " ")} ${ask.target.value}`,
        askedAt: this.#askedAt.get(proposalId) ?? "",
      }))
      .sort((a, b) => (orderOf(a) < orderOf(b) ? -1 : 1));
  }
}

function orderOf({ addressed, askedAt, caseId, proposalId }: OpenApproval): string {
  return JSON.stringify([addressed, askedAt, caseId, proposalId]);
}

type Said = (what: string) => number;

/** `received` is the sum of the next six; `triaged` is the sum of the five verdicts that stand. */
function alertCounts(
  records: readonly CaseRecord[],
  dead: ReadonlySet<string>,
  said: Said,
): Record<string, number> {
  const byFate = Map.groupBy(records, (record) => fateOf(record, dead));
  const of = (fate: Fate): CaseRecord[] => byFate.get(fate) ?? [];
  const judged = Map.groupBy(of("triaged"), (record) => standing(record)?.verdict);
  const notNew = { grouped: said("alert.grouped"), suppressed: said("alert.suppressed") };
  return {
    received: records.length + notNew.grouped + notNew.suppressed,
    ...{ triaged: of("triaged").length, failed: of("failed").length, dead: of("dead").length },
    ...{ waiting: of("waiting").length, ...notNew },
    ...Object.fromEntries(Verdict.options.map((verdict) => [verdict, judged.get(verdict)?.length ?? 0])),
    escalated: records.filter(({ escalated }) => escalated).length,
    unreadable: said("alert.rejected"),
  };
}

type Fate = "triaged" | "failed" | "dead" | "waiting";

/** What became of one alert, the best first: a triage after a failure or a redrive counts. */
function fateOf(record: CaseRecord, dead: ReadonlySet<string>): Fate {
  if (record.opinions.sentinel !== undefined) return "triaged";
  if (dead.has(record.caseId)) return "dead";
  return record.failedRoles.includes(firstLook) ? "failed" : "waiting";
}

/** What people said in the window, and what waits for them now. Authorised is not done. */
function decisionCounts(proposals: readonly Proposal[], said: Said): Record<string, number> {
  const now = (status: Proposal["status"]): number => proposals.filter((p) => p.status === status).length;
  return {
    authorised: said("action.decided authorised"),
    rejected: said("action.decided rejected"),
    expired: said("action.decided expired"),
    carried_out: said("action.executed"),
    approvals_open: now("pending"),
    authorised_not_done: now("authorised"),
  };
}
