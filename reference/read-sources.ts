/**
 * Reads the public data sets the distilled lists are made from; HATRACK_DATA says where they are, by default
 * `../shared/data` from the project's root. Needs the `xz` command for the warning lists' archive.
 */
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { z } from "zod";
import { HatrackError, reasonOf } from "../src/errors.ts";

const root = resolve(import.meta.dirname, "..");

function sourcePath(...parts: readonly string[]): string {
  const path = join(resolve(root, process.env["HATRACK_DATA"] ?? "../shared/data"), ...parts);
  if (existsSync(path)) return path;
  throw new HatrackError(
    "reference_source_missing",
    `reference/distil: no ${path}; HATRACK_DATA must name the folder of the public data sets`,
  );
}

/** A gzipped JSON file of a data set, not yet checked. */
export function readGzipJson(...parts: readonly string[]): unknown {
  return JSON.parse(gunzipSync(readFileSync(sourcePath(...parts))).toString("utf8"));
}

const WarningList = z.object({
  name: z.string(),
  version: z.number(),
  type: z.enum(["cidr", "hostname", "regex", "string", "substring"]),
  list: z.array(z.string()),
});
export type WarningList = z.infer<typeof WarningList>;

/** All MISP warning lists by their short name, such as `rfc1918`. */
export function readWarningLists(): (name: string) => WarningList {
  const archive = outputOf("xz", [
    "--decompress",
    "--stdout",
    sourcePath("misp-warninglists", "lists.tar.xz"),
  ]);
  const files = new Map(tarEntries(archive));
  return (name) => {
    const content = files.get(`${name}.json`);
    if (content === undefined) {
      throw new HatrackError(
        "reference_source_missing",
        `reference/distil: no warning list ${name} in the archive`,
      );
    }
    return WarningList.parse(JSON.parse(content.toString("utf8")));
  };
}

function outputOf(command: string, args: readonly string[]): Buffer {
  try {
    return execFileSync(command, args, { maxBuffer: 256 * 1024 * 1024 });
  } catch (cause) {
    const message = `reference/distil: ${command} failed (${reasonOf(cause)}); is it installed (apt-get install xz-utils)?`;
    throw new HatrackError("reference_source_unreadable", message, { cause });
  }
}

/** The regular files of a ustar archive: 512-byte headers with the name at 0, the octal size at 124, the type at 156. */
function* tarEntries(archive: Buffer): Generator<[string, Buffer]> {
  const text = (from: number, length: number) =>
    archive.toString("utf8", from, from + length).replace(/\0.*$/s, "");
  for (let at = 0; at + 512 <= archive.length && archive[at] !== 0;) {
    const size = Number.parseInt(text(at + 124, 12).trim(), 8);
    const type = text(at + 156, 1);
    const name = text(at, 100).split("/").at(-1) ?? "";
    if (type === "0" || type === "") yield [name, archive.subarray(at + 512, at + 512 + size)];
    at += 512 + Math.ceil(size / 512) * 512;
  }
}
