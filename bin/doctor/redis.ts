import { withoutSecrets } from "../../src/bus/redis/address.ts";
import { HatrackError } from "../../src/errors.ts";
import type { Config } from "../config.ts";
import { examine, type Check } from "../../src/check.ts";

/** A gap between our clock and Redis's that makes deadlines wrong; log time is Redis's. Milliseconds. */
const tolerableSkewMs = 5_000;

/** Reachable, durable, of one clock with us, and with groups that are all there. */
export async function* checkRedis(redis: NonNullable<Config["redis"]>): AsyncGenerator<Check> {
  const { probeRedis } = await import("../../src/bus/redis/probe.ts");
  const reach = `Start Redis 7 or correct REDIS_URL (now ${withoutSecrets(redis.url)}); try redis-cli -u "$REDIS_URL" ping.`;
  let probe: Awaited<ReturnType<typeof probeRedis>> | undefined;
  yield await examine("redis", reach, async () => {
    probe = await probeRedis(redis.url);
    return `Redis ${probe.version}`;
  });
  if (probe === undefined) return;
  for (const { setting, expected, found, message } of probe.durability) {
    const relaxed = redis.durability === "relaxed" || found === undefined;
    const fix = `redis-cli CONFIG SET ${setting} ${expected}, and in redis.conf; or REDIS_DURABILITY=relaxed to accept it.`;
    yield { name: `redis ${setting}`, status: relaxed ? "warn" : "fail", found: message, fix };
  }
  if (probe.durability.length === 0)
    yield { name: "redis durability", status: "ok", found: "keeps what it acknowledges" };
  const { skewMs } = probe;
  yield await examine("clock", "Run an NTP client on both machines.", () => {
    if (Math.abs(skewMs) <= tolerableSkewMs) return `${Math.round(skewMs)} ms from Redis's`;
    throw new HatrackError(
      "clock_skew",
      `this clock is ${Math.round(skewMs / 1000)} s from Redis's, which is log time`,
    );
  });
}
