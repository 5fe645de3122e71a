/**
 * Keys as files: `gate.key`, `front-end.key` (PKCS 8, PEM, readable by their owner alone) and, where a process holds
 * only the other's public half, `gate.pub`, `front-end.pub` (SPKI, PEM). Files named `gate-….pub` and
 * `front-end-….pub` are trusted too: several front ends, or the key before this one.
 */
import { createPrivateKey, createPublicKey, generateKeyPairSync, randomUUID } from "node:crypto";
import { chmod, link, mkdir, readdir, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { HatrackError, reasonOf } from "../errors.ts";
import { publicKey, signingKey, type Keyring, type PublicKey, type Signer, type SigningKey } from "./keys.ts";

const names: Readonly<Record<Signer, string>> = { gate: "gate", frontEnd: "front-end" };

/** What lies in the folder. @throws HatrackError `key_invalid` */
export async function readKeys(folder: string): Promise<Keyring> {
  const files = await readdir(folder).catch(() => []);
  const [gate, frontEnd] = await Promise.all([ownKey(folder, "gate"), ownKey(folder, "frontEnd")]);
  return {
    trusted: {
      gate: await trustedKeys(folder, "gate", files),
      frontEnd: await trustedKeys(folder, "frontEnd", files),
    },
    ...(gate === undefined ? {} : { gate }),
    ...(frontEnd === undefined ? {} : { frontEnd }),
  };
}

/** As `readKeys`, after making what is missing: for one machine, where every part runs as one user. */
export async function makeKeys(folder: string): Promise<Keyring> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  for (const name of Object.values(names)) await makeKey(join(folder, `${name}.key`));
  return readKeys(folder);
}

/**
 * What a process of a deployment must find. @throws HatrackError `keys_missing`, naming the file and how to make it
 */
export function demandKeys(keys: Keyring, folder: string, part: "gate" | "frontEnd" | "reader"): Keyring {
  const missing = [
    part === "gate" && keys.gate === undefined ? "gate.key" : undefined,
    part === "frontEnd" && keys.frontEnd === undefined ? "front-end.key" : undefined,
    part === "gate" && keys.trusted.frontEnd.length === 0 ? "front-end.pub" : undefined,
    keys.trusted.gate.length === 0 ? "gate.pub" : undefined,
  ].filter((name) => name !== undefined);
  if (missing.length === 0) return keys;
  throw new HatrackError(
    "keys_missing",
    `${folder}: holds no ${missing.join(" and no ")}; expected PEM files of Ed25519 keys, as made by ` +
      `"openssl genpkey -algorithm ed25519 -out gate.key" and "openssl pkey -in gate.key -pubout -out gate.pub". The gate's first start makes them in its data folder; ` +
      "HATRACK_KEYS names another",
  );
}

async function makeKey(file: string): Promise<void> {
  if (await isThere(file)) return;
  const { privateKey } = generateKeyPairSync("ed25519");
  const draft = `${file}.${randomUUID()}`;
  await writeFile(draft, privateKey.export({ type: "pkcs8", format: "pem" }), { mode: 0o600, flag: "wx" });
  try {
    // Of two processes that start at once one makes the key, whole, and the other takes that one.
    await link(draft, file);
  } catch (error) {
    if (!(await isThere(file))) throw error;
  } finally {
    await rm(draft, { force: true });
  }
  // Whoever reads meanwhile finds the whole of it or none.
  await writeFile(draft, await publicHalf(file));
  await rename(draft, file.replace(/key$/, "pub"));
}

async function publicHalf(file: string): Promise<string | Buffer> {
  return createPublicKey(await readFile(file, "utf8")).export({ type: "spki", format: "pem" });
}

async function isThere(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Undefined when it is not this process's: not there, or not readable by its user. */
async function ownKey(folder: string, signer: Signer): Promise<SigningKey | undefined> {
  const file = join(folder, `${names[signer]}.key`);
  const pem = await readFile(file, "utf8").catch(() => undefined);
  if (pem === undefined) return undefined;
  await keepPrivate(file);
  return signingKey(ed25519(file, createPrivateKey, pem));
}

/** Its owner's; its group may read it: so systemd hands out a credential (0440). */
export function isPrivate(mode: number): boolean {
  return (mode & 0o037) === 0;
}

/** A key that others can read is nobody's: it is closed, or the process does not start. */
async function keepPrivate(file: string): Promise<void> {
  const { mode } = await stat(file);
  if (isPrivate(mode)) return;
  try {
    await chmod(file, 0o600);
  } catch (cause) {
    const message = `${file}: others than its owner can read it (mode ${(mode & 0o777).toString(8)}); expected 0600`;
    throw new HatrackError("key_invalid", message, { cause });
  }
}

async function trustedKeys(folder: string, signer: Signer, files: readonly string[]): Promise<PublicKey[]> {
  const mine = new RegExp(`^${names[signer]}(-[\\w.-]+)?\\.pub$`);
  const own = await ownKey(folder, signer);
  const keys = new Map<string, PublicKey>(own === undefined ? [] : [[own.id, own.public]]);
  for (const name of files.filter((each) => mine.test(each)).sort()) {
    const file = join(folder, name);
    const key = publicKey(ed25519(file, createPublicKey, await readFile(file, "utf8")));
    keys.set(key.id, key);
  }
  return [...keys.values()];
}

function ed25519<K extends ReturnType<typeof createPublicKey>>(
  file: string,
  read: (pem: string) => K,
  pem: string,
): K {
  let key: K;
  try {
    key = read(pem);
  } catch (cause) {
    const message = `${file}: expected an Ed25519 key in PEM, got ${reasonOf(cause)}`;
    throw new HatrackError("key_invalid", message, { cause });
  }
  if (key.asymmetricKeyType === "ed25519") return key;
  throw new HatrackError(
    "key_invalid",
    `${file}: expected an Ed25519 key, got ${key.asymmetricKeyType ?? "none"}`,
  );
}
