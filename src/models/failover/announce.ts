/**
 * Puts the chain's changes on the log, each once, however many processes see it. The log holds what was last said; a
 * change is said only if that is something else, and its id is made of what it follows on: two processes that say the
 * same at the same moment say it under one id.
 */
import type { Bus, Position } from "../../bus/bus.ts";
import { isoTime, type Clock } from "../../clock.ts";
import type { Diagnostics } from "../../diagnostics.ts";
import { reasonOf } from "../../errors.ts";
import { canonicalJson } from "../../events/canonical.ts";
import { isEvent, type KnownEvent } from "../../events/envelope.ts";
import { naturalId } from "../../events/ids.ts";
import { makeEvent } from "../../events/parse.ts";
import type { Change } from "./chain.ts";
import { rest, systemTimers, type Timers } from "./timers.ts";

const types = ["model.failed_over", "model.recovered", "model.unavailable"] as const;
type Said = KnownEvent<(typeof types)[number]>;
const subject = "system";

export interface AnnouncerDeps {
  readonly bus: Pick<Bus, "read" | "publish">;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  readonly timers?: Timers;
}

/** Tries again so long after the log could not be written. */
const againMs = 5_000;

export class Announcer {
  readonly #deps: AnnouncerDeps;
  readonly #closing = new AbortController();
  #work: Promise<void> = Promise.resolve();
  /** What was last said of each role, and of all (undefined), up to there: a log of years is read once. */
  readonly #said = new Map<string | undefined, Said>();
  #readTo: Position | undefined;

  constructor(deps: AnnouncerDeps) {
    this.#deps = deps;
  }

  /** In order, one after the other; never throws: what is wrong with the log the bus says itself. */
  readonly say = (change: Change): void => {
    this.#work = this.#work.then(() => this.#say(change));
  };

  /** Resolves when all that was to be said is said. */
  idle(): Promise<void> {
    return this.#work;
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#work;
  }

  async #say(change: Change): Promise<void> {
    const { diagnostics, timers = systemTimers } = this.#deps;
    for (;;) {
      try {
        await this.#once(change);
        return;
      } catch (error) {
        diagnostics.warn(
          { change: change.type, reason: reasonOf(error) },
          "a change of model is not on the log yet",
        );
      }
      await rest(timers, againMs, this.#closing.signal);
      if (this.#closing.signal.aborted) return;
    }
  }

  async #once(change: Change): Promise<void> {
    const last = await this.#last(change);
    if (isKnown(change, last)) return;
    const { bus, clock } = this.#deps;
    const type = `model.${change.type}` as const;
    const data = dataOf(change);
    const id = naturalId(type, last?.id ?? "", canonicalJson(keyOf(change)));
    const time = isoTime(clock.now());
    await bus.publish([makeEvent({ id, source: "/models", type, subject, time, data })]);
  }

  /** What was last said of all roles, or of this one. */
  async #last(change: Change): Promise<Said | undefined> {
    const after = this.#readTo === undefined ? {} : { after: this.#readTo };
    for await (const { event, position } of this.#deps.bus.read({ subject, types, ...after })) {
      if (isEvent(event, ...types)) this.#said.set(roleOf(event), event);
      this.#readTo = position;
    }
    return this.#said.get("kind" in change ? change.kind : undefined);
  }
}

function roleOf(event: Said): string | undefined {
  return "role" in event.data ? event.data.role : undefined;
}

/** What it is about; why it happened each process words in its own way. */
function keyOf(change: Change): unknown {
  if (change.type === "unavailable") return [];
  return [change.leg, change.kind ?? null, change.type === "failed_over" ? change.to : null];
}

/** A log that says nothing says that the primary answers. */
function isKnown(change: Change, last: Said | undefined): boolean {
  if (last === undefined) return change.type === "recovered";
  if (last.type !== `model.${change.type}`) return false;
  return !isEvent(last, "model.failed_over") || change.type !== "failed_over" || last.data.to === change.to;
}

function dataOf(change: Change): object {
  const why = change.why.slice(0, 1000);
  if (change.type === "unavailable") return { why };
  const { leg, kind } = change;
  const role = kind === undefined ? {} : { role: kind };
  return change.type === "failed_over" ? { leg, why, to: change.to, ...role } : { leg, why, ...role };
}
