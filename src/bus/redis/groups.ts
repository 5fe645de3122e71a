/** How the consumer groups of one partition stand. */
import { z } from "zod";
import { logTime, type GroupStatus } from "../bus.ts";
import type { RedisConnection } from "./connection.ts";
import { handedBack } from "./group-store.ts";
import type { RedisKeys } from "./keys.ts";

const Fields = z.array(z.union([z.string(), z.number(), z.null()]));
const GroupInfo = z.object({
  name: z.string(),
  pending: z.int(),
  "last-delivered-id": z.string(),
  /** Of all types; null while Redis cannot tell, for instance for a group that began in the middle of the log. */
  lag: z.int().nullable(),
});
type GroupInfo = z.infer<typeof GroupInfo>;
const ConsumerInfo = z.object({ name: z.string(), pending: z.int(), idle: z.int() });
const Summary = z.tuple([z.int(), z.nullable(z.string()), z.nullable(z.string()), z.unknown()]);
const Claim = z.tuple([z.string(), z.string(), z.int(), z.int()]);
const Counted = z.tuple([z.int(), z.string()]);
const Time = z.tuple([z.coerce.number(), z.coerce.number()]);

/** Entries a call, where they are counted. */
const countPage = 1_000;

/** Every group ever created on this log. */
export async function knownGroups(redis: RedisConnection, keys: RedisKeys): Promise<string[]> {
  const names = z.array(z.string()).parse(await redis.call("list of groups", "HKEYS", keys.groups));
  return names.filter((name) => name !== "").sort();
}

/** @param idleMs a consumer not heard of for longer is no longer counted; Redis keeps its name for ever */
export async function groupStatuses(
  redis: RedisConnection,
  keys: RedisKeys,
  idleMs: number,
): Promise<GroupStatus[]> {
  if ((await redis.call("status", "EXISTS", keys.log)) === 0) return [];
  const infos = list(await redis.call("status", "XINFO", "GROUPS", keys.log), GroupInfo);
  const [seconds, micros] = Time.parse(await redis.call("status", "TIME"));
  const now = seconds * 1000 + micros / 1000;
  const statuses = infos.map(async (info): Promise<GroupStatus> => {
    const group = info.name;
    const doing = `status of group ${group}`;
    const summary = Summary.parse(await redis.call(doing, "XPENDING", keys.log, group));
    const consumers = list(await redis.call(doing, "XINFO", "CONSUMERS", keys.log, group), ConsumerInfo);
    const waiting = await countHandedBack(redis, keys, group);
    const working = consumers.filter(({ name, idle }) => name !== handedBack && idle <= idleMs);
    return {
      group,
      lag: waiting + (await countLag(redis, keys, info)),
      pending: summary[0] - waiting,
      oldestPendingMs: summary[1] === null ? 0 : Math.max(0, Math.round(now - logTime(summary[1]))),
      consumers: working.length,
      dead: z.int().parse(await redis.call(doing, "HLEN", keys.dead(group))),
    };
  });
  return (await Promise.all(statuses)).sort((a, b) => (a.group < b.group ? -1 : 1));
}

/** Handed back or redriven with no delivery counted: not delivered, as seen from outside. */
async function countHandedBack(redis: RedisConnection, keys: RedisKeys, group: string): Promise<number> {
  const all = ["XPENDING", keys.log, group, "-", "+", countPage, handedBack] as const;
  const claims = z.array(Claim).parse(await redis.call("status", ...all));
  return claims.filter(([, , , deliveries]) => deliveries === 0).length;
}

/** Undelivered entries of the types the group takes; of all types while no worker has said which. */
async function countLag(redis: RedisConnection, keys: RedisKeys, info: GroupInfo): Promise<number> {
  if (info.lag === 0) return 0;
  const said = z.nullable(z.string()).parse(await redis.call("status", "HGET", keys.types, info.name));
  if (said === null && info.lag !== null) return info.lag;
  const types = said === null ? [] : z.array(z.string()).parse(JSON.parse(said));
  let lag = 0;
  for (let from = info["last-delivered-id"]; from !== "";) {
    const [counted, next] = Counted.parse(
      await redis.script("count", [keys.log], [from, countPage, ...types]),
    );
    lag += counted;
    from = next;
  }
  return lag;
}

/** XINFO's flat lists of names and values as objects. */
function list<Item>(reply: unknown, item: z.ZodType<Item>): Item[] {
  return z
    .array(Fields)
    .parse(reply)
    .map((fields) => {
      const pairs = fields.flatMap((name, at) => (at % 2 === 0 ? [[String(name), fields[at + 1]]] : []));
      return item.parse(Object.fromEntries(pairs));
    });
}
