import { readdir, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { ArchiveFolder } from "../../src/bus/archive/archive-folder.ts";
import { says } from "../../src/bus/bus.ts";
import { archiveTimes } from "../../src/bus/redis/archiver.ts";
import { pausedRoles } from "../../src/agent/pauses.ts";
import { said } from "../memory/saying.ts";
import { requires } from "../require.ts";
import { all, archiveScene, expected } from "./archive-scene.ts";
import { CuttingProxy } from "./cutting-proxy.ts";
import { answered, keys, missed, openBus, readAll, seen } from "./redis-help.ts";

describe.skipIf(!requires("redis"))("the archive of a log on Redis", () => {
  const at = archiveScene();

  it("reads archive and log as one: whole, by position and by subject", async () => {
    await at().published(0, 40);
    const before = await readAll(at().bus);
    expect(await at().archived()).toMatchObject({ entries: 40, trimmed: 39 });
    await at().published(40, 60);
    expect(await at().archived()).toMatchObject({ entries: 20, trimmed: 20 });
    await at().published(60, 70);
    expect(await at().redis.xlen(keys.log)).toBe(11);
    expect(await at().ids()).toEqual(expected(70));
    expect((await readAll(at().bus)).slice(0, 40)).toEqual(before);
    const some = [];
    const [after, to] = [before[9]?.position ?? "", before[30]?.position ?? ""];
    for await (const { event } of at().bus.read({ after, to })) some.push(event.id);
    expect(some).toEqual(expected(31).slice(10));
    const own = [];
    for await (const { event } of at().bus.read({ subject: "CASE-1" })) own.push(event.id);
    expect(own).toEqual(expected(70).filter((_, n) => n % 3 === 1));
    expect(await at().redis.llen(keys.subject("CASE-1"))).toBeLessThan(6);
    const seenLive = seen(at().bus, (log) => log.length === 71);
    await at().published(70, 71);
    expect((await seenLive).map(({ event }) => event.id)).toEqual(expected(71));
  });

  it("keeps a role paused whose pause was trimmed long ago", async () => {
    const by = { team: "T1", user: "U1" };
    const data = { role: "tier2", by, reason: "It loops." };
    await at().bus.publish([said("role.paused", "CASE-0000000000", { data })]);
    await at().published(0, 3);
    await at().archived();
    expect(await at().redis.xlen(keys.log)).toBe(1);
    expect(await pausedRoles(at().bus)).toEqual(["tier2"]);
  });

  it("keeps what is young out of the archive, and what is recent on the log", async () => {
    await at().published(0, 10);
    expect(await at().archived(archiveTimes)).toMatchObject({ entries: 0, trimmed: 0 });
    expect(await at().archived({ ...all, keepMs: archiveTimes.keepMs })).toMatchObject({
      entries: 10,
      trimmed: 0,
    });
    expect(await at().ids()).toEqual(expected(10));
  });

  it("trims nothing that a group has not settled, nor a dead letter", async () => {
    await at().bus.open(["slow", "dead"]);
    await at().published(0, 10);
    const subscription = at().bus.subscribe(
      "dead",
      ["canary.sent"],
      ({ event }) => {
        if (event.id === "e4") throw new Error("never");
        return says();
      },
      { source: "/t" },
    );
    await seen(at().bus, (log) => log.some(({ event }) => event.type === "entry.dead"));
    await subscription.close();
    expect(await at().archived()).toMatchObject({ entries: 11, trimmed: 0, heldBy: "slow" });
    await at().redis.call("XGROUP", ["SETID", keys.log, "slow", "$"]);
    expect(await at().archived()).toMatchObject({ trimmed: 4, heldBy: "dead letters of dead" });
    expect((await at().bus.dead.list()).map(({ group }) => group)).toEqual(["dead"]);
    await at().bus.dead.discard("dead", (await at().bus.dead.list())[0]?.position ?? "");
    // It may have closed before it was given the notice of its own dead letter, which nobody wants.
    await at().redis.call("XGROUP", ["SETID", keys.log, "dead", "$"]);
    expect((await at().archived()).trimmed).toBe(6);
  });

  it("detaches a group that has not moved for longer than the retention, and lists what it had not done", async () => {
    await at().bus.open(["gone"]);
    await at().published(0, 3);
    await at().redis.call("HSET", [keys.types, "gone", '["canary.sent"]']);
    const positions = (await readAll(at().bus)).map(({ position }) => position);
    expect(await at().archived({ ...all, retentionMs: -1_000 })).toMatchObject({
      entries: 3,
      heldBy: undefined,
    });
    const log = await readAll(at().bus);
    expect(log.at(-1)?.event).toMatchObject({
      type: "group.detached",
      data: { group: "gone", undone: positions },
    });
    expect((await at().archived()).trimmed).toBe(3);
    await expect(at().bus.open(["gone"])).rejects.toMatchObject({ code: "group_detached" });
  });

  it("lets one of two archivers win, and leaves no file of the other", async () => {
    await at().published(0, 30);
    const both = await Promise.all([at().archived(), at().archived()]);
    expect(both.map(({ entries }) => entries).sort()).toEqual([0, 30]);
    expect(await readdir(at().folder)).toHaveLength(1);
    expect(await at().ids()).toEqual(expected(30));
  });

  it("takes what another archiver trimmed meanwhile for no rollback", async () => {
    await at().published(0, 30);
    class Overtaken extends ArchiveFolder {
      override async following(...where: Parameters<ArchiveFolder["following"]>): Promise<string[]> {
        expect(await at().archived()).toMatchObject({ entries: 30, trimmed: 29 });
        await at().published(30, 40);
        expect(await at().archived()).toMatchObject({ entries: 10, trimmed: 10 });
        return await super.following(...where);
      }
    }
    const second = await at().partition.archiveOnce(new Overtaken(at().folder), all);
    expect(second).toMatchObject({ entries: 0, trimmed: 0 });
    expect(await at().archived()).toMatchObject({ entries: 0 });
    expect(await at().ids()).toEqual(expected(40));
  });

  it("unpacks no segment beyond the position that is read to", async () => {
    await at().published(0, 20);
    await at().archived();
    const to = (await readAll(at().bus)).at(-1)?.position ?? "";
    const before = await readdir(at().folder);
    await at().published(20, 40);
    await at().archived();
    const [later = expect.fail("no second segment")] = (await readdir(at().folder)).filter(
      (name) => !before.includes(name),
    );
    const bytes = await readFile(join(at().folder, later));
    await writeFile(join(at().folder, later), bytes.subarray(0, bytes.length - 40));
    const ids = [];
    for await (const { event } of at().bus.read({ to })) ids.push(event.id);
    expect(ids).toEqual(expected(20));
    await expect(at().ids()).rejects.toMatchObject({ code: "archive_damaged" });
  });

  it("keeps its segment when the reply of the step that counted it was lost and it was sent again", async () => {
    await at().published(0, 30);
    const proxy = await CuttingProxy.to(at().server.port);
    const cut = await openBus(proxy, [], { archive: at().folder });
    // Only the step that moves the head names the file.
    proxy.loseReplyTo(".jsonl.gz");
    const [first] = cut.parts;
    expect(await first?.archiveOnce(new ArchiveFolder(at().folder), all)).toMatchObject({ entries: 30 });
    expect(proxy.cuts).toBe(1);
    await cut.close();
    await proxy.close();
    expect(await readdir(at().folder)).toHaveLength(1);
    await at().archived();
    expect(await at().ids()).toEqual(expected(30));
    expect((await at().partition.verify([])).damage).toEqual([]);
  });

  it("is not looked for where nothing was trimmed: a host without it reads the whole log", async () => {
    await at().published(0, 10);
    await at().archived({ ...all, keepMs: archiveTimes.keepMs });
    await rm(at().folder, { recursive: true });
    expect(await at().ids()).toEqual(expected(10));
    const own = [];
    for await (const { event } of at().bus.read({ subject: "CASE-1" })) own.push(event.id);
    expect(own).toHaveLength(3);
  });

  it("leaves old dead letters to people: their group is not detached for them", async () => {
    await at().bus.open(["dead"]);
    await at().published(0, 3);
    const subscription = at().bus.subscribe(
      "dead",
      ["canary.sent"],
      () => Promise.reject(new Error("never")),
      {
        source: "/t",
      },
    );
    await seen(at().bus, (log) => log.filter(({ event }) => event.type === "entry.dead").length === 3);
    await subscription.close();
    await at().redis.call("XGROUP", ["SETID", keys.log, "dead", "$"]);
    expect(await at().archived({ ...all, retentionMs: -1_000 })).toMatchObject({
      trimmed: 0,
      heldBy: "dead letters of dead",
    });
    expect((await readAll(at().bus)).some(({ event }) => event.type === "group.detached")).toBe(false);
  });

  it("does not trim what the archive cannot show", async () => {
    await at().published(0, 10);
    await at().archived({ ...all, keepMs: archiveTimes.keepMs });
    await rm(at().folder, { recursive: true });
    await expect(at().archived()).rejects.toMatchObject({ code: "archive_damaged" });
    expect(await at().redis.xlen(keys.log)).toBe(10);
  });

  it("makes the same bytes of the same entries", async () => {
    await at().published(0, 30);
    await at().archived();
    const [name = ""] = await readdir(at().folder);
    const first = await readFile(join(at().folder, name));
    // As an archiver that died before it moved the head: its file does not count, and the next makes the same.
    await at().redis.del(keys.archive);
    await at().redis.call("XTRIM", [keys.log, "MAXLEN", 0]);
    await at().redis.call("XSETID", [keys.log, "0-1"]);
    for (const line of gunzipSync(first).toString().trim().split("\n").slice(1)) {
      const [position, type, text] = JSON.parse(line) as [string, string, string];
      await at().redis.call("XADD", [keys.log, position, "type", type, "event", text]);
    }
    expect(await at().archived()).toMatchObject({ entries: 30 });
    const second = (await readdir(at().folder)).find((other) => other !== name) ?? "";
    expect(await readFile(join(at().folder, second))).toEqual(first);
    expect(await at().ids()).toEqual(expected(30));
  });

  it("answers what it handles from an archived past: a role that comes later goes on from the log", async () => {
    await at().published(0, 20);
    await at().archived();
    await at().bus.open(["echo"]);
    await at().published(20, 25);
    at().bus.subscribe("echo", ["canary.sent"], ({ event }) => says(missed(event.data.canaryId)), {
      source: "/t",
    });
    const log = await seen(at().bus, (so) => answered(so).length >= 6);
    expect(answered(log).sort()).toEqual(expected(25).slice(19).sort());
  });
});
