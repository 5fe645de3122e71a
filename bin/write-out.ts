/** The files that options name: "--out FILE", "--save-log FILE". */
import { createWriteStream } from "node:fs";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { HatrackError, reasonOf } from "../src/errors.ts";

interface Target {
  /** "out", as the option is called. */
  readonly option: string;
  readonly file: string;
  /** Of a new file; default: what the process's umask leaves of 0666. */
  readonly mode?: number;
}

/**
 * Writes piece by piece, however much it is.
 *
 * @throws HatrackError `file_unwritable`; one that the pieces throw stays as it is
 */
export async function writeOut(
  { option, file, mode = 0o666 }: Target,
  pieces: Iterable<string> | AsyncIterable<string>,
): Promise<void> {
  try {
    await pipeline(Readable.from(pieces), createWriteStream(file, { mode }));
  } catch (cause) {
    throw cause instanceof HatrackError ? cause : unwritable({ option, file }, cause);
  }
}

export function unwritable({ option, file }: Pick<Target, "option" | "file">, cause: unknown): HatrackError {
  return new HatrackError("file_unwritable", `--${option} ${file}: ${reasonOf(cause)}`, { cause });
}
