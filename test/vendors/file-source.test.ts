import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { SourceItem } from "../../src/seams/alert-source.ts";
import { fileSource, type FileSourceOptions } from "../../vendors/file-source.ts";
import { linesOf } from "../../vendors/lines.ts";

const folder = mkdtempSync(join(tmpdir(), "hatrack-file-"));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const alert = (id: number) =>
  JSON.stringify({ composite_id: `c:ind:${id}`, timestamp: "2026-11-16T08:00:00Z", name: "R" });

function itemsOf(content: string | Buffer, options: Partial<FileSourceOptions> = {}): Promise<SourceItem[]> {
  const path = join(folder, "alerts.jsonl");
  writeFileSync(path, content);
  return collect(fileSource({ path, ...options }).items(new AbortController().signal));
}
const said = (item: SourceItem): string => {
  if ("rejected" in item) return `${String(item.rejected.line)}: ${item.rejected.reason}`;
  if ("advanced" in item) return item.advanced;
  return "alert" in item ? item.alert.sourceId : item.label.sourceId;
};
const told = (items: readonly SourceItem[]) => items.map(said);

describe("a file of alerts", () => {
  it("is read line by line; what does not read is rejected with its line, and the rest goes on", async () => {
    const items = await itemsOf(
      `\ufeff${alert(1)}\r\n\n{broken\n{"x":1}\n${alert(2)}\n[${alert(3)},${alert(4)}]`,
    );
    expect(told(items)).toEqual([
      "c:ind:1",
      expect.stringMatching(/^3: expected one JSON object a line/),
      expect.stringMatching(/^4: alert: expected a CrowdStrike alert/),
      "c:ind:2",
      "c:ind:3",
      "c:ind:4",
    ]);
    expect(items[1]).toMatchObject({ rejected: { excerpt: "{broken" } });
  });

  it("never holds a line longer than its limit", async () => {
    const items = await itemsOf(`${alert(1)}\n${"x".repeat(5_000_000)}\n${alert(2)}\n`, {
      maxLineBytes: 1_000,
    });
    expect(told(items)).toEqual(["c:ind:1", "2: expected at most 1000 bytes a line, got more", "c:ind:2"]);
    expect(items[1]).toMatchObject({ rejected: { excerpt: "x".repeat(500) } });
  });

  it("keeps a character that falls between two chunks", async () => {
    const bytes = Buffer.from("é\nü");
    const chunks = [bytes.subarray(0, 1), bytes.subarray(1, 4), bytes.subarray(4)];
    const lines = await collect(linesOf(chunked(chunks), 100));
    expect(lines.map(({ number, text }) => [number, text])).toEqual([
      [1, "é"],
      [2, "ü"],
    ]);
  });

  it("may be stdin, which has a name of its own", async () => {
    const source = fileSource({ path: "-", stdin: chunked([Buffer.from(alert(9))]) });
    expect(source.name).toBe("stdin");
    expect(told(await collect(source.items(new AbortController().signal)))).toEqual(["c:ind:9"]);
  });

  it("that is not there is an error with its name", async () => {
    const source = fileSource({ path: join(folder, "none.jsonl") });
    await expect(collect(source.items(new AbortController().signal))).rejects.toThrow(/none\.jsonl.*ENOENT/);
  });

  it("stops between two alerts when it is told to, also while it waits", async () => {
    const path = join(folder, "slow.jsonl");
    writeFileSync(path, `${alert(1)}\n${alert(2)}\n`);
    const abort = new AbortController();
    const seen: SourceItem[] = [];
    for await (const item of fileSource({ path, intervalMs: 3_600_000 }).items(abort.signal)) {
      seen.push(item);
      setImmediate(() => {
        abort.abort();
      });
    }
    expect(told(seen)).toEqual(["c:ind:1"]);
  });
});

async function* chunked(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  for (const chunk of chunks) yield await Promise.resolve(chunk);
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
