/** Gathers commits of one group into calls of commit.lua: under load one call settles many entries. */
import { z } from "zod";
import { HatrackError } from "../../errors.ts";
import { comparePositions, type Position } from "../bus.ts";
import type { Commit, CommitResult } from "../group-store.ts";
import type { RedisConnection } from "./connection.ts";
import type { RedisKeys } from "./keys.ts";

const mostEntries = 256;

const Reply = z.string();
const results: ReadonlyMap<string | undefined, CommitResult> = new Map([
  ["O", "ok"],
  ["C", "conflict"],
  ["S", "settled"],
]);

interface Waiting {
  readonly commit: Commit;
  readonly resolve: (result: CommitResult) => void;
  readonly reject: (error: unknown) => void;
}

export interface CommitTarget {
  readonly redis: RedisConnection;
  readonly keys: RedisKeys;
  readonly group: string;
  readonly consumer: string;
}

export class CommitCalls {
  readonly #target: CommitTarget;
  #waiting: Waiting[] = [];
  #sending = false;

  constructor(target: CommitTarget) {
    this.#target = target;
  }

  /** Resolves when it is durable. Whatever is asked for while a call is under way goes into the next. */
  commit(commit: Commit): Promise<CommitResult> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ commit, resolve, reject });
      if (this.#sending) return;
      this.#sending = true;
      setImmediate(() => void this.#send());
    });
  }

  async #send(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.slice(0, mostEntries);
      this.#waiting = this.#waiting.slice(mostEntries);
      try {
        await this.#call(batch);
      } catch (error) {
        for (const { reject } of batch) reject(error);
      }
    }
    this.#sending = false;
  }

  async #call(batch: readonly Waiting[]): Promise<void> {
    const { keys, args } = commitArguments(
      this.#target,
      batch.map(({ commit }) => commit),
    );
    const reply = Reply.parse(await this.#target.redis.script("commit", keys, args));
    batch.forEach(({ commit, resolve, reject }, at) => {
      const result = results.get(reply[at]);
      if (result !== undefined) resolve(result);
      else reject(new HatrackError("bus_failed", `redis bus: commit of ${commit.claim.position}: no reply`));
    });
  }
}

/** KEYS and ARGV as commit.lua says. */
export function commitArguments(
  { keys, group, consumer }: Omit<CommitTarget, "redis">,
  commits: readonly Commit[],
): { keys: string[]; args: string[] } {
  const names = [keys.log, keys.state(group)];
  const numbers = new Map<string, number>();
  const indexNumber = (subject: string): number => {
    const known = numbers.get(subject);
    if (known !== undefined) return known;
    const number = names.push(keys.subject(subject));
    numbers.set(subject, number);
    return number;
  };
  const entries: (string | number)[][] = [];
  const texts: string[] = [];
  for (const { claim, outputs, state } of commits) {
    const entry = [claim.position, claim.deliveries, state === undefined ? 0 : 1];
    if (state !== undefined) texts.push(state.key, state.before ?? "", state.after ?? "");
    for (const { event, text } of outputs) {
      entry.push(event.type, indexNumber(event.subject));
      texts.push(text);
    }
    entries.push(entry);
  }
  const args = [group, consumer, ...span(commits), JSON.stringify(entries), ...texts];
  return { keys: names, args };
}

/** The oldest and the youngest position. */
function span(commits: readonly Commit[]): [Position, Position] {
  const positions = commits.map(({ claim }) => claim.position).sort(comparePositions);
  return [positions[0] ?? "-", positions.at(-1) ?? "+"];
}
