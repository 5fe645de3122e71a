/**
 * What the roles made of one case, folded from its events: of a backtest's log or of a live one, by the same code. What
 * the log does not say (how long a run took on a clock that stands) is added by who knows it.
 */
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { EventData, EventType } from "../events/catalogue.ts";
import type { AskedFor, WorkedRole, WorkedTicket } from "./worked-ticket.ts";

/** The only types that say it. */
export const workTypes = [
  ...([
    "alert.received",
    "alert.triaged",
    "case.investigated",
    "response.planned",
    "intel.reported",
  ] as const),
  ...(["role.worked", "role.failed", "handoff.requested", "model.unavailable"] as const),
  ...(["entry.dead", "entry.redriven"] as const),
] satisfies readonly EventType[];

const findings = ["alert.triaged", "case.investigated", "response.planned", "intel.reported"] as const;
type Finding = KnownEvent<(typeof findings)[number]>;
type Trace = KnownEvent<"role.worked"> | KnownEvent<"role.failed">;

/** Folds the events of one case in log order. */
export class CaseWork {
  #alert: KnownEvent<"alert.received"> | undefined;
  /** What was said in one handling, by what caused it and who said it. */
  readonly #said = new Map<string, KnownEvent[]>();
  readonly #traces = new Map<string, Trace>();
  readonly #requests: EventData<"handoff.requested">[] = [];
  readonly #types = new Map<string, string>();
  /** By group, until its dead letter is given to it again. */
  readonly #stopped = new Map<string, string>();
  #unavailable: string | undefined;

  evolve(event: AnyEvent): void {
    if (!isEvent(event, ...workTypes)) return;
    this.#types.set(event.id, event.type);
    if (isEvent(event, "alert.received")) this.#alert ??= event;
    else if (isEvent(event, "handoff.requested")) this.#requests.push(event.data);
    else if (isEvent(event, "entry.dead")) this.#stopped.set(event.data.group, event.data.error);
    else if (isEvent(event, "entry.redriven")) this.#stopped.delete(event.data.group);
    else if (isEvent(event, "model.unavailable")) this.#unavailable ??= event.data.why;
    else if (isEvent(event, "role.worked", "role.failed")) this.#trace(event);
    else this.#note(event);
  }

  get alert(): KnownEvent<"alert.received"> | undefined {
    return this.#alert;
  }

  /** A role's last run counts, at the place of its first. */
  #trace(event: Trace): void {
    this.#traces.set(event.data.role, event);
    this.#note(event);
  }

  #note(event: KnownEvent): void {
    const key = handlingOf(event);
    this.#said.set(key, [...(this.#said.get(key) ?? []), event]);
  }

  /** Undefined before the case's alert is known. */
  worked(): Omit<WorkedTicket, "ticketId" | "createdAt" | "precedents"> | undefined {
    if (this.#alert === undefined) return undefined;
    const { caseId, title, rule, host, severity } = this.#alert.data;
    const roles = [...this.#traces.values()].map((trace) => this.#roleOf(trace));
    const unworked = this.#whyUnworked() ?? (roles.length === 0 ? "no role worked on it" : undefined);
    return {
      ...{ caseId, title, rule: rule.name, alertSeverity: severity },
      ...(host === undefined ? {} : { host: host.name }),
      arm: this.#arm(),
      asked: [...new Set(this.#requests.map((request) => this.#askedFor(request)))],
      addressed: [...new Set(this.#requests.map(({ bar }) => bar.addressed.role))].toSorted(),
      roles,
      ...(unworked === undefined ? {} : { unworked: unworked.slice(0, 300) }),
    };
  }

  #whyUnworked(): string | undefined {
    if (this.#unavailable !== undefined) return `model unavailable: ${this.#unavailable}`;
    const [stopped] = this.#stopped;
    return stopped && `${stopped[0]} stopped: ${stopped[1]}`;
  }

  #arm(): WorkedTicket["arm"] {
    const arms = [...this.#traces.values()].map((t) =>
      isEvent(t, "role.worked") ? t.data.recallArm : "off",
    );
    return arms.includes("on") ? "on" : "off";
  }

  #askedFor({ ask, proposalId }: EventData<"handoff.requested">): AskedFor {
    if (ask.verb !== "review_case") return "proposal";
    return this.#types.get(proposalId) === "role.failed" ? "failure" : "review";
  }

  #roleOf(trace: Trace): WorkedRole {
    const said = this.#said.get(handlingOf(trace)) ?? [trace];
    const finding = said.find((event): event is Finding => isEvent(event, ...findings));
    const { role, model, steps } = trace.data;
    // A run that failed cost what it cost all the same; it says nothing of it where no model was asked.
    const { tokens = { input: 0, output: 0 }, milliseconds = 0 } = trace.data;
    const eventIds = said.map(({ id }) => id);
    const common = { role, model, toolCalls: steps.length, tokens, milliseconds, eventIds };
    if (isEvent(trace, "role.failed")) {
      return { ...common, abstained: false, failed: trace.data.reason, because: [] };
    }
    return { ...common, promptVersion: trace.data.promptVersion, ...saidIn(finding) };
  }
}

/** One handling's events have one cause and one speaker. */
function handlingOf({ causationid, source }: KnownEvent): string {
  return `${source} ${causationid ?? ""}`;
}

const mostClaims = 5;

type Said = Pick<WorkedRole, "verdict" | "confidence" | "sev" | "decision" | "abstained" | "because">;

function saidIn(finding: Finding | undefined): Said {
  if (finding === undefined) return { abstained: false, because: [] };
  const because = finding.data.evidence.slice(0, mostClaims).map(({ claim }) => claim);
  if (isEvent(finding, "response.planned")) return { sev: finding.data.sev, abstained: false, because };
  if (isEvent(finding, "intel.reported")) return { abstained: false, because };
  const { verdict, confidence } = finding.data;
  const decision = isEvent(finding, "case.investigated") ? finding.data.decision : undefined;
  const abstained = verdict === "insufficient_data" || decision === "needs_human_review";
  return { verdict, confidence, ...(decision === undefined ? {} : { decision }), abstained, because };
}
