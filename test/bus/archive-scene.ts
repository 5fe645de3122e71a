/** A log on a Redis of the test's own, with an archive in a folder of its own. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Redis } from "ioredis";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { archiveTimes, type Archived, type ArchiveTimes } from "../../src/bus/redis/archiver.ts";
import type { RedisPartition } from "../../src/bus/redis/partition.ts";
import { canary, openBus, readAll, tamper } from "./redis-help.ts";
import { RedisServer } from "./redis-server.ts";

/** Everything is old enough to be archived, and to be trimmed. */
export const all: ArchiveTimes = { ...archiveTimes, behindMs: -1_000, keepMs: -1_000 };

export interface ArchiveScene {
  readonly server: RedisServer;
  readonly redis: Redis;
  readonly folder: string;
  readonly bus: RedisBus;
  readonly partition: RedisPartition;
  /** Events e… of three cases in turn. */
  published(from: number, to: number): Promise<void>;
  archived(times?: ArchiveTimes): Promise<Archived>;
  ids(): Promise<string[]>;
}

/** Registers the hooks; what it returns stands for the scene of the test that runs. */
export function archiveScene(): () => ArchiveScene {
  let server: RedisServer | undefined;
  let redis: Redis | undefined;
  let scene: ArchiveScene | undefined;
  beforeAll(async () => {
    server = await RedisServer.start();
    redis = tamper(server);
  });
  afterAll(async () => {
    redis?.disconnect();
    await server?.stop();
  });
  beforeEach(async () => {
    if (server === undefined || redis === undefined) throw new Error("archive scene: no server");
    await redis.flushall();
    scene = await sceneOn(server, redis);
  });
  afterEach(async () => {
    await scene?.bus.close();
    if (scene !== undefined) await rm(scene.folder, { recursive: true, force: true });
  });
  return () => {
    if (scene === undefined) throw new Error("archive scene: outside a test");
    return scene;
  };
}

async function sceneOn(server: RedisServer, redis: Redis): Promise<ArchiveScene> {
  const folder = await mkdtemp(join(tmpdir(), "hatrack-archive-"));
  const bus = await openBus(server, [], { archive: folder });
  const [partition] = bus.parts;
  if (partition === undefined) throw new Error("archive scene: no partition");
  return {
    ...{ server, redis, folder, bus, partition },
    published: async (from, to) => {
      const numbers = Array.from({ length: to - from }, (_, n) => from + n);
      await bus.publish(numbers.map((n) => canary(`e${n}`, `CASE-${n % 3}`)));
    },
    archived: (times = all) => partition.archiveOnce(new ArchiveFolder(folder), times),
    ids: async () => (await readAll(bus)).map(({ event }) => event.id),
  };
}

export const expected = (n: number): string[] => Array.from({ length: n }, (_, at) => `e${at}`);
