/** Where memory is kept between starts: one file beside the log. Losing it costs a refold, never a fact. */
import { readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { SnapshotStore } from "../src/memory/snapshot.ts";
import type { Config } from "./config.ts";

export function memorySnapshot({ dataDir }: Pick<Config, "dataDir">): SnapshotStore {
  const file = join(dataDir, "memory.snapshot");
  return {
    read: async () => {
      try {
        return await readFile(file, "utf8");
      } catch (error) {
        if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
        throw error;
      }
    },
    // Several processes may keep theirs: whoever renames last wins, and each is whole.
    write: async (text) => {
      const half = `${file}.${process.pid}`;
      await writeFile(half, text, { mode: 0o600 });
      await rename(half, file);
    },
  };
}
