/** The Lua scripts, each in its own file of ../lua, in a checkout and in `dist` alike. */
import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Cluster, Redis } from "ioredis";
import { reasonOf } from "../../errors.ts";

interface Script {
  readonly text: string;
  readonly sha: string;
}

function script(name: string): Script {
  const text = readFileSync(join(import.meta.dirname, "../lua", `${name}.lua`), "utf8");
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

export const scripts = {
  open: script("open"),
  publish: script("publish"),
  commit: script("commit"),
  count: script("count"),
  take: script("take"),
  renew: script("renew"),
  abandoned: script("abandoned"),
  "hand-back": script("hand-back"),
  bury: script("bury"),
  redrive: script("redrive"),
  archive: script("archive"),
  forget: script("forget"),
  lease: script("lease"),
};

/** Runs a script by its digest; a Redis that does not know it yet (new, restarted, failed over) is sent the text. */
export async function runScript(
  redis: Redis | Cluster,
  { text, sha }: Script,
  keys: readonly string[],
  args: readonly (string | number)[],
): Promise<unknown> {
  try {
    return await redis.call("EVALSHA", [sha, keys.length, ...keys, ...args]);
  } catch (error) {
    if (!reasonOf(error).startsWith("NOSCRIPT")) throw error;
    return await redis.call("EVAL", [text, keys.length, ...keys, ...args]);
  }
}
