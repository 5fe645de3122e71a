/** Falcon polled onto a log, poll by poll: the test says when the next one begins and waits until it is over. */
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { LocalBus } from "../../../src/bus/local-bus.ts";
import type { Bus } from "../../../src/bus/bus.ts";
import { manualClock, type Clock } from "../../../src/clock.ts";
import { silent, type Diagnostics } from "../../../src/diagnostics.ts";
import { isEvent, type AnyEvent } from "../../../src/events/envelope.ts";
import type { Grouping } from "../../../src/seams/open-groups.ts";
import { publishAlerts } from "../../../src/seams/publish-alerts.ts";
import { FalconClient, type FalconOptions } from "../../../vendors/falcon-client.ts";
import { falconLog } from "../../../vendors/falcon-log.ts";
import { whyNotReadOnly } from "../../../vendors/read-only.ts";
import { falconSource, type FalconSourceOptions } from "../../../vendors/falcon-source.ts";
import { FakeFalcon, type FakeAlert } from "./fake-falcon.ts";

export const startMs = Date.parse("2026-11-16T09:00:00Z");

export function iso(ms: number): string {
  return new Date(ms).toISOString();
}

/** An alert as the published model has it, created so many seconds after the start. */
export function alertAt(id: string, second: number, more: Record<string, unknown> = {}): FakeAlert {
  const time = iso(startMs + second * 1000);
  return {
    composite_id: `cid:ind:${id}`,
    ...{ created_timestamp: time, updated_timestamp: time, timestamp: time },
    ...{ name: "Rule", status: "new", severity: 50, product: "epp", type: "ldt", tags: [], ...more },
  };
}

export function clientFor(
  fake: FakeFalcon,
  baseUrl: string,
  more: Partial<FalconOptions> = {},
): FalconClient {
  const { id: clientId, secret: clientSecret } = fake.credentials;
  const http = { wait: () => Promise.resolve(), ...more.http };
  return new FalconClient({ clientId, clientSecret, baseUrl, clock: manualClock(startMs), ...more, http });
}

export interface Polling {
  readonly bus: Bus;
  /** Waits of the source between polls, milliseconds. */
  readonly waits: number[];
  /** Resolves once the next poll is over, also when it failed; rejects when the source has ended. */
  poll(): Promise<void>;
  /** Ends without another poll; the log stays. */
  stop(): Promise<void>;
}

export interface PollingOptions extends Partial<Omit<FalconSourceOptions, "client">> {
  readonly fake: FakeFalcon;
  readonly baseUrl: string;
  readonly bus?: Bus;
  readonly clock?: Clock;
  readonly diagnostics?: Diagnostics;
  readonly http?: FalconOptions["http"];
  readonly grouping?: Grouping;
}

export async function polling(options: PollingOptions): Promise<Polling> {
  const { fake, baseUrl, bus = new LocalBus({}), clock = manualClock(startMs), http = {}, ...more } = options;
  const { diagnostics = silent } = options;
  await bus.open([]);
  const abort = new AbortController();
  const waits: number[] = [];
  let over = Promise.withResolvers<undefined>();
  let go = Promise.withResolvers<undefined>();
  const wait = (ms: number, signal: AbortSignal): Promise<unknown> => {
    waits.push(ms);
    over.resolve(undefined);
    const aborted = Promise.withResolvers<undefined>();
    signal.addEventListener(
      "abort",
      () => {
        aborted.resolve(undefined);
      },
      { once: true },
    );
    return Promise.race([go.promise, aborted.promise]);
  };
  const source = falconSource({
    ...{ client: clientFor(fake, baseUrl, { clock, http }), clock, diagnostics, wait },
    ...falconLog(bus, clock),
    ...more,
  });
  let publishing: Promise<unknown> | undefined;
  return {
    bus,
    waits,
    poll: async () => {
      over = Promise.withResolvers();
      if (publishing === undefined) {
        publishing = publishAlerts(bus, source, {
          ...(options.grouping === undefined ? {} : { grouping: options.grouping }),
          clock,
          diagnostics,
          signal: abort.signal,
          backoff: () => 0,
        });
        publishing.catch(() => undefined);
      } else {
        const next = go;
        go = Promise.withResolvers();
        next.resolve(undefined);
      }
      await Promise.race([over.promise, publishing]);
    },
    stop: async () => {
      abort.abort();
      await publishing?.catch(() => undefined);
    },
  };
}

export async function logged(bus: Bus): Promise<AnyEvent[]> {
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read()) events.push(event);
  return events;
}

export async function received(bus: Bus): Promise<string[]> {
  return (await logged(bus)).flatMap((e) => (isEvent(e, "alert.received") ? [e.data.sourceId.slice(8)] : []));
}
export async function cursors(bus: Bus): Promise<string[]> {
  return (await logged(bus)).flatMap((e) => (isEvent(e, "source.advanced") ? [e.data.cursor] : []));
}
export async function labels(bus: Bus): Promise<string[]> {
  return (await logged(bus)).flatMap((e) => (isEvent(e, "case.labelled") ? [e.data.verdict] : []));
}

/** A Falcon of this file's tests, new for each, and what polls it; that nothing but reading was asked for is checked after each. */
export function fakeAndPolling(): {
  readonly fake: FakeFalcon;
  readonly url: () => string;
  readonly start: (options?: Partial<PollingOptions>) => Promise<Polling>;
} {
  const fake = new FakeFalcon();
  const running: Polling[] = [];
  let baseUrl = "";
  beforeAll(async () => {
    baseUrl = await fake.start();
  });
  beforeEach(() => {
    fake.reset();
    fake.nowMs = startMs;
  });
  afterEach(async () => {
    for (const each of running.splice(0)) await each.stop();
    const other = fake.seen.filter(
      ({ method, path }) => whyNotReadOnly("falcon", method, path) !== undefined,
    );
    expect(other).toEqual([]);
  });
  afterAll(() => fake.close());
  return {
    fake,
    url: () => baseUrl,
    start: async (options = {}) => {
      const started = await polling({ fake, baseUrl, ...options });
      running.push(started);
      return started;
    },
  };
}
