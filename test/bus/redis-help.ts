/** What the tests of the Redis bus share. */
import { Redis } from "ioredis";
import { z } from "zod";
import { RedisBus, type RedisBusOptions } from "../../src/bus/redis-bus.ts";
import type { Claim, GroupStore } from "../../src/bus/group-store.ts";
import { outputOf } from "../../src/bus/outputs.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent, parseEventText } from "../../src/events/parse.ts";
import { redisKeys } from "../../src/bus/redis/keys.ts";
import type { RedisServer } from "./redis-server.ts";

export const keys = redisKeys("soc", 0);

/** Fast enough for a test, in the proportions of the defaults. */
export const fast = { renewMs: 50, reclaimIdleMs: 300, lookMs: 50, waitMs: 50, backoffMs: 10 };

const time = "2026-01-05T09:00:00.000Z";

export function canary(id: string, subject = "system"): KnownEvent<"canary.sent"> {
  const data = { canaryId: id, due: time };
  return makeEvent({ id, source: "/test", type: "canary.sent", subject, time, data });
}

/** The answer to a canary, as a handler says it. */
export const missed = (canaryId: string, stoppedAt = "test") =>
  ({ type: "canary.missed", data: { canaryId, stoppedAt } }) as const;

export async function openBus(
  at: { readonly url: string },
  groups: readonly string[],
  options: Partial<RedisBusOptions> = {},
): Promise<RedisBus> {
  const bus = new RedisBus({ url: at.url, timings: fast, ...options });
  await bus.open(groups);
  return bus;
}

/** A client for what hatrack itself never sends. */
export function tamper(server: RedisServer): Redis {
  return new Redis(server.url, { protocol: 2 });
}

export async function readAll(bus: RedisBus): Promise<StoredEvent[]> {
  const log: StoredEvent[] = [];
  for await (const entry of bus.read()) log.push(entry);
  return log;
}

/** The canaries that were answered, one a time each was: for counting. */
export function answered(log: readonly StoredEvent[]): string[] {
  return log.flatMap(({ event }) => (isEvent(event, "canary.missed") ? [event.data.canaryId] : []));
}

/** Follows the log until `enough` says so of what was seen. */
export async function seen(
  bus: RedisBus,
  enough: (log: readonly StoredEvent[]) => boolean,
): Promise<StoredEvent[]> {
  const ended = new AbortController();
  const log: StoredEvent[] = [];
  for await (const entry of bus.follow({ signal: ended.signal })) {
    log.push(entry);
    if (enough(log)) break;
  }
  ended.abort();
  return log;
}

export const never = new AbortController().signal;

export async function takeOne(store: GroupStore): Promise<Claim> {
  const [claim] = await store.take({ max: 1, waitMs: 2_000, signal: never });
  if (claim === undefined) throw new Error("nothing to take");
  return claim;
}

/** The commit that answers a claimed canary. */
export function answerTo(claim: Claim, stoppedAt = "test") {
  const cause = parseEventText(claim.text ?? "", claim.position);
  if (!isEvent(cause, "canary.sent")) throw new Error(`${claim.position} is no canary`);
  const saying = { group: "work", cause, source: "/test", time };
  return { claim, outputs: [outputOf(missed(cause.data.canaryId, stoppedAt), 0, saying)] };
}

const Pending = z.array(z.tuple([z.string(), z.string(), z.number(), z.number()]));

/** [consumer, deliveries] of each pending entry. */
export async function pending(redis: Redis, group = "work"): Promise<[string, number][]> {
  const claims = Pending.parse(await redis.call("XPENDING", [keys.log, group, "-", "+", 1000]));
  return claims.map(([, consumer, , deliveries]) => [consumer, deliveries]);
}
