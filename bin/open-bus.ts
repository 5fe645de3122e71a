import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import type { Bus } from "../src/bus/bus.ts";
import type { Config } from "./config.ts";

/** The file of the local bus. */
export function localLog(config: Config): string {
  return join(config.dataDir, "hatrack.db");
}

/** The configured bus: Redis, or the local bus's one file. `readOnly` never takes the writer's lock. */
export async function openBus(config: Config, mode: "write" | "readOnly"): Promise<Bus> {
  if (config.redis !== undefined) {
    const { RedisBus } = await import("../src/bus/redis-bus.ts");
    return new RedisBus({ url: config.redis.url, durability: config.redis.durability });
  }
  const { LocalBus } = await import("../src/bus/local-bus.ts");
  if (mode === "write") await mkdir(config.dataDir, { recursive: true });
  return new LocalBus({ file: localLog(config), readOnly: mode === "readOnly" });
}

/** Opens for reading, runs, and closes whatever happens. */
export async function withBus<T>(config: Config, work: (bus: Bus) => Promise<T>): Promise<T> {
  const bus = await openBus(config, "readOnly");
  try {
    return await work(bus);
  } finally {
    await bus.close();
  }
}
