/** What is special to the local bus: one file, one writer, real kills, full disks, clocks that step back. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { LocalBus, type LocalBusOptions } from "../../src/bus/local-bus.ts";
import { manualClock, systemClock } from "../../src/clock.ts";
import { all, canary, count, echo, idle, ids, quick, until } from "./conformance/harness.ts";

const source = "/roles/tester";
let folder = "";
let file = "";
let buses: LocalBus[] = [];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-file-"));
  file = join(folder, "data", "log.db");
  buses = [];
});

afterEach(async () => {
  await Promise.all(buses.map((bus) => bus.close()));
  rmSync(folder, { recursive: true, force: true });
});

function busOn(options: LocalBusOptions = {}): LocalBus {
  const bus = new LocalBus({ file, timings: quick, ...options });
  buses.push(bus);
  return bus;
}

describe("what killed its workers", () => {
  it("says when it was first delivered, as long ago as that was by any clock", async () => {
    const clock = manualClock(Date.parse("2026-03-02T08:00:00.000Z"));
    const bus = busOn({ clock, timings: { ...quick, reclaimIdleMs: 0, maxDeliveries: 1 } });
    await bus.open(["g"]);
    await bus.publish([canary("a")]);
    const dying = bus.groupStore({ group: "g", types: ["canary.sent"], consumer: "dying" });
    await dying.take({ max: 1, waitMs: 1, signal: new AbortController().signal });
    const taken = systemClock.now();
    await vi.waitUntil(() => systemClock.now() >= taken + 20);
    bus.subscribe("g", ["canary.sent"], echo, { source });
    await until(bus, count("entry.dead", 1));
    const [dead] = await bus.dead.list();
    expect(dead).toMatchObject({ reason: "crashed", lastAt: "2026-03-02T08:00:00.000Z" });
    expect(Date.parse(dead?.lastAt ?? "") - Date.parse(dead?.firstAt ?? "")).toBeGreaterThanOrEqual(20);
  });
});

describe("a file of an older version", () => {
  it("is read as it is, and brought up to date by who writes it, with its dead letters", async () => {
    const before = busOn();
    await before.open(["g"]);
    const work = before.subscribe("g", ["canary.sent"], () => Promise.reject(new Error("no")), { source });
    await before.publish([canary("a")]);
    await until(before, count("entry.dead", 1));
    await work.close();
    await before.close();
    const old = new DatabaseSync(file);
    old.exec("ALTER TABLE dead DROP COLUMN stack; PRAGMA user_version = 1");
    old.close();
    for (const options of [{ readOnly: true }, {}]) {
      const bus = busOn(options);
      await bus.open(options.readOnly === true ? [] : ["g"]);
      const [dead] = await bus.dead.list();
      expect(dead).toMatchObject({ error: "no", failures: 3 });
      expect(dead?.stack).toBeUndefined();
      await bus.close();
    }
  });
});

describe("one writer", () => {
  it("refuses a second writer of the file with a message that says what to do, and lets it in afterwards", async () => {
    const first = busOn();
    await first.open(["g"]);
    const second = busOn();
    await expect(second.open(["g"])).rejects.toMatchObject({ code: "log_locked", retryable: false });
    await expect(busOn().open(["g"])).rejects.toThrow(/log\.db.*stop it, or open the log read-only/);
    await first.publish([canary("a")]);
    await first.close();
    await second.open(["g"]);
    expect(await ids(second)).toEqual(["a"]);
  });

  it("is followed by a reader of the same file, which cannot write", async () => {
    const writer = busOn();
    await writer.open(["g"]);
    await writer.publish([canary("a")]);
    const reader = busOn({ readOnly: true });
    await reader.open([]);
    expect(await ids(reader)).toEqual(["a"]);
    const following = until(reader, (log) => log.length === 2);
    await writer.publish([canary("b")]);
    expect((await following).map(({ event }) => event.id)).toEqual(["a", "b"]);
    expect(await reader.groups()).toMatchObject([{ group: "g", lag: 2, pending: 0, dead: 0 }]);
    await expect(reader.publish([canary("c")])).rejects.toMatchObject({ code: "read_only" });
    await expect(reader.dead.redrive("g", "1-1")).rejects.toMatchObject({ code: "read_only" });
  });

  it("can be read when nobody writes", async () => {
    const writer = busOn();
    await writer.open([]);
    await writer.publish([canary("a")]);
    await writer.close();
    const reader = busOn({ readOnly: true });
    await reader.open([]);
    expect(await ids(reader)).toEqual(["a"]);
  });
});

describe("files that are not a log", () => {
  it("refuses to read one that does not exist", async () => {
    await expect(busOn({ readOnly: true }).open([])).rejects.toThrow(/log\.db/);
  });

  it("refuses one that is something else, and leaves it as it is", async () => {
    file = join(folder, "notes.txt");
    writeFileSync(
      file,
      "these are my notes, and they are long enough to be looked at as a header. ".repeat(20),
    );
    await expect(busOn().open([])).rejects.toMatchObject({ code: "log_damaged" });
  });

  it("refuses one that a newer hatrack wrote", async () => {
    const bus = busOn();
    await bus.open([]);
    await bus.close();
    const database = new DatabaseSync(file);
    database.exec("PRAGMA user_version = 99");
    database.close();
    await expect(busOn().open([])).rejects.toMatchObject({ code: "log_newer" });
  });
});

describe("the clock of the log", () => {
  it("stands still while the host's clock is behind it, also over a restart", async () => {
    const clock = manualClock(1_000_000);
    const bus = busOn({ clock });
    await bus.open([]);
    const said = await bus.publish([canary("a"), canary("b")]);
    clock.set(400_000);
    said.push(...(await bus.publish([canary("c")])));
    await bus.close();
    const again = busOn({ clock });
    await again.open([]);
    said.push(...(await again.publish([canary("d")])));
    clock.set(1_000_001.9);
    said.push(...(await again.publish([canary("e")])));
    const positions = ["1000000-0", "1000000-1", "1000000-2", "1000000-3", "1000001-0"];
    expect(said.map(({ position }) => position)).toEqual(positions);
    expect((await all(again.read())).map(({ position }) => position)).toEqual(positions);
  });

  it("times the outputs of handlers", async () => {
    const bus = busOn({ clock: manualClock(Date.parse("2026-01-05T06:00:00.000Z")) });
    await bus.open(["g"]);
    bus.subscribe("g", ["canary.sent"], echo, { source });
    await bus.publish([canary("a")]);
    const log = await until(bus, count("canary.missed", 1));
    expect(log.at(-1)?.event.time).toBe("2026-01-05T06:00:00.000Z");
  });
});

describe("a full disk", () => {
  it("refuses what does not fit, whole and retryable; nothing that was acknowledged is lost", async () => {
    const bus = busOn({ maxBytes: 256 * 1024 });
    await bus.open(["g"]);
    const acknowledged: string[] = [];
    const fill = async (): Promise<void> => {
      for (let i = 0; ; i++) {
        const batch = Array.from({ length: 20 }, (_, j) => canary(`${i}-${j}`, `case ${i}`));
        await bus.publish(batch);
        acknowledged.push(...batch.map(({ id }) => id));
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: "bus_unavailable", retryable: true });
    expect(acknowledged.length).toBeGreaterThan(100);
    expect(await ids(bus)).toEqual(acknowledged);
    const working = bus.subscribe("g", ["canary.sent"], echo, { source });
    await until(bus, (log) => log.length >= acknowledged.length);
    await working.close();
    await bus.close();
    const roomy = busOn();
    await roomy.open(["g"]);
    roomy.subscribe("g", ["canary.sent"], echo, { source });
    await until(roomy, count("canary.missed", acknowledged.length));
    await idle(roomy, "g");
    const caused = (await all(roomy.read())).flatMap(({ event }) => event.causationid ?? []);
    expect(caused.sort()).toEqual([...acknowledged].sort());
    expect(await roomy.dead.list()).toEqual([]);
  });
});

describe("kill -9", () => {
  const rounds = 10;
  const roots = 40;

  it(`loses and doubles nothing in ${rounds} kills in the middle of a chain`, async () => {
    const events = 4 * roots;
    for (let round = 1; round <= rounds; round++)
      await runAndKill(Math.floor((round * events) / (rounds + 1)));
    await runAndKill(events);
    const bus = busOn();
    await bus.open(["one", "two", "three"]);
    const log = await all(bus.read());
    const caused = log.flatMap(({ event }) => event.causationid ?? []);
    expect(new Set(caused).size).toBe(caused.length);
    expect(log.length).toBe(events);
    expect(await bus.dead.list()).toEqual([]);
  }, 60_000);

  /** Runs the chain until its log holds so many events, then kills it. */
  async function runAndKill(events: number): Promise<void> {
    const script = fileURLToPath(import.meta.resolve("./local-chain-process.ts"));
    const child = spawn(
      process.execPath,
      ["--disable-warning=ExperimentalWarning", script, file, String(roots)],
      {
        stdio: ["ignore", "pipe", "inherit"],
      },
    );
    const ended = once(child, "exit");
    let seen = 0;
    for await (const _ of createInterface({ input: child.stdout })) {
      seen += 1;
      if (seen >= events) break;
    }
    child.kill("SIGKILL");
    expect(await ended).toEqual([null, "SIGKILL"]);
    expect(seen).toBe(events);
  }
});
