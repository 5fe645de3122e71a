import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import { anchorText, readAnchor } from "../../src/bus/archive/chain.ts";
import { archiveTimes } from "../../src/bus/redis/archiver.ts";
import { requires } from "../require.ts";
import { all, archiveScene } from "./archive-scene.ts";
import { canary, keys } from "./redis-help.ts";

describe.skipIf(!requires("redis"))("an archived log, verified", () => {
  const at = archiveScene();

  beforeEach(async () => {
    await at().published(0, 20);
    await at().archived();
    await at().published(20, 40);
    await at().archived({ ...all, keepMs: archiveTimes.keepMs });
    await at().published(40, 45);
  });

  const verified = (...anchors: string[]) => at().partition.verify(anchors.map(readAnchor));

  it("agrees with what Redis keeps and with an anchor", async () => {
    const { head } = await verified();
    expect(head?.count).toBe(45);
    const anchor = anchorText({ partition: 0, ...(head ?? expect.fail("no head")) });
    await at().published(45, 50);
    const again = await verified(anchor);
    expect(again).toMatchObject({ entries: 50, segments: 2, damage: [] });
    expect(again.agreesWith.join()).toMatch(/head that Redis keeps.*anchor/);
  });

  /** Rewrites the lines of the first segment, as somebody would who can repack it. */
  async function repack(change: (lines: string[]) => string[]): Promise<void> {
    for (const name of await readdir(at().folder)) {
      const file = join(at().folder, name);
      const lines = gunzipSync(await readFile(file))
        .toString()
        .trim()
        .split("\n");
      if (!lines.some((line) => line.includes('"e3"') || line.includes('\\"e3\\"'))) continue;
      await writeFile(file, gzipSync(`${change(lines).join("\n")}\n`));
    }
  }

  it.each([
    [
      "a changed byte",
      (lines: string[]) => lines.with(4, (lines[4] ?? "").replace("CASE-0", "CASE-9")),
      /:5$/,
      /was changed/,
    ],
    ["a missing line", (lines: string[]) => lines.toSpliced(4, 1), /:5$/, /one is missing/],
    [
      "a swapped pair",
      (lines: string[]) => lines.with(4, lines[5] ?? "").with(5, lines[4] ?? ""),
      /:[56]$/,
      /swapped|changed/,
    ],
    [
      "a cut tail",
      (lines: string[]) => lines.slice(0, -2),
      /jsonl\.gz$/,
      /counts up to entry 20, the lines end at 18/,
    ],
    [
      "a header that lies",
      (lines: string[]) => lines.with(0, (lines[0] ?? "").replace('"count":20', '"count":21')),
      /jsonl\.gz$/,
      /counts up to entry 21/,
    ],
  ])("finds %s and says where", async (_, change, where, what) => {
    await repack(change);
    const { damage } = await verified();
    const [first] = damage;
    expect(first?.where).toMatch(where);
    expect(first?.what).toMatch(what);
    await expect(at().ids()).rejects.toMatchObject({ code: "archive_damaged" });
  });

  it("finds a segment cut off on the disk, and one that is gone", async () => {
    const [name = ""] = await readdir(at().folder);
    const whole = await readFile(join(at().folder, name));
    await writeFile(join(at().folder, name), whole.subarray(0, whole.length - 20));
    expect((await verified()).damage[0]?.what).toMatch(/cannot be unpacked, it is cut off/);
    await rm(join(at().folder, name));
    expect((await verified()).damage[0]?.what).toMatch(/segment of partition 0 that ends at .* is missing/);
  });

  it("finds an entry on the log that says something else than the archive", async () => {
    const [first] = (await at().redis.xrange(keys.log, "-", "+", "COUNT", 1))[0] ?? [];
    const text = JSON.stringify(canary("forged"));
    await at().redis.call("XDEL", [keys.log, String(first)]);
    const rest = await at().redis.xrange(keys.log, "-", "+");
    await at().redis.del(keys.log);
    await at().redis.xadd(keys.log, String(first), "type", "canary.sent", "event", text);
    for (const [id, fields] of rest) await at().redis.xadd(keys.log, id, ...fields);
    expect((await verified()).damage).toEqual([
      { where: `log ${String(first)}`, what: "the entry says something else than the archive" },
    ]);
  });

  it("names the hole behind an anchor that the log no longer reaches", async () => {
    const { head } = await verified();
    const anchor = anchorText({ partition: 0, ...(head ?? expect.fail("no head")) });
    await at().redis.xdel(keys.log, head?.position ?? "");
    const [damage] = (await verified(anchor)).damage;
    expect(damage?.where).toBe(`anchor ${anchor}`);
    expect(damage?.what).toMatch(/everything after it up to .* is gone/);
  });

  it("notices a log that was rolled back below the archive's head, and archives nothing more", async () => {
    const [, second] = (await new ArchiveFolder(at().folder).chain(0, await keptHead())).map(
      ({ header }) => header,
    );
    // Redis as a backup from before the second segment has it.
    const { after } = second ?? expect.fail("no second segment");
    await at().redis.hset(keys.archive, { ...after });
    const later = await at().redis.xrange(keys.log, `(${after.position}`, "+");
    await at().redis.xdel(keys.log, ...later.map(([id]) => id));
    await expect(at().archived()).rejects.toMatchObject({
      code: "log_rolled_back",
      message: expect.stringMatching(/goes on to .*, where the log has nothing/) as string,
    });
  });

  it("says so too of a log that was rolled back, whoever asks", async () => {
    const chain = await new ArchiveFolder(at().folder).chain(0, await keptHead());
    const { after } = chain[1]?.header ?? expect.fail("no second segment");
    await at().redis.hset(keys.archive, { ...after });
    expect((await verified()).damage).toEqual([]);
    const later = await at().redis.xrange(keys.log, `(${after.position}`, "+");
    await at().redis.xdel(keys.log, ...later.map(([id]) => id));
    const [damage] = (await verified()).damage;
    expect(damage?.what).toMatch(/should have the entry at .*, and it ends at .*: it was rolled back/);
  });

  async function keptHead() {
    const { position = "", hash = "", count = "" } = await at().redis.hgetall(keys.archive);
    return { position, hash, count: Number(count) };
  }
});
