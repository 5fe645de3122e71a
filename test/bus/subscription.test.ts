/** The worker loop when its store has trouble: a real store, with one of its answers lost or refused. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Subscription } from "../../src/bus/bus.ts";
import type { GroupStore } from "../../src/bus/group-store.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { Solo } from "../../src/bus/solo.ts";
import { startSubscription } from "../../src/bus/subscription.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import {
  canary,
  count,
  echo,
  eventually,
  hang,
  idle,
  ids,
  quick,
  statusOf,
  until,
} from "./conformance/harness.ts";

const types = ["canary.sent"] as const;
const down = new HatrackError("bus_unavailable", "store: no answer", { retryable: true });
const gone = new HatrackError("group_vanished", "store: the group is gone");

let bus = new LocalBus();
let subscriptions: Subscription[] = [];

beforeEach(async () => {
  bus = new LocalBus({ timings: quick });
  subscriptions = [];
  await bus.open(["g"]);
});

afterEach(async () => {
  await Promise.all(subscriptions.map((subscription) => subscription.close(1)));
  await bus.close();
});

function realStore(): GroupStore {
  return bus.groupStore({ group: "g", types, consumer: "a" });
}

/** The real store with some of its methods replaced. */
function storeWith(replaced: Partial<GroupStore>, store: GroupStore): GroupStore {
  return {
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
}

function subscribe(store: GroupStore, handler = echo, timings = quick, concurrency = 4): Subscription {
  const subscription = startSubscription(
    { group: "g", types, handler, options: { source: "/roles/tester", concurrency } },
    { store, clock: systemClock, timings, solo: new Solo(), diagnostics: silent },
  );
  subscriptions.push(subscription);
  return subscription;
}

describe("a store in trouble", () => {
  it("whose answer to a commit is lost is asked again, and the effect is there once", async () => {
    const store = realStore();
    const results: string[] = [];
    const commit: GroupStore["commit"] = async (commit) => {
      const result = await store.commit(commit);
      results.push(result);
      if (results.length === 1) throw down;
      return result;
    };
    // No renewal in between: on a busy machine it may be the first to learn that the claim is settled.
    subscribe(storeWith({ commit }, store), echo, { ...quick, renewMs: 60_000 });
    await bus.publish([canary("a")]);
    await eventually(() => {
      expect(results).toEqual(["ok", "settled"]);
    });
    expect((await ids(bus)).length).toBe(2);
    await idle(bus, "g");
  });

  it("that is down pauses the subscription, which goes on by itself when it is back", async () => {
    const store = realStore();
    let isDown = true;
    const take: GroupStore["take"] = (request) => (isDown ? Promise.reject(down) : store.take(request));
    const subscription = subscribe(storeWith({ take }, store));
    await bus.publish([canary("a")]);
    await eventually(() => {
      expect(subscription.status()).toBe("paused");
    });
    isDown = false;
    await until(bus, count("canary.missed", 1));
    await eventually(() => {
      expect(subscription.status()).toBe("running");
    });
  });

  it("that fails for good while an entry is at work fails the subscription, and the handler is aborted", async () => {
    const store = realStore();
    const commit: GroupStore["commit"] = () => Promise.reject(gone);
    const aborted = Promise.withResolvers<unknown>();
    let calls = 0;
    const handler: typeof echo = async (delivery) => {
      calls += 1;
      if (delivery.event.id === "quick") return echo(delivery);
      return hang(delivery.signal).finally(() => {
        aborted.resolve(delivery.signal.reason);
      });
    };
    await bus.publish([canary("slow"), canary("quick")]);
    const subscription = subscribe(storeWith({ commit }, store), handler);
    await expect(subscription.ended).rejects.toBe(gone);
    expect(await aborted.promise).toMatchObject({ code: "subscription_closed" });
    expect(subscription.status()).toBe("failed");
    expect(calls).toBe(2);
    await subscription.close();
  });

  it("that cannot hand back does not keep a close from ending", async () => {
    const store = realStore();
    const started = Promise.withResolvers<undefined>();
    const handler: typeof echo = ({ signal }) => {
      started.resolve(undefined);
      return hang(signal);
    };
    const handBack: GroupStore["handBack"] = () => Promise.reject(down);
    const subscription = subscribe(storeWith({ handBack }, store), handler);
    await bus.publish([canary("a")]);
    await started.promise;
    await subscription.close(1);
    expect(subscription.status()).toBe("closed");
  });

  it("that is slow to commit keeps no handler from its work, up to twice the concurrency", async () => {
    const store = realStore();
    const answer = Promise.withResolvers<undefined>();
    const commit: GroupStore["commit"] = async (commit) => {
      await answer.promise;
      return store.commit(commit);
    };
    const asked: number[] = [];
    const take: GroupStore["take"] = (request) => {
      asked.push(request.max);
      return store.take(request);
    };
    const handled: string[] = [];
    const handler: typeof echo = (delivery) => {
      handled.push(delivery.event.id);
      return echo(delivery);
    };
    await bus.publish(["a", "b", "c", "d", "e"].map((id) => canary(id)));
    subscribe(storeWith({ commit, take }, store), handler, quick, 2);
    await eventually(() => {
      expect(handled).toEqual(["a", "b", "c", "d"]);
    });
    expect((await statusOf(bus, "g")).pending).toBe(4);
    expect(Math.max(...asked)).toBe(2);
    answer.resolve(undefined);
    await until(bus, count("canary.missed", 5));
    await idle(bus, "g");
  });

  it("that does not answer a renewal is asked again; the handler goes on meanwhile", async () => {
    const store = realStore();
    let renewals = 0;
    const renew: GroupStore["renew"] = (claims) =>
      ++renewals < 3 ? Promise.reject(down) : store.renew(claims);
    const renewed = eventually(() => {
      expect(renewals).toBeGreaterThan(3);
    });
    const handler: typeof echo = async (delivery) => {
      await renewed;
      expect(delivery.signal.aborted).toBe(false);
      return echo(delivery);
    };
    subscribe(storeWith({ renew }, store), handler, { ...quick, renewMs: 5 });
    await bus.publish([canary("a")]);
    await until(bus, count("canary.missed", 1));
  });
});

describe("who runs beside whom", () => {
  const never = new AbortController().signal;

  it("lets one who is alone wait for all others, and all others for it", async () => {
    const solo = new Solo();
    const said: string[] = [];
    const first = await solo.beside(never);
    const more = solo.besideMe();
    const alone = solo.alone(never).then((leave) => (said.push("alone"), leave));
    const later = solo.beside(never).then((leave) => (said.push("later"), leave));
    first?.();
    first?.();
    await Promise.resolve();
    expect(said).toEqual([]);
    more();
    (await alone)?.();
    (await later)?.();
    expect(said).toEqual(["alone", "later"]);
    (await solo.alone(never))?.();
  });

  it("lets go of one who gives up waiting, and of those who waited behind it", async () => {
    const solo = new Solo();
    const first = await solo.beside(never);
    const stop = new AbortController();
    const alone = solo.alone(stop.signal);
    const behind = solo.beside(never);
    stop.abort();
    expect(await alone).toBe(undefined);
    (await behind)?.();
    first?.();
    expect(await solo.beside(AbortSignal.abort())).toBeTypeOf("function");
  });
});
