/** What Redis keeps for one consumer group of one partition: the stream's own pending list, and the scripts. */
import { z } from "zod";
import type { Diagnostics } from "../../diagnostics.ts";
import { HatrackError, reasonOf } from "../../errors.ts";
import type {
  Burial,
  Claim,
  Commit,
  CommitResult,
  GroupStore,
  GroupStoreRequest,
  TakeRequest,
} from "../group-store.ts";
import { CommitCalls } from "./commit-call.ts";
import type { Confirmation } from "./confirmation.ts";
import type { RedisConnection } from "./connection.ts";
import { entryOf, RawEntries, takenEntries } from "./entries.ts";
import type { RedisKeys } from "./keys.ts";

/** The consumer under whose name lies what was handed back or redriven until somebody takes it. */
export const handedBack = "(handed back)";

/** Entries of other types that one call may settle before others have their turn on the server. */
const lookAtMost = 1_000;

const Taken = z.tuple([z.string()]).rest(z.unknown());
const Abandoned = z.nullable(z.tuple([z.string(), z.int(), z.string(), z.array(z.string())]));
const Renewed = z.array(z.int());
const Buried = z.enum(["OK", "SETTLED"]);

export interface RedisGroup extends GroupStoreRequest {
  readonly redis: RedisConnection;
  /** A connection of its own for one wait at a time. */
  readonly waiting: RedisConnection;
  readonly keys: RedisKeys;
  readonly partition: number;
  readonly reclaimIdleMs: number;
  /** Present when entries are delivered only once a replica has them. */
  readonly confirmation: Confirmation | undefined;
  readonly diagnostics: Diagnostics;
}

export class RedisGroupStore implements GroupStore {
  readonly #group: RedisGroup;
  readonly #commits: CommitCalls;
  /** False until Redis has answered once: then it knows the group and the consumer. */
  #known = false;

  constructor(group: RedisGroup) {
    this.#group = group;
    this.#commits = new CommitCalls(group);
  }

  async take({ max, waitMs, signal }: TakeRequest): Promise<readonly Claim[]> {
    const end = performance.now() + waitMs;
    while (!signal.aborted) {
      const [from, ...list] = await this.#takeNow(max);
      const { partition } = this.#group;
      const claims = takenEntries(list).map((entry) => ({ ...entry, partition, deliveries: 1 }));
      if (claims.length > 0) return await this.#confirmed(claims, signal);
      const left = Math.floor(end - performance.now());
      if (left <= 0) break;
      if (from !== "") await this.#news(from, left, signal);
    }
    return [];
  }

  /** The claims once a replica has their entries; none while it has not: then they are handed back. */
  async #confirmed(claims: readonly Claim[], signal: AbortSignal): Promise<readonly Claim[]> {
    const { confirmation, redis, keys } = this.#group;
    // What is gone from the log comes without its text: it is buried, and handed back it would only come again.
    const youngest = claims.findLast(({ text }) => text !== undefined)?.position;
    if (confirmation === undefined || youngest === undefined) return claims;
    if (!(await this.#mayGo(confirmation, signal))) {
      await this.handBack(claims);
      return [];
    }
    // A new primary that lacks the youngest lacks some: what it lacks was never confirmed and is not delivered.
    const there = await redis.call("confirmation by a replica", "XRANGE", keys.log, youngest, youngest);
    if (RawEntries.parse(there).length === 1) return claims;
    await this.handBack(claims);
    return [];
  }

  /** Where there are replicas: whether one has them now. */
  async #mayGo(confirmation: Confirmation, signal: AbortSignal): Promise<boolean> {
    const { group, reclaimIdleMs, diagnostics } = this.#group;
    // Claims are not renewed here: this ends well before somebody else takes them for abandoned.
    const end = performance.now() + reclaimIdleMs / 3;
    do {
      try {
        await confirmation.confirm();
        return true;
      } catch (error) {
        if (!(error instanceof HatrackError && error.retryable)) throw error;
        diagnostics.warn({ group }, reasonOf(error));
      }
    } while (!signal.aborted && performance.now() < end);
    return false;
  }

  async #takeNow(max: number): Promise<z.infer<typeof Taken>> {
    const { redis, keys, group, types } = this.#group;
    const args = takeArguments({ ...this.#group, max, first: !this.#known });
    const taken = Taken.parse(await this.#ask("take", args));
    if (!this.#known) await redis.call("take", "HSET", keys.types, group, JSON.stringify(types));
    this.#known = true;
    return taken;
  }

  /** Runs a script on the log alone. */
  async #ask(script: "take" | "abandoned", args: readonly (string | number)[]): Promise<unknown> {
    try {
      return await this.#group.redis.script(script, [this.#group.keys.log], args);
    } catch (error) {
      throw await this.#orUnknown(error);
    }
  }

  /** A group that is not there is vanished if it ever was, else nobody has opened it. */
  async #orUnknown(error: unknown): Promise<unknown> {
    const missing = error instanceof HatrackError && error.code === "group_vanished" && !this.#known;
    if (!missing) return error;
    const { redis, keys, group } = this.#group;
    if ((await redis.call("look for a group", "HEXISTS", keys.groups, group)) === 1) return error;
    const message = `redis bus: group ${group} does not exist: open the bus with it first`;
    return new HatrackError("group_unknown", message, { cause: error });
  }

  /** Waits for an entry after `from`. It claims nothing, so that a wait that is given up loses nothing. */
  async #news(from: string, ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return;
    const { waiting, keys, group } = this.#group;
    const { promise: aborted, resolve: giveUp } = Promise.withResolvers<unknown>();
    signal.addEventListener("abort", giveUp, { once: true });
    const doing = `wait of group ${group}`;
    const read = waiting.call(doing, "XREAD", "COUNT", 1, "BLOCK", ms, "STREAMS", keys.log, from);
    try {
      await Promise.race([aborted, read]);
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  async abandoned(): Promise<number | undefined> {
    return (await this.#abandoned(""))?.[1];
  }

  async reclaim(): Promise<Claim | undefined> {
    const found = await this.#abandoned(this.#group.consumer);
    if (found === null) return undefined;
    const [position, deliveries, , fields] = found;
    const claim = { ...entryOf([position, fields]), partition: this.#group.partition, deliveries };
    const { types } = this.#group;
    if (claim.type === undefined || types.some((type) => type === claim.type))
      return (await this.#confirmed([claim], new AbortController().signal))[0];
    // Claimed before this subscription stopped wanting its type: settled here as take.lua would have.
    await this.commit({ claim, outputs: [] });
    return undefined;
  }

  async #abandoned(consumer: string): Promise<z.infer<typeof Abandoned>> {
    const { group, reclaimIdleMs } = this.#group;
    return Abandoned.parse(await this.#ask("abandoned", [group, reclaimIdleMs, consumer]));
  }

  async renew(claims: readonly Claim[]): Promise<readonly Claim[]> {
    const { redis, keys, group, consumer } = this.#group;
    const renewed = Renewed.parse(
      await redis.script("renew", [keys.log], [group, consumer, ...claims.flatMap(identity)]),
    );
    return claims.filter((_, at) => renewed[at] !== 1);
  }

  async handBack(claims: readonly Claim[]): Promise<void> {
    const { redis, keys, group, consumer, reclaimIdleMs } = this.#group;
    const args = [group, consumer, handedBack, reclaimIdleMs, ...claims.flatMap(identity)];
    await redis.script("hand-back", [keys.log], args);
  }

  async readState(_claim: Claim, key: string): Promise<string | undefined> {
    const { redis, keys, group } = this.#group;
    const doing = `read of the state of group ${group}`;
    return z.nullable(z.string()).parse(await redis.call(doing, "HGET", keys.state(group), key)) ?? undefined;
  }

  commit(commit: Commit): Promise<CommitResult> {
    return this.#commits.commit(commit);
  }

  async bury({ claim, dead, said }: Burial): Promise<"ok" | "settled"> {
    const { redis, keys, group, consumer } = this.#group;
    const { event, text } = said;
    const reply = await redis.script(
      "bury",
      [keys.log, keys.dead(group), keys.subject(event.subject)],
      [group, consumer, claim.position, claim.deliveries, JSON.stringify(dead), event.type, text],
    );
    return Buried.parse(reply) === "OK" ? "ok" : "settled";
  }

  /** The consumer's name stays with the group, as XGROUP DELCONSUMER would drop what it may still hold. */
  close(): Promise<void> {
    this.#group.waiting.close();
    return Promise.resolve();
  }
}

/** ARGV as take.lua says; `first`: the consumer may be new. */
export function takeArguments(
  request: GroupStoreRequest & { readonly max: number; readonly first: boolean },
): (string | number)[] {
  const { group, consumer, types, max, first } = request;
  return [group, consumer, first ? "1" : "", handedBack, max, lookAtMost, ...types];
}

function identity({ position, deliveries }: Claim): [string, number] {
  return [position, deliveries];
}
