/** What runs and what waits, folded from the log: runs per role, model legs, requests before people, alarms. */
import { logTime, type StoredEvent } from "../../src/bus/bus.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { isCanary } from "../../src/events/ids.ts";
import { evolve } from "../../src/gate/evolve.ts";
import { gateSays } from "../../src/gate/says.ts";
import { gateSource, type Handoff } from "../../src/gate/state.ts";

export interface LastRun {
  readonly at: number;
  readonly model: string;
  readonly milliseconds: number | undefined;
  readonly failed: string | undefined;
}

export interface RoleRuns {
  readonly role: string;
  readonly last: LastRun;
  /** Times of the last runs and whether each failed; the newest last, at most `kept`. */
  readonly recent: readonly {
    readonly at: number;
    readonly milliseconds: number;
    readonly failed: boolean;
  }[];
}

export interface ModelLeg {
  readonly leg: string;
  /** For this role alone, whose answers from it were no good. */
  readonly role?: string;
  readonly state: "failed" | "answers";
  readonly at: number;
  readonly why: string;
  /** What the chain went on with. */
  readonly to?: string;
}

export interface Alarm {
  readonly at: number;
  readonly subject: string;
  readonly what: string;
  readonly why: string;
}

export interface Canary {
  readonly canaryId: string;
  readonly sentAt: number;
  readonly due: number;
  readonly stoppedAt?: string;
  /** How long it took to a card, seconds. */
  readonly passedIn?: number;
}

const alarmTypes = [
  ...(["record.distrusted", "handoff.unposted", "page.failed", "entry.dead", "canary.missed"] as const),
  ...(["group.detached", "alert.rejected", "model.unavailable", "model.budget_spent"] as const),
];

/** What the calendar roles say, beside their runs. */
const reportTypes = [
  ...(["shift.summarised", "tuning.reported", "hunt.reported", "campaign.detected"] as const),
];

const modelTypes = ["model.failed_over", "model.recovered", "model.unavailable"] as const;

const canaryTypes = ["canary.sent", "canary.passed", "canary.missed"] as const;

/** The only types it reads. */
export const floorTypes = [
  ...new Set([
    ...(["role.worked", "role.failed", "alert.received", "message.posted"] as const),
    ...canaryTypes,
    ...alarmTypes,
    ...reportTypes,
    ...modelTypes,
    ...gateSays,
  ]),
];

/** Runs remembered of each role, and alarms. */
const kept = { runs: 500, alarms: 50 };

export class Floor {
  readonly #runs = new Map<string, RoleRuns>();
  readonly #legs = new Map<string, ModelLeg>();
  readonly #open = new Map<string, Handoff>();
  readonly #paused = new Map<string, { since: number; why: string }>();
  readonly #said = new Map<string, number>();
  readonly #posted = new Map<string, number>();
  #alarms: Alarm[] = [];
  #canary: Canary | undefined;
  #noModel: { at: number; why: string } | undefined;
  #lastAlert: number | undefined;
  #latest = 0;

  evolve({ event, position }: Pick<StoredEvent, "event" | "position">): void {
    if (!isEvent(event, ...floorTypes)) return;
    const at = Date.parse(event.time);
    this.#latest = Math.max(this.#latest, logTime(position));
    if (isEvent(event, ...alarmTypes)) this.#alarm(event, at);
    const ofCanary = isEvent(event, ...canaryTypes);
    if (!ofCanary && isCanary(event.subject)) return;
    if (event.source.startsWith("/roles/")) this.#said.set(event.source.slice("/roles/".length), at);
    if (ofCanary) this.#canaries(event, at);
    else this.#work(event, at);
  }

  /** What a canary sets going is not among it: it would look as if there were work. */
  #work(event: KnownEvent, at: number): void {
    if (isEvent(event, "role.worked", "role.failed")) this.#ran(event, at);
    else if (isEvent(event, "alert.received")) this.#lastAlert = at;
    else if (isEvent(event, "message.posted")) this.#posted.set(event.data.kind, at);
    else if (isEvent(event, ...modelTypes)) this.#model(event, at);
    else this.#gate(event, at);
  }

  #ran(event: KnownEvent<"role.worked" | "role.failed">, at: number): void {
    const { role, model } = event.data;
    const failed = isEvent(event, "role.failed") ? event.data.reason : undefined;
    const { milliseconds } = event.data;
    const last = { at, model, milliseconds, failed };
    const run = { at, milliseconds: milliseconds ?? 0, failed: failed !== undefined };
    const recent = [...(this.#runs.get(role)?.recent ?? []), run].slice(-kept.runs);
    this.#runs.set(role, { role, last, recent });
  }

  #model(event: KnownEvent<(typeof modelTypes)[number]>, at: number): void {
    const { why } = event.data;
    if (isEvent(event, "model.unavailable")) {
      this.#noModel = { at, why };
      return;
    }
    this.#noModel = undefined;
    const { leg, role } = event.data;
    const key = `${leg} ${role ?? ""}`;
    const of = role === undefined ? { leg } : { leg, role };
    if (isEvent(event, "model.recovered")) {
      this.#legs.set(key, { ...of, state: "answers", at, why });
      return;
    }
    const { to } = event.data;
    this.#legs.set(key, { ...of, state: "failed", at, why, to });
    if (!this.#legs.has(`${to} `))
      this.#legs.set(`${to} `, { leg: to, state: "answers", at, why: `took over from ${leg}` });
  }

  #canaries(event: KnownEvent<(typeof canaryTypes)[number]>, at: number): void {
    if (isEvent(event, "canary.sent")) {
      this.#canary = { canaryId: event.data.canaryId, sentAt: at, due: Date.parse(event.data.due) };
    } else if (this.#canary?.canaryId === event.data.canaryId) {
      const came = isEvent(event, "canary.passed");
      const what = came ? { passedIn: event.data.seconds } : { stoppedAt: event.data.stoppedAt };
      this.#canary = { ...this.#canary, ...what };
    }
  }

  #gate(event: KnownEvent, at: number): void {
    if (isEvent(event, "role.paused")) {
      this.#paused.set(event.data.role, { since: at, why: event.data.reason });
    } else if (isEvent(event, "role.resumed")) this.#paused.delete(event.data.role);
    if (event.source !== gateSource || !("proposalId" in event.data)) return;
    const { proposalId } = event.data;
    if (proposalId === undefined) return;
    const state = evolve(this.#open.get(proposalId), event);
    const isOpen = state.phase === "asked" && (state.status === "pending" || state.status === "authorised");
    if (isOpen) this.#open.set(proposalId, state);
    else this.#open.delete(proposalId);
  }

  #alarm(event: KnownEvent<(typeof alarmTypes)[number]>, at: number): void {
    const alarm = { at, subject: event.subject, what: alarmWords[event.type], why: whyOf(event) };
    this.#alarms = [alarm, ...this.#alarms].slice(0, kept.alarms);
  }

  /** Role → its runs. */
  get runs(): ReadonlyMap<string, RoleRuns> {
    return this.#runs;
  }

  /** Role → when it last said anything. */
  get said(): ReadonlyMap<string, number> {
    return this.#said;
  }

  get legs(): readonly ModelLeg[] {
    return [...this.#legs.values()];
  }

  /** Requests that wait for an answer, or to be carried out; the longest waiting first. */
  get open(): readonly Handoff[] {
    return [...this.#open.values()].sort((a, b) => (a.askedAt < b.askedAt ? -1 : 1));
  }

  get paused(): ReadonlyMap<string, { readonly since: number; readonly why: string }> {
    return this.#paused;
  }

  /** Kind of message → when one was last posted. */
  get posted(): ReadonlyMap<string, number> {
    return this.#posted;
  }

  /** The newest first. */
  get alarms(): readonly Alarm[] {
    return this.#alarms;
  }

  get canary(): Canary | undefined {
    return this.#canary;
  }

  /** No leg answers, since when and why. */
  get noModel(): { readonly at: number; readonly why: string } | undefined {
    return this.#noModel;
  }

  get lastAlert(): number | undefined {
    return this.#lastAlert;
  }

  /** Log time of the last entry folded: what an export's ages are measured from. */
  get latest(): number {
    return this.#latest;
  }
}

const alarmWords: Readonly<Record<(typeof alarmTypes)[number], string>> = {
  "record.distrusted": "A record is not signed as it must be",
  "handoff.unposted": "A card could not be posted",
  "page.failed": "A telephone did not ring",
  "entry.dead": "An entry could not be handled",
  "canary.missed": "The canary did not come through",
  "group.detached": "A group was detached",
  "alert.rejected": "An alert was refused",
  "model.unavailable": "No model answered",
  "model.budget_spent": "A role has used up its tokens of the day",
};

function whyOf(event: KnownEvent<(typeof alarmTypes)[number]>): string {
  if (isEvent(event, "entry.dead")) return `${event.data.group}: ${event.data.error}`;
  if (isEvent(event, "handoff.unposted")) return "nobody can answer what nobody can see";
  if (isEvent(event, "canary.missed")) return `it stopped at ${event.data.stoppedAt}`;
  if (isEvent(event, "alert.rejected")) return `${event.data.source}: ${event.data.reason}`;
  if (isEvent(event, "model.budget_spent")) {
    const { role, day, tokens, budget } = event.data;
    return `${role}: ${tokens} of ${budget} on ${day}`;
  }
  return event.data.why;
}
