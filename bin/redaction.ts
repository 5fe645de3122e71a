/** What this installation takes for secrets: what comes with hatrack, and soc.yaml's own patterns. */
import { randomBytes, randomUUID } from "node:crypto";
import { link, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ownShape } from "../src/agent/own-shapes.ts";
import { makeRedactor, type Redactor } from "../src/agent/redact.ts";
import type { SocFile } from "../src/soc-schema.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { loadSoc } from "./assemble.ts";
import type { Config } from "./config.ts";
import { makeDiagnostics } from "./diagnostics.ts";

const name = "redaction.key";

/** Every process that shares a log must find the same key, or equal secrets do not look equal. */
export async function redactorOf(config: Config, { redact }: Pick<SocFile, "redact">): Promise<Redactor> {
  const key = await digestKey(config);
  return makeRedactor({ shapes: redact.patterns.map(ownShape), ...(key === undefined ? {} : { key }) });
}

/** For a command, by the soc.yaml it is configured with. */
export async function redactorHere(config: Config): Promise<Redactor> {
  return redactorOf(config, await loadSoc(config));
}

/** Diagnostics that soc.yaml's own patterns are taken out of too, without digests. For who needs soc.yaml anyway. */
export async function openDiagnostics(config: Config): Promise<Diagnostics> {
  const { redact } = await loadSoc(config);
  return makeDiagnostics(config, undefined, redact.patterns.map(ownShape));
}

/** Of HATRACK_KEYS, where it lies there; else made on first start in the data folder. */
async function digestKey({ keysDir, dataDir }: Config): Promise<Uint8Array | undefined> {
  if (keysDir !== undefined) return readFile(join(keysDir, name)).catch(() => undefined);
  const folder = join(dataDir, "keys");
  const file = join(folder, name);
  const there = await readFile(file).catch(() => undefined);
  if (there !== undefined) return there;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, randomBytes(32), { mode: 0o600, flag: "wx" });
  // Of two processes that start at once one makes the key, and both take that one.
  await link(draft, file).catch(() => undefined);
  await rm(draft, { force: true });
  return readFile(file);
}
