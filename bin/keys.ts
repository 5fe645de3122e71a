/** The keys of this process: of HATRACK_KEYS in a deployment, else made on first start in the data folder. */
import { join } from "node:path";
import { demandKeys, makeKeys, readKeys } from "../src/gate/key-files.ts";
import type { Keyring } from "../src/gate/keys.ts";
import type { Config } from "./config.ts";

/** @throws HatrackError `keys_missing`, `key_invalid` */
export async function loadKeys(config: Config, part: "gate" | "frontEnd" | "reader"): Promise<Keyring> {
  if (config.keysDir !== undefined) return demandKeys(await readKeys(config.keysDir), config.keysDir, part);
  const own = join(config.dataDir, "keys");
  // On a shared log a reader's own new keys would be nobody's: it would see nothing of the gate, and not know why.
  if (part === "reader" && config.redis !== undefined) return demandKeys(await readKeys(own), own, part);
  return makeKeys(own);
}

/** For commands that only look: what lies there; undefined where nothing was ever started with keys. */
export async function keysToRead(config: Config): Promise<Keyring | undefined> {
  const keys = await readKeys(config.keysDir ?? join(config.dataDir, "keys"));
  return keys.trusted.gate.length === 0 ? undefined : keys;
}
