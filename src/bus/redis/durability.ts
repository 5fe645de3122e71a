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

/** Everything that is weaker than expected or cannot be looked at; empty when all is well. */
export async function checkDurability(redis: RedisConnection): Promise<Finding[]> {
  const info = z.string().parse(await redis.call("durability check", "INFO", "replication"));
  const hasReplicas = Number(/connected_slaves:(\d+)/.exec(info)?.[1] ?? 0) > 0;
  const findings: Finding[] = [];
  for (const demand of hasReplicas ? [...demands, replicated] : demands) {
    const found = await configured(redis, demand.setting);
    if (found === undefined || !meets(found, demand)) findings.push(finding(demand, found));
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

async function configured(redis: RedisConnection, setting: string): Promise<string | undefined> {
  try {
    const reply = ConfigReply.parse(await redis.call("durability check", "CONFIG", "GET", setting));
    return Array.isArray(reply) ? reply[1] : reply[setting];
  } catch (error) {
    // Managed services rename or deny CONFIG; only then is it "cannot check".
    if (error instanceof HatrackError && ["bus_denied", "bus_failed"].includes(error.code)) return undefined;
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
