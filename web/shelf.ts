/** The scorecards on disk: those of the data folder, and the one that comes with hatrack. */
import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { reasonOf } from "../src/errors.ts";
import { readCard, type CardFile, type Shelf, type Shelved } from "./read/scorecards.ts";

/** Of a folder the newest so many; a history longer than this says nothing more. */
const mostCards = 40;
/** A larger file is no scorecard, bytes. */
const mostBytes = 64 * 1024 * 1024;

interface Kept {
  readonly stamp: string;
  readonly shelved: Shelved;
}

/** Reads what has changed since it was last asked. */
export function openShelf(
  folders: readonly { readonly path: string; readonly shipped: boolean }[],
): () => Promise<Shelf> {
  let kept = new Map<string, Kept>();
  return async () => {
    const found = new Map<string, Kept>();
    for (const { path, shipped } of folders) {
      for (const file of await newest(path, shipped)) {
        const before = kept.get(file.path);
        found.set(
          file.path,
          before?.stamp === file.stamp ? before : { stamp: file.stamp, shelved: await read(file) },
        );
      }
    }
    kept = found;
    return [...found.values()].map(({ shelved }) => shelved);
  };
}

interface Found extends CardFile {
  readonly path: string;
  readonly stamp: string;
  readonly size: number;
}

async function newest(folder: string, shipped: boolean): Promise<Found[]> {
  const names = await readdir(folder).catch(() => []);
  const files = await Promise.all(
    names
      .filter((name) => name.endsWith(".json"))
      .map(async (name): Promise<Found[]> => {
        const path = join(folder, name);
        const about = await stat(path).catch(() => undefined);
        if (about?.isFile() !== true) return [];
        const { mtimeMs: writtenAt, size } = about;
        return [{ path, name, shipped, writtenAt, size, stamp: `${writtenAt} ${size}` }];
      }),
  );
  return files
    .flat()
    .sort((a, b) => b.writtenAt - a.writtenAt)
    .slice(0, mostCards);
}

async function read({ path, size, name, shipped, writtenAt }: Found): Promise<Shelved> {
  const file = { name, shipped, writtenAt };
  if (size > mostBytes) return { ...file, problem: `expected at most ${mostBytes} bytes, it has ${size}` };
  try {
    return readCard(file, await readFile(path, "utf8"));
  } catch (error) {
    return { ...file, problem: reasonOf(error) };
  }
}
