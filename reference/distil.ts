/**
 * Makes the JSON files of this folder from the public data sets: `node reference/distil.ts [FILE …]` rewrites all of
 * them or those named. The same sources give the same bytes; test/reference/ compares.
 */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HatrackError } from "../src/errors.ts";
import { distilActors } from "./actors.ts";
import { distilAttack } from "./attack.ts";
import { distilBenign } from "./benign.ts";
import { distilKev } from "./kev.ts";
import { distilRemoteTools } from "./remote-tools.ts";
import { jsonLines } from "./write-lines.ts";

const makers: Readonly<Record<string, () => Record<string, unknown>>> = {
  "actors.json": distilActors,
  "attack.json": distilAttack,
  "benign.json": distilBenign,
  "kev.json": distilKev,
  "remote-tools.json": distilRemoteTools,
};

export const referenceFiles: readonly string[] = Object.keys(makers);

/** The text of one file of this folder, made from the data sets. */
export function distil(file: string): string {
  const make = makers[file];
  if (make === undefined) {
    throw new HatrackError(
      "reference_unknown",
      `reference/distil: no ${file}; expected one of ${referenceFiles.join(", ")}`,
    );
  }
  return jsonLines(make());
}

if (import.meta.main) {
  const named = process.argv.slice(2);
  for (const file of named.length > 0 ? named : referenceFiles) {
    const text = distil(file);
    writeFileSync(join(import.meta.dirname, file), text);
    console.log(`${file}: ${Buffer.byteLength(text)} bytes`);
  }
}
