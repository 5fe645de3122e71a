/** The dead letters of one partition: a hash a group, from position to what happened. */
import { z } from "zod";
import { isoTime, type Clock } from "../../clock.ts";
import { HatrackError } from "../../errors.ts";
import { comparePositions, type DeadEntry, type DeadLetters, type Position } from "../bus.ts";
import { entryRedriven } from "../outputs.ts";
import type { RedisConnection } from "./connection.ts";
import { handedBack } from "./group-store.ts";
import type { RedisKeys } from "./keys.ts";
import { knownGroups } from "./groups.ts";

const Dead = z.strictObject({
  group: z.string(),
  position: z.string(),
  partition: z.int(),
  reason: z.string(),
  error: z.string(),
  stack: z.string().optional(),
  failures: z.int(),
  deliveries: z.int(),
  firstAt: z.string(),
  lastAt: z.string(),
  text: z.string(),
});

const Redriven = z.enum(["OK", "NONE", "GONE"]);

interface Graveyard {
  readonly redis: RedisConnection;
  readonly keys: RedisKeys;
  readonly clock: Clock;
}

export class RedisDeadLetters implements DeadLetters {
  readonly #yard: Graveyard;

  constructor(yard: Graveyard) {
    this.#yard = yard;
  }

  async list(group?: string): Promise<DeadEntry[]> {
    const { redis, keys } = this.#yard;
    const groups = group === undefined ? await knownGroups(redis, keys) : [group];
    const lists = await Promise.all(groups.map((name) => this.#ofGroup(name)));
    return lists.flat().sort((a, b) => comparePositions(a.position, b.position));
  }

  async #ofGroup(group: string): Promise<DeadEntry[]> {
    const { redis, keys } = this.#yard;
    const reply = await redis.call("list of dead letters", "HVALS", keys.dead(group));
    return z.array(z.string()).parse(reply).map(deadOf);
  }

  async redrive(group: string, position: Position): Promise<boolean> {
    const { redis, keys, clock } = this.#yard;
    const kept = await redis.call("redrive", "HGET", keys.dead(group), position);
    if (typeof kept !== "string") return false;
    const at = isoTime(clock.now());
    const { event, text } = entryRedriven({ group, position, text: deadOf(kept).text, at });
    const reply = await redis.script(
      "redrive",
      [keys.log, keys.dead(group), keys.subject(event.subject)],
      [group, position, handedBack, event.type, text],
    );
    const done = Redriven.parse(reply);
    if (done !== "GONE") return done === "OK";
    throw new HatrackError(
      "entry_gone",
      `redis bus: redrive of ${position} to ${group}: the entry is no longer on the log; it can only be discarded`,
    );
  }

  async discard(group: string, position: Position): Promise<boolean> {
    const { redis, keys } = this.#yard;
    return (await redis.call("discard", "HDEL", keys.dead(group), position)) === 1;
  }
}

function deadOf(text: string): DeadEntry {
  return Dead.parse(JSON.parse(text));
}

/**
 * Those of all partitions. A position is one partition's: who redrives or discards by it alone means the first
 * where it is dead.
 *
 * @param parts throws `bus_closed` while the bus is not open
 */
export function jointDeadLetters(parts: () => readonly { readonly dead: DeadLetters }[]): DeadLetters {
  const first = async (done: (dead: DeadLetters) => Promise<boolean>): Promise<boolean> => {
    for (const { dead } of parts()) if (await done(dead)) return true;
    return false;
  };
  return {
    list: async (group) => {
      const lists = await Promise.all(parts().map(({ dead }) => dead.list(group)));
      return lists.flat().sort((a, b) => comparePositions(a.position, b.position));
    },
    redrive: (group, position) => first((dead) => dead.redrive(group, position)),
    discard: (group, position) => first((dead) => dead.discard(group, position)),
  };
}
