/** A storm of alerts on several partitions, each going its way, while somebody keeps asking for the balance. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alerts, triage } from "../../bench/bus-load.ts";
import { says, type Handled, type Position } from "../../src/bus/bus.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { alertBalance, type BalanceAt } from "../../src/memory/alert-balance.ts";
import { publishAlerts } from "../../src/seams/publish-alerts.ts";
import { openBus } from "../bus/redis-help.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { requires } from "../require.ts";
import { figure, long } from "./long.ts";

const fates = ["triaged", "failed", "dead", "suppressed", "grouped"] as const;
type Fate = (typeof fates)[number];
const count = long ? 20_000 : 300;
const seen = [
  ...(["alert.received", "alert.grouped", "alert.suppressed"] as const),
  ...(["alert.triaged", "role.failed", "entry.dead"] as const),
];
/** Every tenth of each of the others. */
const fateOf = (n: number): Fate => fates[n % 10] ?? "triaged";

describe.skipIf(!requires("redis"))("a storm of alerts", () => {
  let server: RedisServer;
  let bus: RedisBus;
  let twin: RedisBus;
  beforeEach(async () => {
    server = await RedisServer.start();
    const options = { partitions: 4, durability: "relaxed" } as const;
    bus = await openBus(server, ["sentinel"], options);
    twin = await openBus(server, ["sentinel"], options);
  });
  afterEach(async () => {
    await Promise.all([bus.close(), twin.close()]);
    await server.stop();
  });

  const given = alerts(count);
  const wayOf = new Map(given.map(({ subject }, n) => [subject, fateOf(n)]));
  const failed: Handled = says({
    type: "role.failed",
    data: {
      ...{ role: "sentinel", title: "Sentinel", reason: "empty_output", detail: "No answer." },
      ...{ steps: [], model: "m" },
    },
  });

  function work(on: RedisBus, consumer: string): void {
    const handler = ({ event }: { event: KnownEvent<"alert.received"> }): Handled => {
      const way = wayOf.get(event.subject);
      if (way === "dead") throw new HatrackError("no_luck", "out of order");
      return way === "failed" ? failed : says(triage(event));
    };
    on.subscribe("sentinel", ["alert.received"], handler, {
      ...{ source: "/roles/sentinel", concurrency: 32, consumer },
    });
  }

  async function publishAll(): Promise<void> {
    const by = { team: "T1", user: "U1" };
    const until = new Date(Date.now() + 3_600_000).toISOString();
    const mute = { suppressionId: "s", rule: "suppressed", until, by, reason: "Noise." };
    const of = { id: "m", source: "/roles/human-gate", subject: "system", time: new Date().toISOString() };
    await bus.publish([makeEvent({ ...of, type: "suppression.set", data: mute })]);
    const items = async function* () {
      for (const { data, subject } of given) {
        const way = wayOf.get(subject) ?? "triaged";
        const name = way === "grouped" || way === "suppressed" ? way : subject;
        yield await Promise.resolve({ alert: { ...data, rule: { id: "r", name } } });
      }
    };
    const on = { clock: systemClock, diagnostics: silent, signal: new AbortController().signal };
    const grouping = { minutes: 60, most: count };
    await publishAlerts(bus, { name: "storm", items }, { ...on, grouping, backoff: () => 20 });
  }

  /** How the log up to these positions was counted before must be how it is counted again. */
  async function recounted({ alerts: before, positions }: BalanceAt): Promise<void> {
    const tail = new Map<number, Position>(Object.entries(positions).map(([at, end]) => [Number(at), end]));
    const past = { tail: () => Promise.resolve(tail), read: bus.read.bind(bus) };
    expect((await alertBalance(past)).alerts).toEqual(before);
  }

  async function balanced(before?: BalanceAt): Promise<BalanceAt> {
    const balance = await alertBalance(bus);
    expect(balance.alerts.balanced).toBe(true);
    expect(balance.alerts.received).toBeGreaterThanOrEqual(before?.alerts.received ?? 0);
    return balance;
  }

  /** How many fates were said; each of its alert alone. */
  async function saidOnce(): Promise<number> {
    const causes: (string | undefined)[] = [];
    for await (const { event } of bus.read())
      if (isEvent(event, "alert.triaged", "role.failed", "entry.dead")) causes.push(event.causationid);
    expect(new Set(causes).size).toBe(causes.length);
    return causes.length;
  }

  it(
    "adds up at every moment at the positions it prints, with Redis killed in the middle",
    { timeout: 600_000 },
    async () => {
      work(bus, "one");
      work(twin, "two");
      const publishing = publishAll();
      const each = count / 10;
      const asked: BalanceAt[] = [];
      // Every alert comes in once, and all but the muted and the repeats come to something.
      const all = count + (count - 2 * each + 1);
      let [passed, killed] = [0, false];
      for await (const _ of bus.follow({ types: seen, signal: AbortSignal.timeout(590_000) })) {
        passed += 1;
        if (passed % Math.floor(all / 20) !== 0 && passed < all) continue;
        asked.push(await balanced(asked.at(-1)));
        if (passed === all) break;
        if (killed || passed < all / 2) continue;
        killed = true;
        await server.kill9();
        await server.restart();
      }
      await publishing;
      expect(asked.at(-1)?.alerts).toEqual({
        ...{ received: count, failed: each, dead: each, suppressed: each, grouped: each - 1 },
        ...{ triaged: count - 4 * each + 1, waiting: 0, balanced: true },
      });
      const dead = await bus.dead.list("sentinel");
      expect(dead).toHaveLength(each);
      const middle = asked[Math.floor(asked.length / 2)];
      if (middle !== undefined) await recounted(middle);
      const said = await saidOnce();
      figure("a storm", {
        alerts: count,
        "balances asked for, all balanced": asked.length,
        "things said, each once": said,
      });
    },
  );
});
