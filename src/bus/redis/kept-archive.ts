/** What Redis keeps of a partition's archive. */
import { z } from "zod";
import { genesis, type Head } from "../archive/chain.ts";
import type { Position } from "../bus.ts";
import type { RedisConnection } from "./connection.ts";
import type { RedisKeys } from "./keys.ts";

const Kept = z.object({
  position: z.string(),
  hash: z.string(),
  count: z.coerce.number().int(),
  file: z.string().optional(),
  trimmed: z.string().optional(),
  forgotten: z.string().optional(),
});
const Flat = z.array(z.string());

export interface KeptArchive {
  /** Where it ends. */
  readonly head: Head;
  /** Up to where the log was trimmed, exclusive; undefined: nothing ever was, and all is on the log. */
  readonly trimmed?: Position | undefined;
  /** Up to where the subjects' indexes were cleared. */
  readonly forgotten?: Position | undefined;
}

export async function keptArchive(redis: RedisConnection, keys: RedisKeys): Promise<KeptArchive> {
  const flat = Flat.parse(await redis.call("look at the archive's head", "HGETALL", keys.archive));
  if (flat.length === 0) return { head: genesis };
  const fields = Object.fromEntries(flat.flatMap((name, at) => (at % 2 === 0 ? [[name, flat[at + 1]]] : [])));
  const { trimmed, forgotten, position, hash, count } = Kept.parse(fields);
  return { head: { position, hash, count }, trimmed, forgotten };
}
