/**
 * What becomes of an alert at the door: a case of its own, one more of a case that is open, or muted. The three share
 * the alert's id, and an id enters the log once: whatever was decided first holds, whoever asks again.
 */
import { logTime, type Bus, type Position, type StoredEvent } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { makeEvent } from "../events/parse.ts";
import { briefOf, OpenGroups, type Grouping } from "./open-groups.ts";
import { Suppressions } from "./suppressions.ts";

/** One alert, as it stands on the log. */
export type TakenIn = KnownEvent<"alert.received" | "alert.grouped" | "alert.suppressed">;

export interface IntakeOptions {
  readonly bus: Pick<Bus, "read" | "tail">;
  readonly clock: Clock;
  readonly grouping: Grouping;
}

const mutes = ["suppression.set", "suppression.lifted"] as const;
const types = [...mutes, "alert.received", "alert.grouped", "case.closed"] as const;
/** No mute lasts longer (src/gate/case-acts.ts), and a little. */
const longestMuteMs = 31 * 24 * 60 * 60_000;
/** What people said less than this ago may not be known yet. */
const lookEveryMs = 1_000;
/** Partitions of a Redis Cluster may differ by so much. */
const skewMs = 60_000;

export class Intake {
  readonly #options: IntakeOptions;
  readonly #groups: OpenGroups;
  readonly #suppressions = new Suppressions();
  #lookedAt: number | undefined;
  #after: Position | undefined;
  #logTime = 0;

  constructor(options: IntakeOptions) {
    this.#options = options;
    this.#groups = new OpenGroups(options.grouping);
  }

  /** What the alert is on the log as. @throws HatrackError of the bus */
  async judge(event: KnownEvent<"alert.received">): Promise<TakenIn> {
    await this.#look();
    const { data: alert } = event;
    const now = this.#now();
    const suppressionId = this.#suppressions.of(alert, now);
    if (suppressionId !== undefined) return suppressed(event, suppressionId);
    const group = this.#groups.of(alert, now);
    return group === undefined ? event : grouped(event, group);
  }

  /** Tells it what the log has: whether another was faster is seen in it. */
  taken(stored: StoredEvent): void {
    this.#logTime = Math.max(this.#logTime, logTime(stored.position));
    this.#fold(stored);
  }

  /** The later of both clocks: a mute or a window that has run out by either has run out. */
  #now(): number {
    return Math.max(this.#options.clock.now(), this.#logTime);
  }

  async #look(): Promise<void> {
    const now = this.#options.clock.now();
    if (this.#lookedAt !== undefined && Math.abs(now - this.#lookedAt) < lookEveryMs) return;
    const { bus } = this.#options;
    const tail = [...(await bus.tail()).values()];
    this.#logTime = Math.max(this.#logTime, ...tail.map(logTime));
    if (this.#after === undefined) await this.#lookBack();
    else for await (const stored of bus.read({ types, after: this.#after })) this.#fold(stored);
    // Of several partitions the slowest clock may still write below the tail of the fastest.
    this.#after = tail.length === 1 ? tail[0] : `${Math.max(0, this.#logTime - skewMs)}-0`;
    this.#lookedAt = now;
  }

  /** What is in force from before: mutes as far back as one may reach, groups as far as their window. */
  async #lookBack(): Promise<void> {
    const { bus, grouping } = this.#options;
    const ago = (ms: number): Position => `${Math.max(0, this.#now() - ms)}-0`;
    const set = bus.read({ types: mutes, after: ago(longestMuteMs) });
    for await (const stored of set) this.#fold(stored);
    const groups = bus.read({ types, after: ago(grouping.minutes * 60_000) });
    for await (const stored of groups) this.#fold(stored);
  }

  #fold({ event, position }: StoredEvent): void {
    if (isEvent(event, "suppression.set")) this.#suppressions.add(event.data, this.#now());
    else if (isEvent(event, "suppression.lifted")) this.#suppressions.lift(event.data);
    else if (isEvent(event, "alert.received"))
      this.#groups.opened(event.data, logTime(position), this.#now());
    else if (isEvent(event, "alert.grouped")) this.#groups.joined(event.data);
    else if (isEvent(event, "case.closed")) this.#groups.closed(event.subject);
  }
}

function grouped(
  { id, source, time, data: alert }: KnownEvent<"alert.received">,
  { caseId, count }: { readonly caseId: string; readonly count: number },
): TakenIn {
  const { sourceId } = alert;
  return makeEvent({
    ...{ id, source, time, type: "alert.grouped", subject: caseId },
    data: { caseId, sourceId, count, alert: briefOf(alert) },
  });
}

function suppressed(
  { id, source, time, subject, data: alert }: KnownEvent<"alert.received">,
  suppressionId: string,
): TakenIn {
  const data = { sourceId: alert.sourceId, suppressionId, alert: briefOf(alert) };
  return makeEvent({ id, source, time, type: "alert.suppressed", subject, data });
}
