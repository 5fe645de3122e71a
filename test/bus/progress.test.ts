/** What a watchdog and whoever reads the diagnostics learn of a subscription's work. */
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { atHand } from "../../src/bus/at-hand.ts";
import { says, type Handler, type Subscription } from "../../src/bus/bus.ts";
import type { GroupStore } from "../../src/bus/group-store.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { Committed } from "../../src/bus/observer.ts";
import { Solo } from "../../src/bus/solo.ts";
import { startSubscription } from "../../src/bus/subscription.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { canary, count, echo, eventually, hang, missed, quick, until } from "./conformance/harness.ts";

const types = ["canary.sent"] as const;
const never = new Promise<never>(() => undefined);

let bus = new LocalBus();
let subscriptions: Subscription[] = [];
let ahead = 0;

beforeEach(async () => {
  bus = new LocalBus({ timings: quick });
  subscriptions = [];
  ahead = 0;
  const now = performance.now.bind(performance);
  vi.spyOn(performance, "now").mockImplementation(() => now() + ahead);
  await bus.open(["g"]);
});

afterEach(async () => {
  await Promise.all(subscriptions.map((subscription) => subscription.close(1)));
  await bus.close();
  vi.restoreAllMocks();
});

function realStore(): GroupStore {
  return bus.groupStore({ group: "g", types, consumer: "a" });
}

function subscribe(
  replaced: Partial<GroupStore>,
  handler: typeof echo,
  { concurrency = 4, store = realStore() } = {},
): Subscription {
  const mixed: GroupStore = {
    take: (request) => store.take(request),
    abandoned: () => store.abandoned(),
    reclaim: () => store.reclaim(),
    renew: (claims) => store.renew(claims),
    handBack: (claims) => store.handBack(claims),
    readState: (claim, key) => store.readState(claim, key),
    commit: (commit) => store.commit(commit),
    bury: (burial) => store.bury(burial),
    close: () => store.close(),
    ...replaced,
  };
  const subscription = startSubscription(
    { group: "g", types, handler, options: { source: "/roles/tester", concurrency } },
    {
      store: mixed,
      clock: systemClock,
      timings: { ...quick, renewMs: 10 },
      solo: new Solo(),
      diagnostics: silent,
    },
  );
  subscriptions.push(subscription);
  return subscription;
}

const twoMinutes = 120_000;

/** A store whose nth call of `take` does not come back; the store's own before that. */
function hangingTake(
  store: GroupStore,
  from: number,
): { take: GroupStore["take"]; hung: Promise<undefined> } {
  const { promise: hung, resolve } = Promise.withResolvers<undefined>();
  let calls = 0;
  const take: GroupStore["take"] = (request) => {
    calls += 1;
    if (calls < from) return store.take(request);
    resolve(undefined);
    return Promise.race([
      never,
      new Promise<readonly never[]>((end) => {
        request.signal.addEventListener("abort", () => {
          end([]);
        });
      }),
    ]);
  };
  return { take, hung };
}

describe("a subscription that gets on", () => {
  it("is not stalled while it finds nothing to do", async () => {
    const subscription = subscribe({}, echo);
    ahead = twoMinutes;
    await eventually(() => {
      expect(subscription.stalledMs()).toBeLessThan(1_000);
    });
  });

  it("is not stalled while all its slots wait for long handlers whose claims are renewed", async () => {
    const at = Promise.withResolvers<undefined>();
    const handler: typeof echo = ({ signal }) => {
      at.resolve(undefined);
      return hang(signal);
    };
    const subscription = subscribe({}, handler, { concurrency: 1 });
    await bus.publish([canary("slow")]);
    await at.promise;
    ahead = twoMinutes;
    await eventually(() => {
      expect(subscription.stalledMs()).toBeLessThan(1_000);
    });
  });

  it("is stalled when its read does not come back, also while its claims are renewed", async () => {
    const renewed = vi.fn<() => void>();
    const store = realStore();
    const { take, hung } = hangingTake(store, 2);
    const renew: GroupStore["renew"] = async (claims) => {
      const lost = await store.renew(claims);
      renewed();
      return lost;
    };
    await bus.publish([canary("slow")]);
    const subscription = subscribe({ take, renew }, ({ signal }) => hang(signal), { store });
    await hung;
    ahead = twoMinutes;
    const before = renewed.mock.calls.length;
    await eventually(() => {
      expect(renewed.mock.calls.length).toBeGreaterThan(before + 1);
    });
    expect(subscription.stalledMs()).toBeGreaterThanOrEqual(twoMinutes);
    await subscription.close(1);
    expect(subscription.stalledMs()).toBe(0);
  });

  it("is stalled when all its slots wait and the renewal does not come back", async () => {
    const asked = Promise.withResolvers<undefined>();
    const renew: GroupStore["renew"] = () => {
      asked.resolve(undefined);
      return never;
    };
    const subscription = subscribe({ renew }, ({ signal }) => hang(signal), { concurrency: 1 });
    await bus.publish([canary("slow")]);
    await asked.promise;
    ahead = twoMinutes;
    await new Promise((resolve) => setImmediate(resolve));
    expect(subscription.stalledMs()).toBeGreaterThanOrEqual(twoMinutes - 1_000);
  });
});

describe("what an observer and the diagnostics learn", () => {
  it("each commit of a handling, with what it said and how long the store took", async () => {
    const seen: Committed[] = [];
    const groups: string[] = [];
    const watched = new LocalBus({
      timings: quick,
      observer: {
        committed: (commit) => seen.push(commit),
        subscribed: ({ group }) => groups.push(group),
      },
    });
    await watched.open(["g"]);
    const subscription = watched.subscribe("g", types, echo, { source: "/operations" });
    await watched.publish([canary("a")]);
    await until(watched, count("canary.missed", 1));
    await eventually(() => {
      expect(seen.map(({ group, outputs }) => [group, outputs.map(({ type }) => type)])).toEqual([
        ["g", ["canary.missed"]],
      ]);
    });
    expect(groups).toEqual(["g"]);
    expect(seen[0]?.milliseconds).toBeGreaterThan(0);
    await subscription.close();
    await watched.close();
  });

  it("case, role and trace are on every line of a handling, the bus's own too, and on the events it causes", async () => {
    const lines: object[] = [];
    const note = (fields: object): void => {
      lines.push({ ...atHand(), ...fields });
    };
    const noisy = { debug: note, info: note, warn: note, error: note };
    const traced = new LocalBus({ timings: quick, diagnostics: noisy });
    await traced.open(["g"]);
    let tries = 0;
    const handler: Handler<"canary.sent", undefined> = async ({ event }) => {
      await new Promise((resolve) => setImmediate(resolve));
      noisy.info({ from: "handler" });
      tries += 1;
      if (tries === 1) throw new Error("once");
      return says(missed(event.data.canaryId));
    };
    const traceId = "0af7651916cd43dd8448eb211c80319c";
    const root = { ...canary("a", "CASE-1"), traceparent: `00-${traceId}-b7ad6b7169203331-01` };
    const subscription = traced.subscribe("g", types, handler, { source: "/operations" });
    await traced.publish([root]);
    const entries = await until(traced, count("canary.missed", 1));
    const hand = { caseId: "CASE-1", role: "g", traceId };
    // The handler's line twice, and the bus's own about the throw.
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line).toMatchObject(hand);
    expect(entries.at(-1)?.event.traceparent?.split("-")[1]).toBe(traceId);
    expect(atHand()).toBeUndefined();
    await subscription.close();
    await traced.close();
  });
});
