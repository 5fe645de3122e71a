/**
 * The scratch bus of a replay: a log in memory, and groups that work in rounds. All that is to be handled now is
 * handled side by side, and only then said, in the order of the log. So the log is the same, entry for entry, however
 * many handlers were at work at once and whichever was done first.
 */
import { setImmediate as turn } from "node:timers/promises";
import {
  skip,
  type Bus,
  type DeadEntry,
  type DeadLetters,
  type Draft,
  type GroupStatus,
  type Handled,
  type Handler,
  type Position,
  type ReadOptions,
  type StoredEvent,
  type SubscribeOptions,
  type Subscription,
} from "../bus/bus.ts";
import type { Output } from "../bus/group-store.ts";
import { entryDead, outputOf, stored, type Checked } from "../bus/outputs.ts";
import { isoTime, systemClock, type Clock } from "../clock.ts";
import { silent, type Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import type { EventType } from "../events/catalogue.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { CasesAtHand } from "./cases-at-hand.ts";
import { Followers } from "./followers.ts";
import { RecentEntries } from "./recent-entries.ts";
import { ScratchLog } from "./scratch-log.ts";

/** One handling: which group, of what. */
export interface Task {
  readonly group: string;
  readonly event: KnownEvent;
  readonly position: Position;
}

/** Does what a group has to do, and may do something around it, or instead. */
export type Around = (task: Task, work: () => Promise<Handled>) => Promise<Handled>;

export interface LockstepOptions {
  /** Log time; a replay drives it. */
  readonly clock?: Clock;
  readonly diagnostics?: Diagnostics;
  /** Handlers at work at once. */
  readonly parallel: number;
  readonly around: Around;
}

/** A group's handler, its types closed over. */
interface Worker {
  readonly group: string;
  readonly wakes: ReadonlySet<string>;
  /** Two handlings of one key are never in one round. */
  keyOf(event: KnownEvent): string | undefined;
  handle(task: Task): Promise<Handled>;
  /** The events a handler's answer comes to. @throws HatrackError when the log would refuse them */
  outputs(task: Task, drafts: readonly Draft[]): Output[];
}

interface Waiting extends Task {
  readonly worker: Worker;
}

type Came = { readonly handled: Handled } | { readonly thrown: unknown };

export class LockstepBus implements Bus {
  readonly dead: DeadLetters;
  readonly #log: ScratchLog;
  readonly #clock: Clock;
  readonly #diagnostics: Diagnostics;
  readonly #options: LockstepOptions;
  /** In the order in which they were subscribed, which is that of their work on one entry. */
  readonly #workers: Worker[] = [];
  readonly #cases = new CasesAtHand();
  readonly #recent = new RecentEntries();
  readonly #followers = new Followers((options) => this.read(options));
  readonly #closing = new AbortController();
  readonly #buried: DeadEntry[] = [];
  #waiting: Waiting[] = [];

  constructor(options: LockstepOptions) {
    const { clock = systemClock, diagnostics = silent } = options;
    this.#clock = clock;
    this.#diagnostics = diagnostics;
    this.#log = new ScratchLog(clock);
    this.#options = options;
    // A replay is run again, not mended.
    const never = (): Promise<boolean> => Promise.resolve(false);
    const list = (group?: string): Promise<DeadEntry[]> =>
      Promise.resolve(this.#buried.filter((one) => group === undefined || one.group === group));
    this.dead = { list, redrive: never, discard: never };
  }

  open(): Promise<void> {
    return Promise.resolve();
  }

  publish(events: readonly AnyEvent[]): Promise<StoredEvent[]> {
    // All or none: what the log refuses keeps the rest of its batch off it.
    return Promise.resolve().then(() => events.map(stored).map((one) => this.#append(one)));
  }

  /** What is there already is not handled again. */
  #append(checked: Checked): StoredEvent {
    const entry = this.#log.append(checked);
    if (entry === undefined) return this.#there(checked.event);
    this.#cases.keep(entry);
    this.#recent.keep(entry);
    this.#followers.came(entry);
    const { event, position } = entry;
    for (const worker of this.#workers) {
      if (!worker.wakes.has(event.type) || !isKnown(event)) continue;
      this.#waiting.push({ worker, group: worker.group, event, position });
    }
    return entry;
  }

  #there({ id }: AnyEvent): StoredEvent {
    const entry = this.#log.byId(id);
    if (entry === undefined) throw new HatrackError("replay_failed", `replay: ${id} is not on the log`);
    return entry;
  }

  subscribe<T extends EventType, S = undefined>(
    group: string,
    types: readonly T[],
    handler: Handler<T, S>,
    options: SubscribeOptions<T, S>,
  ): Subscription {
    const worker = workerOf({ group, types, handler, options }, this.#clock, this.#closing.signal);
    this.#workers.push(worker);
    const ended = Promise.withResolvers<undefined>();
    const close = (): Promise<void> => {
      const at = this.#workers.indexOf(worker);
      if (at >= 0) this.#workers.splice(at, 1);
      ended.resolve(undefined);
      return Promise.resolve();
    };
    return { group, status: () => "running", stalledMs: () => 0, ended: ended.promise, close };
  }

  /** A case at hand is read from memory, and so is the end of the log. */
  read(options: ReadOptions = {}): AsyncIterable<StoredEvent> {
    return this.#cases.read(options) ?? this.#recent.read(options) ?? this.#log.read(options);
  }

  follow(options: ReadOptions & { readonly signal: AbortSignal }): AsyncIterable<StoredEvent> {
    return this.#followers.follow(options);
  }

  tail(): Promise<ReadonlyMap<number, Position>> {
    const { last } = this.#log;
    return Promise.resolve(new Map(last === undefined ? [] : [[0, last]]));
  }

  lease(): Promise<boolean> {
    return Promise.resolve(true);
  }

  groups(): Promise<GroupStatus[]> {
    const status = ({ group }: Worker): GroupStatus => {
      const lag = this.#waiting.filter((one) => one.group === group).length;
      const dead = this.#buried.filter((one) => one.group === group).length;
      return { group, lag, pending: 0, oldestPendingMs: 0, consumers: 1, dead };
    };
    return Promise.resolve(this.#workers.map(status));
  }

  close(): Promise<void> {
    this.#closing.abort();
    return Promise.resolve();
  }

  /** The case is done: in a while what is read of it comes from the log. */
  putAway(caseId: string): void {
    this.#cases.putAway(caseId);
  }

  /** Round after round, until nothing on the log is left to handle. */
  async settle(): Promise<void> {
    while (this.#waiting.length > 0) {
      const round = this.#nextRound();
      const answers = await this.#workOn(round);
      const said = round.flatMap((task, i) =>
        this.#said(task, answers[i] ?? { handled: skip("not handled") }),
      );
      // Said once it was checked: it is not parsed again. Timers and signals have their turn in between.
      for (const one of said) this.#append(one);
      await turn();
    }
  }

  #nextRound(): Waiting[] {
    const [now, later]: [Waiting[], Waiting[]] = [[], []];
    const keys = new Set<string>();
    for (const one of this.#waiting) {
      const own = one.worker.keyOf(one.event);
      const key = own === undefined ? undefined : `${one.group} ${own}`;
      if (key !== undefined && keys.has(key)) later.push(one);
      else now.push(one);
      if (key !== undefined) keys.add(key);
    }
    this.#waiting = later;
    return now;
  }

  async #workOn(round: readonly Waiting[]): Promise<Came[]> {
    const answers: Came[] = [];
    const queue = round.entries();
    const work = async (): Promise<void> => {
      for (const [i, task] of queue) answers[i] = await this.#workOne(task);
    };
    await Promise.all(Array.from({ length: Math.min(this.#options.parallel, round.length) }, work));
    return answers;
  }

  async #workOne(task: Waiting): Promise<Came> {
    try {
      return { handled: await this.#options.around(task, () => task.worker.handle(task)) };
    } catch (thrown) {
      return { thrown };
    }
  }

  /** Whoever throws has thrown: the second try of a program on the same record says the same. */
  #said(task: Waiting, came: Came): readonly Checked[] {
    if ("thrown" in came) return [this.#bury(task, came.thrown)];
    const { handled } = came;
    if (!("events" in handled)) return [];
    try {
      return task.worker.outputs(task, handled.events);
    } catch (error) {
      return [this.#bury(task, error)];
    }
  }

  #bury({ group, event, position }: Task, thrown: unknown): Checked {
    const error = reasonOf(thrown);
    const at = isoTime(this.#clock.now());
    const counts = { failures: 1, deliveries: 1, firstAt: at, lastAt: at };
    const dead = { group, position, partition: 0, reason: "threw", error, ...counts, text: "" };
    this.#buried.push(dead);
    this.#diagnostics.error({ group, position, type: event.type }, `dead (threw): ${error}`);
    return entryDead(dead, event);
  }
}

interface Subscribed<T extends EventType, S> {
  readonly group: string;
  readonly types: readonly T[];
  readonly handler: Handler<T, S>;
  readonly options: SubscribeOptions<T, S>;
}

function workerOf<T extends EventType, S>(
  { group, types, handler, options }: Subscribed<T, S>,
  clock: Clock,
  signal: AbortSignal,
): Worker {
  const states = new Map<string, S>();
  const { state: fold, wants = () => true, source, sign } = options;
  const mine = (event: KnownEvent): KnownEvent<T> => {
    if (isEvent(event, ...types)) return event;
    throw new HatrackError("event_invalid", `replay: ${group} was given a ${event.type}`);
  };
  const keyOf = (event: KnownEvent): string | undefined => fold?.key(mine(event));
  return {
    group,
    wakes: new Set(types),
    keyOf,
    handle: async ({ event: given, position }) => {
      const event = mine(given);
      if (!wants(event)) return skip("not wanted");
      const key = keyOf(event);
      const state = key === undefined ? undefined : states.get(key);
      return handler({ event, position, partition: 0, state, deliveries: 1, signal });
    },
    outputs: ({ event: cause }, drafts) => {
      const saying = { group, cause, source, time: isoTime(clock.now()), sign };
      const outputs = drafts.map((draft, position) => outputOf(draft, position, saying));
      const key = keyOf(cause);
      if (fold !== undefined && key !== undefined) {
        for (const { event } of outputs) states.set(key, fold.evolve(states.get(key), event));
      }
      return outputs;
    },
  };
}

function isKnown(event: AnyEvent): event is KnownEvent {
  return !("foreign" in event);
}
