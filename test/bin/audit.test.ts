import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { main } from "../../bin/main.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { canary } from "../bus/redis-help.ts";
import { requires } from "../require.ts";

const Report = z.object({
  verdict: z.string(),
  partitions: z.array(
    z.object({
      partition: z.int(),
      entries: z.int(),
      segments: z.int(),
      head: z.object({ position: z.string(), hash: z.string() }).optional(),
      agreesWith: z.array(z.string()),
      damage: z.array(z.object({ where: z.string(), what: z.string() })),
    }),
  ),
});

let folder: string;
const file = (): string => join(folder, "export.jsonl");

interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

async function run(argv: readonly string[], env: Record<string, string> = {}): Promise<Ran> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(argv, {
    env: { HATRACK_DIR: folder, ...env },
    print: (line) => out.push(line),
    complain: (line) => err.push(line),
  });
  return { code, out: out.join("\n"), err: err.join("\n") };
}

async function verify(args: readonly string[] = [], env: Record<string, string> = {}) {
  const { code, out, err } = await run(["audit", "verify", "--json", ...args], env);
  if (out === "") throw new Error(err);
  return { code, ...Report.parse(JSON.parse(out)) };
}

async function fill(bus: Bus, from: number, to: number): Promise<void> {
  const numbers = Array.from({ length: to - from }, (_, n) => from + n);
  await bus.publish(numbers.map((n) => canary(`e${n}`, `CASE-${n % 3}`)));
}

function anchorOf({ partitions: [first] }: z.infer<typeof Report>): string {
  return `0/${first?.head?.position ?? ""}/${first?.head?.hash ?? ""}`;
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "hatrack-audit-"));
  const bus = new LocalBus({ file: join(folder, "hatrack.db") });
  await bus.open([]);
  await fill(bus, 0, 11);
  // Line ends to Unicode, and none to JSON.
  await bus.publish([canary("e11", "CASE-\u2028\u2029")]);
  await bus.close();
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("hatrack audit verify, of the local log", () => {
  it("says consistent without an anchor, and unchanged with one", async () => {
    const first = await verify();
    expect(first).toMatchObject({
      code: 0,
      verdict: "consistent",
      partitions: [{ entries: 12, damage: [] }],
    });
    const again = await verify(["--anchor", anchorOf(first)]);
    expect(again).toMatchObject({ code: 0, verdict: "unchanged" });
    expect(again.partitions[0]?.agreesWith.join()).toContain("anchor");
  });

  it("finds a log that another history was put in place of", async () => {
    const anchor = `0/${(await verify()).partitions[0]?.head?.position ?? ""}/${"0".repeat(64)}`;
    const found = await verify(["--anchor", anchor]);
    expect(found).toMatchObject({ code: 1, verdict: "damaged" });
    expect(found.partitions[0]?.damage[0]?.what).toMatch(/was changed, taken out or put in/);
  });

  it.each([
    [
      ["audit", "verify", "--anchor", "yesterday"],
      /anchor "yesterday": expected PARTITION\/POSITION\/SHA-256/,
    ],
    [["audit", "verify", "--anchor", `7/1-1/${"0".repeat(64)}`], /this log has 1 partition$/m],
    [["audit", "verify", "--log", "nowhere.jsonl"], /nowhere\.jsonl: there is no such file/],
    [["archive", "--once"], /REDIS_URL is not set.*never trimmed/],
    [["groups", "retire", "sentinel"], /REDIS_URL is not set/],
    [["archive", "--keep", "soon"], /--keep soon: expected a number of days/],
  ])("%s is refused with what was expected", async (argv, expected) => {
    const { code, err } = await run(argv);
    expect(code).not.toBe(0);
    expect(err).toMatch(expected);
  });
});

describe("hatrack audit verify --log, of an export", () => {
  beforeEach(async () => {
    expect((await run(["audit", "export", "--out", file()])).code).toBe(0);
  });

  const change = (edit: (lines: string[]) => string[]): void => {
    const lines = readFileSync(file(), "utf8").trimEnd().split("\n");
    writeFileSync(file(), `${edit(lines).join("\n")}\n`);
  };

  it("agrees with the log it was made of", async () => {
    const head = anchorOf(await verify());
    const found = await verify(["--log", file(), "--anchor", head]);
    expect(found).toMatchObject({ code: 0, verdict: "unchanged", partitions: [{ entries: 12 }] });
  });

  it.each([
    [
      "a changed byte",
      (lines: string[]) => lines.with(4, (lines[4] ?? "").replace("CASE", "case")),
      5,
      /changed/,
    ],
    ["a missing line", (lines: string[]) => lines.toSpliced(4, 1), 5, /one is missing/],
    [
      "a swapped pair",
      (lines: string[]) => lines.with(4, lines[5] ?? "").with(5, lines[4] ?? ""),
      5,
      /swapped/,
    ],
    ["a cut tail", (lines: string[]) => lines.slice(0, -3), 9, /3 more: the tail is cut/],
    ["an added line", (lines: string[]) => [...lines, lines[0] ?? ""], 13, /it was added/],
  ])("finds %s and says where", async (_, edit, line, what) => {
    change(edit);
    const found = await verify(["--log", file()]);
    expect(found).toMatchObject({ code: 1, verdict: "damaged" });
    const [first] = found.partitions[0]?.damage ?? [];
    expect(first?.where).toBe(`${file()}:${line}`);
    expect(first?.what).toMatch(what);
  });

  it("says what is missing without the chain, and does not call it consistent", async () => {
    rmSync(`${file()}.chain`);
    const { code, err } = await run(["audit", "verify", "--log", file()]);
    expect(code).toBe(1);
    expect(err).toMatch(/export\.jsonl\.chain: there is none; "audit export --out/);
  });
});

describe.skipIf(!requires("redis"))("hatrack archive and audit, of a log on Redis", () => {
  it("archives every partition, reads and verifies both as one, and retires a group", async () => {
    const redis = await RedisServer.start();
    const env = { REDIS_URL: redis.url, REDIS_PARTITIONS: "2", LOG_LEVEL: "silent" };
    try {
      const bus = new RedisBus({ url: redis.url, partitions: 2, archive: join(folder, "archive") });
      await bus.open(["left"]);
      await fill(bus, 0, 30);
      // As if they had lain there for a while.
      const { ArchiveFolder } = await import("../../src/bus/archive/archive-folder.ts");
      const times = { behindMs: -1_000, keepMs: -1_000, retentionMs: 1e12 };
      for (const part of bus.parts) await part.archiveOnce(new ArchiveFolder(join(folder, "archive")), times);
      await fill(bus, 30, 40);
      await bus.close();
      expect((await run(["archive", "--once"], env)).out).toMatch(/partition 0: 0 archived.*left keeps it/);
      expect((await run(["groups", "retire", "left"], env)).out).toMatch(
        /partition 1: left is detached; not done: \d/,
      );
      const found = await verify([], env);
      expect(found.verdict).toBe("consistent");
      expect(found.partitions.map(({ segments }) => segments)).toEqual([1, 1]);
      const export2 = join(folder, "redis.jsonl");
      await run(["audit", "export", "--out", export2], env);
      expect(readFileSync(export2, "utf8").trim().split("\n")).toHaveLength(42);
      expect((await verify(["--log", export2])).verdict).toBe("consistent");
    } finally {
      await redis.stop();
    }
  });
});
