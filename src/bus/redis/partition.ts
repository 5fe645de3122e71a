/** One partition of the log: its stream, its groups, its dead letters. */
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import type { Diagnostics } from "../../diagnostics.ts";
import { HatrackError } from "../../errors.ts";
import type { ArchiveFolder } from "../archive/archive-folder.ts";
import { ArchiveReader } from "../archive/archive-reader.ts";
import type { Anchor, Head } from "../archive/chain.ts";
import { verifyPartition, type Verified } from "../archive/verify.ts";
import { comparePositions, type GroupStatus } from "../bus.ts";
import type { GroupStoreRequest } from "../group-store.ts";
import { archiveOnce, detach, type Archived, type ArchiveTimes } from "./archiver.ts";
import { eraseBefore, type ErasureOrder } from "./eraser.ts";
import { keptArchive } from "./kept-archive.ts";
import { Confirmation, type Terms } from "./confirmation.ts";
import type { RedisConnection } from "./connection.ts";
import { RedisDeadLetters } from "./dead-letters.ts";
import { RedisGroupStore } from "./group-store.ts";
import { groupStatuses } from "./groups.ts";
import { redisKeys, type RedisKeys } from "./keys.ts";
import { RedisLog } from "./log.ts";

export interface PartitionOptions {
  readonly redis: RedisConnection;
  readonly prefix: string;
  readonly partition: number;
  readonly confirmation: Omit<Terms, "diagnostics">;
  readonly reclaimIdleMs: number;
  /** Where trimmed entries are read from and written to; undefined: the log is never trimmed. */
  readonly archive: ArchiveFolder | undefined;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

const hourMs = 60 * 60 * 1000;

export class RedisPartition {
  readonly number: number;
  readonly log: RedisLog;
  readonly dead: RedisDeadLetters;
  readonly #at: PartitionOptions;
  readonly #keys: RedisKeys;
  readonly #confirmation: Confirmation;

  constructor(at: PartitionOptions) {
    const { redis, partition, confirmation, clock, diagnostics } = at;
    const keys = redisKeys(at.prefix, partition);
    this.#at = at;
    this.#keys = keys;
    this.number = partition;
    this.#confirmation = new Confirmation(redis, keys, { ...confirmation, diagnostics });
    const archive = at.archive && new ArchiveReader(at.archive, partition, () => trimmedHead(redis, keys));
    const on = { redis, keys, partition, diagnostics };
    this.log = new RedisLog({ ...on, confirmation: this.#confirmation, archive });
    this.dead = new RedisDeadLetters({ redis, keys, clock });
  }

  /** @throws HatrackError `group_vanished`, `group_detached` */
  async createGroups(groups: readonly string[]): Promise<void> {
    const { redis } = this.#at;
    await this.#demandAttached(groups);
    const { log, groups: register } = this.#keys;
    const reply = await redis.script("open", [log, register], [hourMs, ...groups]);
    const vanished = z.array(z.string()).parse(reply);
    if (vanished.length === 0) return;
    throw new HatrackError(
      "group_vanished",
      `redis bus: ${vanished.join(", ")}: was created on this log once and is gone, and its place with it. Restore ` +
        `Redis from its backup, or decide where it goes on with XGROUP CREATE ${log} NAME ID`,
    );
  }

  async #demandAttached(groups: readonly string[]): Promise<void> {
    const retired = z.array(z.string()).parse(await this.#at.redis.call("open", "HKEYS", this.#keys.retired));
    const detached = groups.filter((group) => retired.includes(group));
    if (detached.length === 0) return;
    throw new HatrackError(
      "group_detached",
      `redis bus: ${detached.join(", ")}: was detached from the log, and what it had not done may be trimmed: the event ` +
        "group.detached lists it. Give the role another name to begin an hour back",
    );
  }

  /** @throws HatrackError `log_rolled_back`, `archive_damaged`, `archive_unwritable` */
  archiveOnce(folder: ArchiveFolder, times: ArchiveTimes): Promise<Archived> {
    const { redis, partition, clock, diagnostics } = this.#at;
    const on = { redis, keys: this.#keys, partition, log: this.log, clock, diagnostics };
    return archiveOnce({ ...on, folder, times });
  }

  /** Erases what old segments say of cases. @throws HatrackError `archive_damaged`, `archive_unwritable` */
  erase(folder: ArchiveFolder, order: ErasureOrder): Promise<number> {
    const { redis, partition, clock } = this.#at;
    return eraseBefore({ redis, keys: this.#keys, partition, log: this.log, clock, folder }, order);
  }

  /** Takes a group out of what holds the log; says what it had not done. @throws HatrackError `group_unknown` */
  detach(group: string, why: string): Promise<readonly string[]> {
    const { redis, partition, clock, diagnostics } = this.#at;
    return detach({ redis, keys: this.#keys, partition, log: this.log, clock, diagnostics }, group, why);
  }

  async verify(anchors: readonly Anchor[]): Promise<Verified> {
    const { redis, partition, archive } = this.#at;
    for (;;) {
      const { head: kept } = await keptArchive(redis, this.#keys);
      const found = await verifyPartition({
        partition,
        kept,
        folder: archive?.fresh(),
        live: this.log.raw(),
        begin: await this.log.begin(),
        anchors,
      });
      const { head, trimmed } = await keptArchive(redis, this.#keys);
      // An archiver moved on and trimmed what was about to be read: what was seen has a hole that is none.
      const overtaken = trimmed !== undefined && comparePositions(trimmed, kept.position) > 0;
      if (head.hash === kept.hash || !overtaken) return found;
    }
  }

  /** @param waiting a connection for the store alone; closed with it */
  groupStore(request: GroupStoreRequest, waiting: RedisConnection): RedisGroupStore {
    const { redis, partition, reclaimIdleMs, diagnostics } = this.#at;
    const confirmation = request.confirmed === true ? this.#confirmation : undefined;
    const on = { redis, waiting, keys: this.#keys, partition, reclaimIdleMs, confirmation, diagnostics };
    return new RedisGroupStore({ ...request, ...on });
  }

  groups(): Promise<GroupStatus[]> {
    return groupStatuses(this.#at.redis, this.#keys, this.#at.reclaimIdleMs);
  }
}

/** How a group stands over all partitions. */
export function addStatuses(all: readonly GroupStatus[]): GroupStatus[] {
  const groups = new Map<string, GroupStatus>();
  for (const status of all) {
    const known = groups.get(status.group);
    groups.set(status.group, known === undefined ? status : added(known, status));
  }
  return [...groups.values()].sort((a, b) => (a.group < b.group ? -1 : 1));
}

function added(a: GroupStatus, b: GroupStatus): GroupStatus {
  return {
    group: a.group,
    lag: a.lag + b.lag,
    pending: a.pending + b.pending,
    oldestPendingMs: Math.max(a.oldestPendingMs, b.oldestPendingMs),
    // One worker is a consumer of the same name in each partition.
    consumers: Math.max(a.consumers, b.consumers),
    dead: a.dead + b.dead,
  };
}

async function trimmedHead(redis: RedisConnection, keys: RedisKeys): Promise<Head | undefined> {
  const { head, trimmed } = await keptArchive(redis, keys);
  return trimmed === undefined ? undefined : head;
}
