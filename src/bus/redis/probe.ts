/** A look at a Redis from outside, for `doctor`: nothing is written. */
import { z } from "zod";
import { systemClock } from "../../clock.ts";
import { RedisConnection } from "./connection.ts";
import { checkDurability, type Finding } from "./durability.ts";

export interface RedisProbe {
  readonly version: string;
  readonly durability: readonly Finding[];
  /** Our clock less Redis's, milliseconds; half a round trip is taken off. */
  readonly skewMs: number;
}

/** @throws HatrackError `bus_unavailable`, or one that names what Redis refused */
export async function probeRedis(url: string): Promise<RedisProbe> {
  const redis = RedisConnection.forCommands(url, 3_000);
  try {
    const info = z.string().parse(await redis.call("probe", "INFO", "server"));
    const before = systemClock.now();
    const [seconds, micros] = z
      .tuple([z.coerce.number(), z.coerce.number()])
      .parse(await redis.call("probe", "TIME"));
    const skewMs = (before + systemClock.now()) / 2 - (seconds * 1000 + micros / 1000);
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? "of unknown version";
    return { version, durability: await checkDurability(redis), skewMs };
  } finally {
    redis.close();
  }
}
