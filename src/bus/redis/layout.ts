/** How many partitions a log has: fixed when it is created, and kept with it. */
import { z } from "zod";
import { HatrackError } from "../../errors.ts";
import type { RedisConnection } from "./connection.ts";
import type { RedisKeys } from "./keys.ts";

export const mostPartitions = 64;

const Kept = z.nullable(z.coerce.number().int().min(1).max(mostPartitions));

/**
 * @param first the keys of partition 0
 * @param wanted undefined: whatever the log has, one for a new log
 * @param create whether this bus makes the log if there is none; one that only reads decides nothing
 * @throws HatrackError `partitions_mismatch`
 */
export async function partitionsOfLog(
  redis: RedisConnection,
  first: RedisKeys,
  { wanted, create }: { readonly wanted: number | undefined; readonly create: boolean },
): Promise<number> {
  const found = (await kept(redis, first)) ?? (create ? await keep(redis, first, wanted ?? 1) : undefined);
  const partitions = found ?? wanted ?? 1;
  if (wanted === undefined || wanted === partitions) return partitions;
  throw new HatrackError(
    "partitions_mismatch",
    `redis bus: REDIS_PARTITIONS asks for ${wanted}, this log was created with ${partitions}: the number is fixed, as ` +
      `cases would lie where nobody looks. Set ${partitions} or leave it out; for another number start a new log ` +
      "(another prefix or database)",
  );
}

/** What is kept then: another process may have been first. */
async function keep(redis: RedisConnection, first: RedisKeys, wanted: number): Promise<number | undefined> {
  // A log from before partitions were kept has one.
  const exists = (await redis.call("look for a log", "EXISTS", first.groups)) === 1;
  await redis.call("keep the partitions", "HSETNX", first.layout, "partitions", exists ? 1 : wanted);
  return await kept(redis, first);
}

async function kept(redis: RedisConnection, first: RedisKeys): Promise<number | undefined> {
  return (
    Kept.parse(await redis.call("look at the partitions", "HGET", first.layout, "partitions")) ?? undefined
  );
}
