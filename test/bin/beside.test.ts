import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { filesBeside } from "../../bin/replay/beside.ts";

let folder = "";
const file = (name: string): string => join(folder, name);
const none = { inventoryFile: undefined, reputationFile: undefined };

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "hatrack-beside-"));
  await writeFile(file("tickets.inventory.json"), "{}");
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe("the files of a ticket file", () => {
  it("are those of its name beside it, each where it is there", async () => {
    expect(await filesBeside(file("tickets.jsonl"), none)).toEqual({
      inventoryFile: file("tickets.inventory.json"),
      reputationFile: undefined,
    });
    expect(await filesBeside(file("others.jsonl"), none)).toEqual(none);
  });

  it("do not count where others are configured, or the tickets come from standard input", async () => {
    const own = { inventoryFile: "own.json", reputationFile: "feed.json" };
    expect(await filesBeside(file("tickets.jsonl"), own)).toEqual(own);
    expect(await filesBeside("-", none)).toEqual(none);
  });
});
