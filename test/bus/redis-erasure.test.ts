/** Retention: what old segments say of cases is erased, and the chain stays whole. */
import { cp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import { beforeEach, describe, expect, it } from "vitest";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import { anchorText, readAnchor } from "../../src/bus/archive/chain.ts";
import { requires } from "../require.ts";
import { archiveScene } from "./archive-scene.ts";
import { canary, keys, readAll } from "./redis-help.ts";

const order = { beforeMs: Infinity, by: "mia@soc-1", why: "older than 400 days" };

describe.skipIf(!requires("redis"))("an archive with a retention", () => {
  const at = archiveScene();

  beforeEach(async () => {
    await at().published(0, 20);
    await at().bus.publish([canary("of the SOC", "system")]);
    await at().archived();
    await at().published(20, 40);
    await at().archived();
    await at().published(40, 45);
    // Its last entry is on the log still: it is not erased.
    await at().archived();
  });

  const verified = (...anchors: string[]) => at().partition.verify(anchors.map(readAnchor));
  const erased = (changed: Partial<typeof order> = {}) =>
    at().partition.erase(new ArchiveFolder(at().folder), { ...order, ...changed });
  const files = async () => (await readdir(at().folder)).sort();

  async function unpacked(): Promise<string> {
    const all = await Promise.all((await files()).map((name) => readFile(join(at().folder, name))));
    return all.map((bytes) => gunzipSync(bytes).toString()).join("");
  }

  it("takes cases out, keeps what is the SOC's own, and verifies against an anchor from before", async () => {
    const { head } = await verified();
    const anchor = anchorText({ partition: 0, ...(head ?? expect.fail("no head")) });
    expect(await unpacked()).toMatch(/"e3\\?"/);
    expect(await erased()).toBe(40);
    expect(await unpacked()).not.toMatch(/"e3\\?"/);
    expect(await at().ids()).toEqual([
      "of the SOC",
      ...["e40", "e41", "e42", "e43", "e44"],
      ...(await eventsOfErasure()).map(({ id }) => id),
    ]);
    const found = await verified(anchor);
    expect(found).toMatchObject({ entries: 48, segments: 3, damage: [] });
    expect(found.agreesWith.join()).toMatch(/anchor of .*head that Redis keeps/);
    expect(found.erased).toMatchObject([
      { entries: 20, by: "mia@soc-1", why: "older than 400 days", from: "0-0" },
      { entries: 20, by: "mia@soc-1", why: "older than 400 days" },
    ]);
    expect(await erased()).toBe(0);
    expect(await eventsOfErasure()).toHaveLength(2);
    await at().archived();
    expect((await verified(anchor)).damage).toEqual([]);
  });

  const eventsOfErasure = async () =>
    (await readAll(at().bus)).map(({ event }) => event).filter(({ type }) => type === "log.erased");

  it("leaves what is younger, and what is on the log still", async () => {
    const [, second] = await chain();
    expect(await erased({ beforeMs: 1 })).toBe(0);
    await at().redis.hset(keys.archive, "trimmed", second?.header.after.position ?? "");
    expect(await erased()).toBe(0);
  });

  it("is read by who still knows a segment by the name it had", async () => {
    const folder = new ArchiveFolder(at().folder);
    const [first] = await folder.chain(0, await keptHead());
    await erased();
    const { lines, damage } = await folder.read(first?.name ?? "");
    expect(damage).toEqual([]);
    expect(lines.filter((line) => "text" in line)).toHaveLength(1);
  });

  it("goes on after a crash: once on the log, and nothing of the original left", async () => {
    const before = `${at().folder}-before`;
    await cp(at().folder, before, { recursive: true });
    await erased();
    // As if it had died before the originals were removed, and then before anything was written.
    await cp(before, at().folder, { recursive: true });
    expect(await files()).toHaveLength(5);
    expect((await verified()).damage).toEqual([]);
    await erased();
    expect(await files()).toHaveLength(3);
    for (const name of await files()) await rm(join(at().folder, name));
    await cp(before, at().folder, { recursive: true });
    expect(await erased({ by: "somebody else" })).toBe(40);
    expect(await eventsOfErasure()).toHaveLength(2);
    expect((await verified()).erased.map(({ by }) => by)).toEqual(["mia@soc-1", "mia@soc-1"]);
    expect((await verified()).damage).toEqual([]);
    await rm(before, { recursive: true });
  });

  it("does not pass for an erasure when the log says nothing of it, or a digest was changed", async () => {
    await erased();
    const [said] = await eventsOfErasure();
    const [position] =
      (await at().redis.xrange(keys.log, "-", "+")).find(([, fields]) =>
        fields.some((field) => field.includes(said?.id ?? "-")),
      ) ?? [];
    await at().redis.xdel(keys.log, position ?? "");
    expect((await verified()).damage).toEqual([
      {
        where: expect.stringMatching(/^archive 0-0 to /) as string,
        what: expect.stringMatching(
          /^20 entries erased at .* by mia@soc-1 .*; the log says nothing of it$/,
        ) as string,
      },
    ]);
    const name = (await files()).find((file) => file.endsWith(".erased.jsonl.gz")) ?? "";
    const lines = gunzipSync(await readFile(join(at().folder, name)))
      .toString()
      .trim()
      .split("\n");
    const changed = (lines[4] ?? "").replace(/[0-9a-f]{64}"\]$/, `${"0".repeat(64)}"]`);
    await writeFile(join(at().folder, name), gzipSync(`${lines.with(4, changed).join("\n")}\n`));
    expect((await verified()).damage[0]?.what).toMatch(/was changed/);
  });

  it("takes nothing from a segment that is not what it was", async () => {
    const [name = ""] = (await chain()).map((segment) => segment.name);
    const text = gunzipSync(await readFile(join(at().folder, name))).toString();
    await writeFile(join(at().folder, name), gzipSync(text.replace('\\"e3\\"', '\\"e9\\"')));
    await expect(erased()).rejects.toMatchObject({ code: "archive_damaged" });
    expect(JSON.stringify(await at().redis.xrange(keys.log, "-", "+"))).not.toContain("log.erased");
    expect(await files()).toContain(name);
  });

  const chain = async () => new ArchiveFolder(at().folder).chain(0, await keptHead());

  async function keptHead() {
    const { position = "", hash = "", count = "" } = await at().redis.hgetall(keys.archive);
    return { position, hash, count: Number(count) };
  }
});
