/** Which source this is, where that can be known without asking another program. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { home } from "../reference.ts";

/** Of a checkout: the commit its HEAD names. Empty for the published package. */
export async function revisionOf(
  folder: string = join(home, ".git"),
): Promise<{ readonly revision?: string }> {
  const head = await textOf(join(folder, "HEAD"));
  const ref = /^ref: (\S+)$/.exec(head)?.[1];
  const commit = ref === undefined ? head : (await textOf(join(folder, ref))) || (await packed(folder, ref));
  return /^[0-9a-f]{40,64}$/.test(commit) ? { revision: commit } : {};
}

async function packed(folder: string, ref: string): Promise<string> {
  const lines = (await textOf(join(folder, "packed-refs"))).split("\n");
  return lines.find((line) => line.endsWith(` ${ref}`))?.split(" ")[0] ?? "";
}

async function textOf(file: string): Promise<string> {
  try {
    return (await readFile(file, "utf8")).trim();
  } catch {
    return "";
  }
}
