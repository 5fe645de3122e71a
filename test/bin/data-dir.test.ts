import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { makeDataDir } from "../../bin/open-bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";

let folder = "";
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "hatrack-dir-"));
});
afterEach(async () => {
  await rm(folder, { recursive: true, force: true });
});

const modeOf = async (name: string): Promise<number> => (await stat(join(folder, name))).mode & 0o777;

it("the data folder is its owner's alone, whoever makes it: it holds the log, the cards and the keys", async () => {
  await makeDataDir(join(folder, "made"));
  expect(await modeOf("made")).toBe(0o700);
  const bus = new LocalBus({ file: join(folder, "by-the-log", "hatrack.db") });
  await bus.open([]);
  expect(await modeOf("by-the-log")).toBe(0o700);
  await bus.close();
});
