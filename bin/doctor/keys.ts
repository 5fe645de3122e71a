/** What is signed by whom, and who is rung: the keys of this process and the pager, without ringing anybody. */
import { createPublicKey } from "node:crypto";
import { readdir, readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { examine, type Check } from "../../src/check.ts";
import { HatrackError } from "../../src/errors.ts";
import { demandKeys, isPrivate, readKeys } from "../../src/gate/key-files.ts";
import { publicKey, type Keyring } from "../../src/gate/keys.ts";
import type { Config } from "../config.ts";

const fix =
  "Put the keys there (docs/gate.md), readable by their owner alone (chmod 600), each .pub the half of its .key; or leave " +
  "HATRACK_KEYS out on one machine.";

export async function checkKeys({ keysDir, dataDir }: Config): Promise<Check> {
  const folder = keysDir ?? join(dataDir, "keys");
  const files = await readdir(folder).catch(() => []);
  if (keysDir === undefined && files.length === 0) {
    return { name: "keys", status: "skipped", found: `none yet: the first start makes them in ${folder}` };
  }
  return examine("keys", fix, async () => {
    for (const name of files.filter((each) => each.endsWith(".key"))) await demandPrivate(join(folder, name));
    const keys = demandKeys(await readKeys(folder), folder, "reader");
    await Promise.all([matches(folder, "gate", keys.gate), matches(folder, "front-end", keys.frontEnd)]);
    return `${folder}: ${inWords(keys)}`;
  });
}

async function demandPrivate(file: string): Promise<void> {
  const { mode } = await stat(file);
  if (isPrivate(mode)) return;
  throw new HatrackError(
    "key_invalid",
    `${file}: mode ${(mode & 0o777).toString(8)}, expected 600, or 440 for a group`,
  );
}

/** Others believe the public half: of another key, they would believe nothing this process says. */
async function matches(folder: string, name: string, own: Keyring["gate"]): Promise<void> {
  const pem = await readFile(join(folder, `${name}.pub`), "utf8").catch(() => undefined);
  if (own === undefined || pem === undefined || publicKey(createPublicKey(pem)).id === own.id) return;
  throw new HatrackError("key_invalid", `${join(folder, `${name}.pub`)}: not the public half of ${name}.key`);
}

function inWords({ gate, frontEnd, trusted }: Keyring): string {
  const signs = [gate && "the gate", frontEnd && "a front end"].filter((name) => name !== undefined);
  const counts = `believes ${trusted.gate.length} gate and ${trusted.frontEnd.length} front-end keys`;
  return `${signs.length === 0 ? "signs nothing" : `signs as ${signs.join(" and ")}`}, ${counts}`;
}

/** Only that somebody listens: a call would ring a telephone. */
export async function checkPager({ pager }: Config): Promise<Check> {
  if (pager === undefined)
    return { name: "pager", status: "skipped", found: "none: nobody is rung (PAGER_URL)" };
  const { host, hostname, port, protocol } = new URL(pager.url);
  const heard =
    pager.acknowledgePort === undefined ? "" : `; acknowledgements on port ${pager.acknowledgePort}`;
  return examine("pager", "Check PAGER_URL, and that this host may reach it.", async () => {
    await reach(hostname.replace(/^\[|\]$/g, ""), Number(port) || (protocol === "https:" ? 443 : 80));
    return `${host} listens; nobody was rung${heard}`;
  });
}

function reach(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: 3_000 });
    const end = (say: () => void): void => {
      socket.destroy();
      say();
    };
    socket.once("connect", () => {
      end(resolve);
    });
    socket.once("timeout", () => {
      end(() => {
        reject(new HatrackError("pager_unreachable", `${host}:${port}: no answer in 3 s`));
      });
    });
    socket.once("error", (cause) => {
      end(() => {
        reject(new HatrackError("pager_unreachable", `${host}:${port}: ${cause.message}`, { cause }));
      });
    });
  });
}
