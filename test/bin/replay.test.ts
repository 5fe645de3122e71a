import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, vi } from "vitest";
import { progressBar } from "../../bin/progress.ts";
import { main } from "../../bin/main.ts";
import { manualClock } from "../../src/clock.ts";
import { Comparison, Scorecard } from "../../src/replay/scorecard-schema.ts";
import { tickets } from "../replay/backtest.ts";
import { root } from "./cli.ts";

const folder = mkdtempSync(join(tmpdir(), "replay-"));
const fixture = join(root, "fixtures/tickets.jsonl");

/** What is said of the lines of a file; nothing of it on the test's own terminal. */
const said = vi.spyOn(process.stderr, "write").mockImplementation(() => true);

async function run(...argv: string[]): Promise<{ code: number; out: string; err: string }> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    env: {},
    print: (line: string) => out.push(line),
    complain: (line: string) => err.push(line),
  };
  const code = await main(["replay", ...argv], terminal);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

function file(name: string, lines: readonly unknown[]): string {
  const path = join(folder, name);
  writeFileSync(
    path,
    lines.map((line) => (typeof line === "string" ? line : JSON.stringify(line))).join("\n"),
  );
  return path;
}

const scorecard = (text: string): Scorecard => Scorecard.parse(JSON.parse(text));
const few = tickets(8, 5);

describe("hatrack replay", () => {
  it("gives the same result, byte for byte, for a seed, however many runs are at work at once", async () => {
    const path = file("same.jsonl", few);
    const [one, many, other] = [
      scorecard((await run(path, "--json", "--parallel", "1")).out),
      scorecard((await run(path, "--json", "--parallel", "7")).out),
      scorecard((await run(path, "--json", "--seed", "2")).out),
    ];
    expect(JSON.stringify(many.result)).toBe(JSON.stringify(one.result));
    expect(one.result.run).toMatchObject({ mode: "replay", models: ["baseline"], seed: 1, recall: "on" });
    expect(one.result.leakCheck?.planted).toBe(24);
    // Another seed is another bootstrap; the roles say the same.
    expect(other.result.rows).toEqual(one.result.rows);
  });

  it("stamps a dry run, and shows none of its numbers as a result", async () => {
    const ended = await run(fixture, "--dry-run", "--limit", "4", "--json");
    const { result } = scorecard(ended.out);
    expect(ended.code).toBe(0);
    expect(result).toMatchObject({ isResult: false, run: { mode: "dry-run", models: ["canned"] } });
    expect(result.headline).toMatch(
      /^Dry run: 4 of 4 tickets went from start to finish on canned answers\. No number/,
    );
    expect((await run(fixture, "--dry-run", "--limit", "2")).out).toContain("No number here is a result");
  });

  it("works the tickets that come with it, and nothing leaks", async () => {
    const { result } = scorecard((await run(fixture, "--limit", "30", "--json")).out);
    expect(result.tickets).toMatchObject({ worked: 30, labelled: 30, refused: [], unworked: {} });
  });

  it("says what is wrong with each line and works the rest", async () => {
    const [first, second, third] = few;
    const path = file("bad.jsonl", [
      "{",
      first,
      { ...second, id: "T-0" },
      { ...third, human: undefined },
      "",
      second,
    ]);
    said.mockClear();
    const ended = await run(path, "--json");
    const { result } = scorecard(ended.out);
    expect(ended.code).toBe(0);
    expect(said.mock.calls.map(([line]) => String(line))).toEqual([
      expect.stringMatching(/bad\.jsonl:1: left out: expected one JSON object a line/),
      expect.stringMatching(
        /bad\.jsonl:3: left out: id: expected each id once, "T-0" stands on line 2 already/,
      ),
      expect.stringMatching(
        /bad\.jsonl:4: human: expected what a person decided, found none; worked and not scored/,
      ),
      expect.stringMatching(/bad\.jsonl:6: createdAt: expected a time at or after .* of line 4/),
    ]);
    expect(result.tickets).toMatchObject({
      ...{ lines: 5, worked: 3, labelled: 2, unlabelled: 1 },
      problems: { broken_json: 1, duplicate_id: 1, no_label: 1, out_of_order: 1 },
    });
    expect(result.rows.map(({ ticketId }) => ticketId)).toEqual(["T-0", "T-1", "T-2"]);
  });

  it("of tickets without any label says that nothing is measured, and divides nothing by nothing", async () => {
    const ended = await run(
      file(
        "unlabelled.jsonl",
        few.slice(0, 2).map((one) => ({ ...one, human: undefined })),
      ),
      "--json",
    );
    const { result } = scorecard(ended.out);
    expect(ended.code).toBe(0);
    expect(result.headline).toContain("nothing is measured");
    expect(result.escalation.all.withReview.precision.value).toBeNull();
  });

  it("fails when no ticket of the file could be worked", async () => {
    const ended = await run(file("none.jsonl", ["{", "[]"]), "--json");
    expect(ended.code).toBe(1);
    expect(scorecard(ended.out).result.tickets).toMatchObject({ worked: 0, lines: 2 });
  });

  it("plays both arms on logs of their own, and compares them pair by pair", async () => {
    const { result } = scorecard((await run(file("both.jsonl", few), "--recall", "both", "--json")).out);
    expect(result.run.recall).toBe("both");
    expect(result.arms.map(({ arm, precedents }) => [arm, precedents > 0])).toEqual([
      ["off", false],
      ["on", true],
    ]);
    expect(result.recall).toMatchObject({ a: "without recall", b: "with recall", n: 8 });
  });

  it("compares two scorecards of the same tickets, and lists each ticket that flipped with both traces", async () => {
    const path = file("compared.jsonl", few);
    const [a, b] = [join(folder, "a.json"), join(folder, "b.json")];
    await run(path, "--out", a);
    const changed = scorecard(readFileSync(a, "utf8"));
    const [row, ...rest] = changed.result.rows;
    if (row === undefined) throw new Error("no row");
    const flipped = { ...row, asked: row.asked.length === 0 ? (["proposal"] as const) : [] };
    writeFileSync(b, JSON.stringify({ ...changed, result: { ...changed.result, rows: [flipped, ...rest] } }));
    const comparison = Comparison.parse(JSON.parse((await run("--compare", a, b, "--json")).out));
    expect(
      comparison.flipped.map(({ ticketId, a: left, b: right }) => [ticketId, left.trace, right.trace]),
    ).toEqual([[row.ticketId, row.trace, row.trace]]);
    expect((await run("--compare", a, b)).out).toContain(row.caseId);
    const others = join(folder, "others.json");
    await run(file("others.jsonl", few.slice(1)), "--out", others);
    expect(await run("--compare", a, others)).toMatchObject({
      code: 1,
      err: expect.stringContaining("same tickets") as unknown,
    });
  });

  it("keeps the scratch log where it is asked to, for explain and report", async () => {
    const log = join(folder, "log.jsonl");
    const { result } = scorecard(
      (await run(file("kept.jsonl", few.slice(0, 2)), "--save-log", log, "--json")).out,
    );
    const [row] = result.rows;
    const out: string[] = [];
    const terminal = { env: {}, print: (line: string) => out.push(line), complain: () => undefined };
    expect(await main(["report", row?.caseId ?? "", "--log", log], terminal)).toBe(0);
    for (const id of row?.trace[0]?.eventIds ?? ["none"]) expect(out.join("\n")).toContain(id);
  });

  it("makes the folders of what it writes, and says what it cannot write before it works on anything", async () => {
    const [out, log] = [join(folder, "new/deep/card.json"), join(folder, "new/logs/log.jsonl")];
    const path = file("written.jsonl", few.slice(0, 1));
    expect((await run(path, "--out", out, "--save-log", log)).code).toBe(0);
    expect(scorecard(readFileSync(out, "utf8")).result.tickets.worked).toBe(1);
    expect(readFileSync(log, "utf8")).toContain("alert.received");
    // The tickets are not so much as opened: of them nothing is said.
    for (const [option, at] of [
      ["--out", folder],
      ["--save-log", folder],
      ["--out", join(path, "card.json")],
    ] as const) {
      const ended = await run("nothing.jsonl", option, at);
      expect(ended).toMatchObject({ code: 1, err: expect.stringContaining(`${option} ${at}: `) as unknown });
    }
  });

  it("says what a run cost, where somebody says what tokens cost", async () => {
    const { out } = await run(file("price.jsonl", few.slice(0, 1)), "--price", "0.15,0.60");
    expect(out).toContain("The tokens of this run cost 0.00, at 0.15 and 0.6 a million in and out.");
  });

  it.each([
    [[], 2, "expected: replay TICKETS"],
    [["nothing.jsonl"], 1, "tickets nothing.jsonl: ENOENT"],
    [[fixture, "--recall", "some"], 2, "--recall some: expected on, off or both"],
    [[fixture, "--limit", "0"], 2, "--limit 0: expected a whole number from 1 on"],
    [[fixture, "--limit", "1", "--price", "cheap"], 2, "--price cheap: expected two numbers"],
    [["/nowhere.jsonl", "--price", ",", "--json"], 2, "--price ,: expected two numbers"],
    [[fixture, "--model", "qwen3-32b"], 1, "--model qwen3-32b: no server is configured"],
    [["--compare", "a.json"], 2, "expected two scorecards"],
    [["--compare", join(root, "package.json"), "b.json"], 1, "package.json: "],
  ])("says what is wrong with %j", async (argv, code, message) => {
    const ended = await run(...argv);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(message);
  });
});

describe("the progress bar", () => {
  it("is drawn on a terminal after a second, with what is left, and taken away at the end", () => {
    const clock = manualClock(0);
    const drawn: string[] = [];
    const bar = progressBar("replay", 10, {
      stream: { isTTY: true, write: (text: string) => drawn.push(text) },
      clock,
    });
    bar.step(1);
    expect(drawn).toEqual([]);
    clock.set(5_000);
    bar.step(5, "120 tokens");
    clock.advance(10);
    bar.step(6);
    bar.end();
    expect(drawn).toEqual([
      `\r\u001b[2Kreplay ${"█".repeat(15)}${"░".repeat(15)} 5 of 10  0:05 left  120 tokens`,
      "\r\u001b[2K",
    ]);
  });

  it("is nothing where nobody looks", () => {
    const drawn: string[] = [];
    const clock = manualClock(0);
    const bar = progressBar("replay", 10, { stream: { write: (text: string) => drawn.push(text) }, clock });
    clock.set(5_000);
    bar.step(5);
    bar.end();
    expect(drawn).toEqual([]);
  });
});
