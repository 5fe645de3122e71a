/** Proves at open that this Redis runs the scripts as meant, on a scratch log that expires by itself. */
import { randomUUID } from "node:crypto";
import { z } from "zod";
import { HatrackError } from "../../errors.ts";
import { makeEvent } from "../../events/parse.ts";
import type { Claim, Commit } from "../group-store.ts";
import { CommitCalls } from "./commit-call.ts";
import type { RedisConnection } from "./connection.ts";
import { entryOf, RawEntries, takenEntries } from "./entries.ts";
import { takeArguments } from "./group-store.ts";
import type { RedisKeys } from "./keys.ts";

const who = { group: "self-test", consumer: "self-test", types: ["canary.sent"] } as const;
const scratchMs = 10_000;

/** @throws HatrackError `bus_self_test` with what was expected and what came */
export async function selfTest(redis: RedisConnection, partition: RedisKeys): Promise<void> {
  const keys = partition.scratch(randomUUID());
  const call = (command: string, ...args: (string | number)[]): Promise<unknown> =>
    redis.call("self-test", command, ...args);
  await call("XGROUP", "CREATE", keys.log, who.group, "0", "MKSTREAM");
  await call("PEXPIRE", keys.log, scratchMs);
  await redis.script("publish", [keys.log, keys.id("1"), keys.subject("1")], [1, "canary.sent", "input"]);
  const claim = await take(redis, keys);

  const event = canary();
  const commits = new CommitCalls({ ...who, redis, keys });
  const commit = (before: string | undefined, text: string): Promise<unknown> => {
    const outputs: Commit["outputs"] = [{ event, text }];
    return commits.commit({ claim, outputs, state: { key: "k", before, after: text } });
  };
  // All three go into one call, as under load.
  const results = await Promise.all([
    commit("stale", "never"),
    commit(undefined, "once"),
    commit("once", "twice"),
  ]);
  const log = RawEntries.parse(await call("XRANGE", keys.log, "-", "+")).map(entryOf);
  const kept = await call("HGET", keys.state(who.group), "k");
  const indexed = await call("LLEN", keys.subject(event.subject));
  for (const key of [keys.state(who.group), keys.subject(event.subject), keys.subject("1")]) {
    await call("PEXPIRE", key, scratchMs);
  }
  compare({ results, texts: log.map(({ text }) => text), kept, indexed });
}

async function take(redis: RedisConnection, keys: RedisKeys): Promise<Claim> {
  const args = takeArguments({ ...who, first: true, max: 1 });
  const [, ...list] = z.array(z.unknown()).parse(await redis.script("take", [keys.log], args));
  const [entry] = takenEntries(list);
  if (entry === undefined) throw failed("one entry to take", "none");
  return { ...entry, partition: 0, deliveries: 1 };
}

function canary(): Commit["outputs"][number]["event"] {
  const time = new Date(0).toISOString();
  return makeEvent({
    id: "self-test",
    source: "/operations",
    type: "canary.sent",
    subject: "system",
    time,
    data: { canaryId: "self-test", due: time },
  });
}

function compare(found: object): void {
  const expected = {
    results: ["conflict", "ok", "settled"],
    texts: ["input", "once"],
    kept: "once",
    indexed: 1,
  };
  if (JSON.stringify(found) !== JSON.stringify(expected)) {
    throw failed(JSON.stringify(expected), JSON.stringify(found));
  }
}

function failed(expected: string, found: string): HatrackError {
  const message = `redis bus: the scripts do not do on this Redis what they must: expected ${expected}, got ${found}`;
  return new HatrackError("bus_self_test", message);
}
