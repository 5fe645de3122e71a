/** What memory rests on beside the log: infrastructure that links nothing, and where it is kept between starts. */
import { join } from "node:path";
import type { Benign } from "../src/indicators/benign.ts";
import type { MemoryOptions } from "../src/memory/case-memory.ts";
import { benignWith } from "../src/memory/shipped-benign.ts";
import type { SnapshotStore } from "../src/memory/snapshot.ts";
import { loadSocFile } from "../src/soc-file.ts";
import type { SocFile } from "../src/soc-schema.ts";
import { textOption, type Invocation } from "./command.ts";
import type { Config } from "./config.ts";
import { memorySnapshot } from "./memory-snapshot.ts";
import { home } from "./reference.ts";

/** The lists that come with hatrack and what soc.yaml adds. */
export async function benignOf({ socFile }: Pick<Config, "socFile">): Promise<Benign> {
  return benignWith((await loadSocFile(socFile ?? join(home, "soc.yaml"))).benign);
}

/** For a process that stays: it keeps memory, and reads what was kept. */
export function rememberingOf(
  config: Config,
  soc: SocFile,
): { readonly benign: Benign; readonly snapshot: SnapshotStore } {
  return { benign: benignWith(soc.benign), snapshot: memorySnapshot(config) };
}

/** For a command that looks once: the snapshot of the running process is read, never written; an export has none. */
export async function lookOnce({
  values,
  config,
}: Pick<Invocation, "values" | "config">): Promise<Pick<MemoryOptions, "benign" | "snapshot">> {
  const benign = await benignOf(config());
  if (textOption(values, "log") !== undefined) return { benign };
  const kept = memorySnapshot(config());
  return { benign, snapshot: { read: () => kept.read() } };
}
