import { expect, it } from "vitest";
import {
  says,
  type Delivery,
  type Handled,
  type StoredEvent,
  type Subscription,
} from "../../../src/bus/bus.ts";
import { because } from "./groups.ts";
import {
  advanced,
  all,
  canary,
  count,
  echo,
  eventually,
  hang,
  idle,
  missed,
  need,
  quick,
  statusOf,
  until,
  withBus,
} from "./harness.ts";
import type { Harness, MakeHarness, Suite, SuiteBus } from "./harness.ts";

const source = "/roles/tester";
const timings = { ...quick, renewMs: 30, reclaimIdleMs: 250, lookMs: 10, waitMs: 20 };
const roots = ["r1", "r2", "r3", "r4", "r5"];
const chainLength = 4 * roots.length;

let answers = 0;
/** A different answer at each asking, as a model gives: a handling done twice shows as two events. */
const answer = (): string => `answer ${(answers += 1)}`;

/** Three roles; each says one event of the one before it. */
function chain(bus: SuiteBus): void {
  bus.subscribe("one", ["canary.sent"], ({ event }) => says(missed(event.data.canaryId, answer())), {
    source,
  });
  bus.subscribe("two", ["canary.missed"], () => says(advanced("two", answer())), { source });
  const three = (): Handled => says({ type: "entry.redriven", data: { group: "three", position: answer() } });
  bus.subscribe("three", ["source.advanced"], three, { source });
}

const groups = ["one", "two", "three"];

export function crashCases(make: MakeHarness, suite: Suite): void {
  const crashes = it.skipIf(suite.noCrash !== undefined);
  const why = because(suite.noCrash);

  crashes(
    `loses and doubles nothing in a chain of three roles, killed after its k-th event for every k${why}`,
    async () => {
      for (let k = 1; k < chainLength; k++) await killedAfter(make, k);
    },
    120_000,
  );

  crashes(`redelivers what was in the dead worker's hands, and counts it${why}`, () =>
    withBus(
      make,
      async (bus, harness) => {
        await bus.open(["g"]);
        await bus.publish([canary("a"), canary("b")]);
        const atWork: string[] = [];
        const stuck: typeof echo = ({ event, signal }) => {
          atWork.push(event.id);
          return hang(signal);
        };
        bus.subscribe("g", ["canary.sent"], stuck, { source });
        await eventually(() => {
          expect(atWork).toEqual(["a", "b"]);
        });
        const again = await restarted(bus, harness, ["g"]);
        expect((await statusOf(again, "g")).pending).toBe(2);
        const deliveries: number[] = [];
        const handler: typeof echo = (delivery) => {
          deliveries.push(delivery.deliveries);
          return echo(delivery);
        };
        again.subscribe("g", ["canary.sent"], handler, { source });
        await until(again, count("canary.missed", 2));
        expect(deliveries).toEqual([2, 2]);
      },
      { timings },
    ),
  );

  crashes(
    `buries an entry that kills its worker five times, and not one of its neighbours, in its group or another${why}`,
    () =>
      withBus(
        make,
        async (bus, harness) => {
          const end = await poisoned(bus, harness);
          await idle(end, "g");
          await idle(end, "h");
          expect(await end.dead.list()).toMatchObject([
            { group: "g", reason: "crashed", deliveries: 6, failures: 5 },
          ]);
          const handled = (await all(end.read())).flatMap(({ event }) => event.causationid ?? []);
          // Each neighbour once in each group, the poison once in the group it does not kill, and its `entry.dead`.
          expect(handled.sort()).toEqual([...neighbours, ...neighbours, "poison", "poison"].sort());
        },
        { timings },
      ),
    60_000,
  );

  crashes(`closes in time, and hands back, while a reclaimed entry is at work${why}`, () =>
    withBus(
      make,
      async (bus, harness) => {
        await bus.open(["g"]);
        await bus.publish([canary("a")]);
        const stuckIn = async (life: SuiteBus): Promise<Subscription> => {
          const started = Promise.withResolvers<undefined>();
          const stuck: typeof echo = ({ signal }) => {
            started.resolve(undefined);
            return hang(signal);
          };
          const subscription = life.subscribe("g", ["canary.sent"], stuck, { source });
          await started.promise;
          return subscription;
        };
        await stuckIn(bus);
        const again = await restarted(bus, harness, ["g"]);
        await (await stuckIn(again)).close(1);
        const deliveries: number[] = [];
        const handler: typeof echo = (delivery) => {
          deliveries.push(delivery.deliveries);
          return echo(delivery);
        };
        again.subscribe("g", ["canary.sent"], handler, { source });
        await until(again, count("canary.missed", 1));
        expect(deliveries).toEqual([2]);
      },
      { timings },
    ),
  );

  crashes(`keeps dead letters, state and places of groups${why}`, () =>
    withBus(
      make,
      async (bus, harness) => {
        await bus.open(["g"]);
        const failing: typeof echo = (delivery) => {
          if (delivery.event.id === "bad") throw new Error("no");
          return echo(delivery);
        };
        bus.subscribe("g", ["canary.sent"], failing, { source });
        await bus.publish([canary("bad"), canary("good")]);
        await until(bus, (log) => count("entry.dead", 1)(log) && count("canary.missed", 1)(log));
        const before = await bus.dead.list();
        const again = await restarted(bus, harness, ["g"]);
        expect(await again.dead.list()).toEqual(before);
        again.subscribe("g", ["canary.sent"], echo, { source });
        expect(await again.dead.redrive("g", before[0]?.position ?? "")).toBe(true);
        const log = await until(again, count("canary.missed", 2));
        expect(log.filter(({ event }) => event.causationid === "good").length).toBe(1);
      },
      { timings },
    ),
  );
}

async function killedAfter(make: MakeHarness, k: number): Promise<void> {
  await withBus(
    make,
    async (bus, harness) => {
      await bus.open(groups);
      const killed = until(bus, (log) => log.length >= k);
      chain(bus);
      const published = bus.publish(roots.map((id) => canary(id, `case ${id}`))).catch(() => undefined);
      await killed;
      const again = await restarted(bus, harness, groups);
      await published;
      // Whoever publishes and hears nothing says it again.
      await again.publish(roots.map((id) => canary(id, `case ${id}`)));
      chain(again);
      await until(again, count("entry.redriven", roots.length));
      for (const group of groups) await idle(again, group);
      expectWhole(await all(again.read()), k);
    },
    { timings },
  );
}

function expectWhole(log: readonly StoredEvent[], k: number): void {
  const caused = log.flatMap(({ event }) => event.causationid ?? []);
  expect(new Set(caused).size, `killed after ${k}: an event has two effects`).toBe(caused.length);
  expect(log.length, `killed after ${k}`).toBe(chainLength);
  expect(new Set(log.map(({ event }) => event.id)).size).toBe(chainLength);
}

const neighbours = Array.from({ length: 8 }, (_, i) => `neighbour ${i}`);

/** Two groups at work on the same entries; in one of them, one entry kills the process whenever it is handled. */
async function poisoned(first: SuiteBus, harness: Harness): Promise<SuiteBus> {
  await first.open(["g", "h"]);
  await first.publish([...neighbours.slice(0, 4), "poison", ...neighbours.slice(4)].map((id) => canary(id)));
  let bus = first;
  for (let life = 1; life <= 6; life++) {
    const death = Promise.withResolvers<undefined>();
    const buried = until(bus, count("entry.dead", 1)).then(
      () => "buried" as const,
      () => "killed" as const,
    );
    subscribeAll(bus, life, death);
    const end = await Promise.race([death.promise, buried]);
    if (end === "buried") return bus;
    bus = await restarted(bus, harness, ["g", "h"]);
  }
  throw new Error("the poison was not buried after five deaths");
}

function subscribeAll(bus: SuiteBus, life: number, death: PromiseWithResolvers<undefined>): void {
  const working = new Set<string>();
  const handler =
    (group: string) =>
    async (delivery: Delivery<"canary.sent">): Promise<Handled> => {
      const { event, deliveries, signal } = delivery;
      const name = `${group} ${event.id}`;
      working.add(name);
      if (name === "g poison") {
        if (deliveries >= 3 && working.size > 1)
          throw new Error(`a suspect ran beside ${[...working].join(", ")}`);
        // In its first life all are at work when it strikes.
        if (life > 1 || working.size === 2 * neighbours.length + 2) death.resolve(undefined);
        return hang(signal);
      }
      if (life === 1) {
        if (working.size === 2 * neighbours.length + 2) death.resolve(undefined);
        return hang(signal);
      }
      await new Promise(setImmediate);
      working.delete(name);
      return says(missed(event.data.canaryId, group));
    };
  const options = { source, concurrency: 16 };
  bus.subscribe("g", ["canary.sent"], handler("g"), options);
  bus.subscribe("h", ["canary.sent"], handler("h"), options);
}

async function restarted(bus: SuiteBus, harness: Harness, names: readonly string[]): Promise<SuiteBus> {
  await need(harness.crash?.bind(harness), "crash")(bus);
  const again = await harness.start({ timings });
  await again.open(names);
  return again;
}
