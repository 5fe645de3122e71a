/** What the suite needs of an adapter, and words the cases share. */
import { vi } from "vitest";
import type { Clock } from "../../../src/clock.ts";
import type { Diagnostics } from "../../../src/diagnostics.ts";
import type { Bus, GroupStatus, Handler, StoredEvent } from "../../../src/bus/bus.ts";
import { says } from "../../../src/bus/bus.ts";
import type { GroupStore, GroupStoreRequest, Output } from "../../../src/bus/group-store.ts";
import { outputOf } from "../../../src/bus/outputs.ts";
import type { Timings } from "../../../src/bus/timings.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../../../src/events/envelope.ts";
import { makeEvent } from "../../../src/events/parse.ts";

export type SuiteBus = Bus & { groupStore(request: GroupStoreRequest): GroupStore };

export interface StartOptions {
  readonly timings: Timings;
  readonly clock?: Clock;
  readonly diagnostics?: Diagnostics;
}

/** One log of its own, empty at first. */
export interface Harness {
  /** A bus on this harness's log, not opened yet. After a crash or a close: another one, on the same log. */
  start(options: StartOptions): SuiteBus | Promise<SuiteBus>;
  /** Publishes so that the entry's log time is `ms`, which is in the past; the log has nothing younger. */
  publishAt(bus: SuiteBus, ms: number, event: KnownEvent): Promise<void>;
  /**
   * Ends the bus as `kill -9` would: nothing it does from now on reaches the log, nothing is handed back. What it
   * held is abandoned after `reclaimIdleMs` at the latest. Absent: the log dies with its bus.
   */
  crash?(bus: SuiteBus): Promise<void>;
  /** Appends an entry past the bus, with whatever text. */
  inject?(entry: { type: string; subject: string; text: string }): Promise<void>;
  /** Takes a group away past the bus. */
  vanish?(group: string): Promise<void>;
  /** Closes what is still open and removes the log. */
  end(): Promise<void>;
}

export type MakeHarness = () => Harness | Promise<Harness>;

export interface Suite {
  /** Why the log dies with its bus: the cases that need `crash` are skipped for this reason. */
  readonly noCrash?: string;
  /** Why nobody gets at the log past the bus: the cases that need `inject` and `vanish` are skipped. */
  readonly noBackDoor?: string;
  /** How many random histories. Default 40. */
  readonly histories?: number;
  /** How many raced keys. Default 1,000. */
  readonly races?: number;
}

/** Quick retries and looks, and claims that are not abandoned unless a case asks for it. */
export const quick: Timings = {
  renewMs: 100,
  reclaimIdleMs: 60_000,
  lookMs: 20,
  waitMs: 100,
  tries: 3,
  backoffMs: 2,
  maxDeliveries: 5,
};

/** Runs a case on a log of its own and cleans up, whatever comes of it. */
export async function withBus(
  make: MakeHarness,
  run: (bus: SuiteBus, harness: Harness) => Promise<void>,
  options: Partial<StartOptions> = {},
): Promise<void> {
  const harness = await make();
  try {
    await run(await harness.start({ timings: quick, ...options }), harness);
  } finally {
    await harness.end();
  }
}

/** The back door, or a failure that says the adapter should have named why it has none. */
export function need<T>(door: T | undefined, what: string): T {
  if (door === undefined)
    throw new Error(`the harness has no ${what}: give it one, or name the reason in the suite`);
  return door;
}

/** An event that starts something. */
export function canary(id: string, subject = "system"): KnownEvent<"canary.sent"> {
  return makeEvent({
    id,
    source: "/operations",
    type: "canary.sent",
    subject,
    time: "2026-03-02T08:00:00.000Z",
    data: { canaryId: id, due: "2026-03-02T09:00:00.000Z" },
  });
}

/** What a handler may say to it; `what` is carried along. */
export function missed(canaryId: string, what = "here") {
  return { type: "canary.missed", data: { canaryId, stoppedAt: what } } as const;
}

export function advanced(source: string, cursor = "") {
  return { type: "source.advanced", data: { source, cursor } } as const;
}

/** Says one `canary.missed` for each canary. */
export const echo: Handler<"canary.sent", undefined> = ({ event }) => says(missed(event.data.canaryId));

/** An output as the worker loop would make it, for cases that talk to the store itself. */
export function outputFor(cause: AnyEvent, group: string, what: string): Output {
  if (!isEvent(cause, "canary.sent")) throw new Error(`a canary was expected, not ${cause.type}`);
  const time = "2026-03-02T08:00:01.000Z";
  return outputOf(missed(cause.data.canaryId, what), 0, { group, cause, source: "/operations", time });
}

export async function all(events: AsyncIterable<StoredEvent>): Promise<StoredEvent[]> {
  const found: StoredEvent[] = [];
  for await (const entry of events) found.push(entry);
  return found;
}

export async function ids(bus: Bus): Promise<string[]> {
  return (await all(bus.read())).map(({ event }) => event.id);
}

/** Reads on until what it has seen is enough. */
export async function until(
  bus: Bus,
  enough: (events: readonly StoredEvent[]) => boolean,
): Promise<StoredEvent[]> {
  const seen: StoredEvent[] = [];
  const stop = new AbortController();
  for await (const entry of bus.follow({ signal: stop.signal })) {
    seen.push(entry);
    if (enough(seen)) break;
  }
  stop.abort();
  return seen;
}

export const count =
  (type: string, n: number) =>
  (events: readonly StoredEvent[]): boolean =>
    events.filter(({ event }) => event.type === type).length >= n;

export async function statusOf(bus: Bus, group: string): Promise<GroupStatus> {
  const found = (await bus.groups()).find((status) => status.group === group);
  if (found === undefined) throw new Error(`no group ${group}`);
  return found;
}

/** Resolves when the group has nothing to do: settling without an output says nothing on the log. */
export async function idle(bus: Bus, group: string): Promise<void> {
  await eventually(async () => {
    const { lag, pending } = await statusOf(bus, group);
    if (lag + pending > 0) throw new Error(`${group} still has ${lag} to come and ${pending} pending`);
  });
}

export async function eventually<T>(check: () => T | Promise<T>): Promise<T> {
  return vi.waitFor(check, { timeout: 20_000, interval: 5 });
}

/** Hangs until the signal aborts, as a handler would that waits for a model. */
export function hang(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => {
      reject(new Error("aborted"));
    });
  });
}
