/** Files that come with the project, or those the environment names instead. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { HatrackError, reasonOf } from "../src/errors.ts";

/** The folder that holds reference/, fixtures/ and soc.yaml: the checkout, or the package's dist/. */
export const home = join(import.meta.dirname, "..");

export async function readJson(file: string, what: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, "utf8"));
  } catch (cause) {
    throw new HatrackError("file_unreadable", `${what} ${file}: ${reasonOf(cause)}`, { cause });
  }
}
