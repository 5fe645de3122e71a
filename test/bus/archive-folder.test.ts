import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import { genesis } from "../../src/bus/archive/chain.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-archive-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("the archive's folder", () => {
  it("that is not there yet holds nothing", async () => {
    expect(await new ArchiveFolder(join(folder, "archive")).following(0, genesis)).toEqual([]);
  });

  it("that cannot be listed is no empty one: that would hide a log that was rolled back", async () => {
    const file = join(folder, "archive");
    writeFileSync(file, "");
    await expect(new ArchiveFolder(file).following(0, genesis)).rejects.toMatchObject({
      code: "archive_unreadable",
      retryable: true,
      message: expect.stringContaining(file) as unknown,
    });
  });
});
