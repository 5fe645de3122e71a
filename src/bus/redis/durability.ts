/** Whether this Redis keeps what it acknowledged: DESIGN "Durability is stated". */
import { z } from "zod";
import { HatrackError } from "../../errors.ts";
import type { RedisConnection } from "./connection.ts";

export interface Finding {
  readonly setting: string;
  readonly expected: string;
  /** undefined: Redis does not let us look. */
  readonly found: string | undefined;
  /** What it means and what to do. */
  readonly message: string;
}

interface Demand {
  readonly setting: string;
  readonly expected: string;
  readonly because: string;
}

const demands: readonly Demand[] = [
  { setting: "appendonly", expected: "yes", because: "without it a restart loses the log" },
  {
    setting: "appendfsync",
    expected: "always",
    because: "without it a power cut loses what was acknowledged",
  },
  {
    setting: "maxmemory-policy",
    expected: "noeviction",
    because: "any other policy may evict the bus's keys",
  },
];

const replicated: Demand = {
  setting: "min-replicas-to-write",
  expected: "1",
  because: "without it a failover loses what only the primary had",
};

const ConfigReply = z.union([z.array(z.string()), z.record(z.string(), z.string())]);

/** Whether every primary has a replica; one without makes no promise that a replica could keep. */
export async function hasReplicas(redis: RedisConnection): Promise<boolean> {
  const infos = await redis.eachPrimary("durability check", "INFO", "replication");
  return infos.every((info) => Number(/connected_slaves:(\d+)/.exec(z.string().parse(info))?.[1] ?? 0) > 0);
}

/**
 * Everything that is weaker than expected or cannot be looked at, on the primary where it is weakest; empty when all
 * is well.
 */
export async function checkDurability(redis: RedisConnection): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const demand of (await hasReplicas(redis)) ? [...demands, replicated] : demands) {
    const everywhere = await configured(redis, demand.setting);
    const weak = everywhere.find((found) => found === undefined || !meets(found, demand));
    if (everywhere.some((found) => found === undefined || !meets(found, demand)))
      findings.push(finding(demand, weak));
  }
  return findings;
}

function meets(found: string, { setting, expected }: Demand): boolean {
  return setting === replicated.setting ? Number(found) >= Number(expected) : found === expected;
}

function finding({ setting, expected, because }: Demand, found: string | undefined): Finding {
  const message =
    found === undefined
      ? `cannot check ${setting}: this Redis user may not read CONFIG; make sure it is "${expected}", ${because}`
      : `${setting} is "${found}", expected "${expected}": ${because} (CONFIG SET ${setting} ${expected}, and in redis.conf)`;
  return { setting, expected, found, message };
}

/** On each primary. */
async function configured(redis: RedisConnection, setting: string): Promise<readonly (string | undefined)[]> {
  try {
    const replies = await redis.eachPrimary("durability check", "CONFIG", "GET", setting);
    return replies.map((reply) => {
      const parsed = ConfigReply.parse(reply);
      return Array.isArray(parsed) ? parsed[1] : parsed[setting];
    });
  } catch (error) {
    // Managed services rename or deny CONFIG; only then is it "cannot check".
    if (error instanceof HatrackError && ["bus_denied", "bus_failed"].includes(error.code))
      return [undefined];
    throw error;
  }
}

/** @throws HatrackError `bus_not_durable` naming each setting that is weaker than expected */
export function demandDurability(findings: readonly Finding[]): void {
  const weak = findings.filter(({ found }) => found !== undefined);
  if (weak.length === 0) return;
  const what = weak.map(({ message }) => message).join("; ");
  throw new HatrackError(
    "bus_not_durable",
    `redis bus: ${what}. To start all the same set REDIS_DURABILITY=relaxed`,
  );
}
