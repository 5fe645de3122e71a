import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { main } from "../../bin/main.ts";
import { htmlReport } from "../../bin/report/html.ts";
import { markdownReport } from "../../bin/report/markdown.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { makeEvent, parseEventText } from "../../src/events/parse.ts";
import { caseReport } from "../../src/memory/case-report.ts";
import { openBus } from "../bus/redis-help.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { said } from "../memory/saying.ts";
import { requires } from "../require.ts";
import { root } from "./cli.ts";

const caseId = "CASE-7K3F9QWM2T";
const sample = join(root, "fixtures/case-log.jsonl");
const events = readFileSync(sample, "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => parseEventText(line, "sample"))
  .filter(({ subject }) => subject === caseId);

const hostile = `<script>alert(1)</script> <!channel> [x](https://evil.example) **b** \u202egnp.exe\n## Approved`;

interface Ended {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

const run = (...argv: string[]): Promise<Ended> => runWith({}, ...argv);

async function runWith(env: Readonly<Record<string, string>>, ...argv: string[]): Promise<Ended> {
  const [out, err]: [string[], string[]] = [[], []];
  const terminal = {
    env,
    print: (line: string) => out.push(line),
    complain: (line: string) => err.push(line),
  };
  const code = await main(["report", ...argv], terminal);
  return { code, out: out.join("\n"), err: err.join("\n") };
}

const withTitle = (title: string): AnyEvent[] =>
  events.map((event) => {
    if (event.type !== "alert.received" || "foreign" in event) return event;
    const { id, source, type, subject, time, data } = event;
    return makeEvent({ id, source, type, subject, time, data: { ...data, title } });
  });

describe("the report of a case", () => {
  const report = caseReport(caseId, events);

  it("cites the events behind every line, and each of them is of the case", () => {
    const ids = new Set(events.map(({ id }) => id));
    const cites = [...report.summary, ...report.timeline].map((line) => line.cites);
    expect(cites.length).toBeGreaterThan(20);
    for (const cited of cites) {
      expect(cited.length).toBeGreaterThan(0);
      expect(cited.filter((id) => !ids.has(id))).toEqual([]);
    }
    const times = report.timeline.map(({ time }) => Date.parse(time));
    expect(times).toEqual(times.toSorted((a, b) => a - b));
  });

  it("has each approval with whom policy asked, on what digest, and the directory's answer it rests on", () => {
    expect(report.approvals.map(({ what, status }) => [what, status])).toEqual([
      ["isolate host FIN-WS-042", "executed"],
      ["block indicator 203.0.113.7", "rejected"],
      ["reset credentials j.doe", "expired"],
    ]);
    const [isolate] = report.approvals;
    expect(isolate).toMatchObject({ addressed: "IR Lead On-Call", quorum: 1, targetClass: "workstation" });
    expect(isolate?.steps.map(({ eventId }) => eventId)).toEqual([
      "e17-eve",
      "e19-approval",
      "e20-authorised",
      "e25-executed",
    ]);
    expect(isolate?.steps[1]?.text).toContain(
      "in S0IRLEAD by the directory asked at 2026-03-02T08:28:00.000Z, 3 members",
    );
  });

  it("has what became of a request while and after it was decided, in the words of the timeline", () => {
    const proposalId = report.approvals[0]?.proposalId ?? "";
    const by = { team: "T1", user: "U0MIA" };
    const until = "2026-03-02T12:30:00.000Z";
    const late = [
      said("handoff.snoozed", caseId, { time: until, data: { proposalId, by, until } }),
      said("info.requested", caseId, { time: until, data: { proposalId, by, question: "Whose host?" } }),
      said("action.overdue", caseId, { time: until, data: { proposalId, share: 0.5, owners: [by] } }),
      said("action.rolled_back", caseId, { time: until, data: { proposalId, by, why: "A test host." } }),
    ];
    const [isolate] = caseReport(caseId, [...events, ...late]).approvals;
    expect(isolate?.status).toBe("rolled_back");
    expect(isolate?.steps.slice(4)).toMatchObject([
      { eventId: late[0]?.id, text: expect.stringContaining("put off the reminder") as unknown },
      { eventId: late[1]?.id, text: expect.stringContaining("Whose host?") as unknown },
      { eventId: late[2]?.id, text: expect.stringContaining("it was not done") as unknown },
      { eventId: late[3]?.id, text: expect.stringContaining("rolled it back") as unknown },
    ]);
  });

  it("defangs every indicator, in both forms", () => {
    for (const text of [markdownReport(report), htmlReport(report)]) {
      expect(text).not.toMatch(/203\.0\.113\.7|cdn-telemetry-sync\.example/);
      expect(text.replaceAll("\\", "")).toContain("203[.]0[.]113[.]7");
    }
  });

  it("draws nothing that the record wrote: no tag, no link, no heading, no hidden direction", () => {
    const attacked = caseReport(caseId, withTitle(hostile));
    const page = htmlReport(attacked);
    expect(page).not.toContain("<script");
    expect(page).toContain("&lt;script&gt;alert(1)");
    expect(page).not.toMatch(/<a |<img|https:\/\/evil/);
    const text = markdownReport(attacked);
    expect(text).toContain("\\<script\\>");
    expect(text).not.toMatch(/^## Approved/m);
    expect(text).toMatch(/\\\[x\\\]\(hxxps/);
    for (const written of [page, text]) expect(written).not.toContain("\u202e");
  });

  it("says so where nobody was asked", () => {
    const quiet = events.filter(({ type }) => type === "alert.received" || type === "alert.triaged");
    expect(markdownReport(caseReport(caseId, quiet))).toContain("Nobody was asked to approve anything.");
  });
});

describe("hatrack report", () => {
  it("writes Markdown, a page or JSON from an exported log, the case's id in any case", async () => {
    const markdown = await run(caseId.toLowerCase(), "--log", sample);
    expect(markdown).toMatchObject({ code: 0, err: "" });
    expect(markdown.out).toMatch(/^# CASE-7K3F9QWM2T: /);
    const file = join(mkdtempSync(join(tmpdir(), "report-")), "case.html");
    expect(await run(caseId, "--format", "html", "--out", file, "--log", sample)).toMatchObject({
      code: 0,
      out: "",
    });
    expect(readFileSync(file, "utf8")).toMatch(/^<!doctype html>/);
    expect(JSON.parse((await run(caseId, "--json", "--log", sample)).out)).toMatchObject({
      caseId,
      sev: "SEV-2",
    });
  });

  it("reads the data folder of a SOC that is running", async () => {
    const data = mkdtempSync(join(tmpdir(), "report-live-"));
    const writer = new LocalBus({ file: join(data, "hatrack.db") });
    await writer.open([]);
    await writer.publish(events);
    const live = await runWith({ HATRACK_DIR: data }, caseId);
    await writer.close();
    expect(live).toEqual(await run(caseId, "--log", sample));
  });

  it.skipIf(!requires("redis"))("reads the log on Redis, whatever partition the case is in", async () => {
    const server = await RedisServer.start();
    const bus = await openBus(server, [], { partitions: 2 });
    await bus.publish(events);
    await bus.close();
    const env = { REDIS_URL: server.url, HATRACK_DIR: mkdtempSync(join(tmpdir(), "report-redis-")) };
    expect(await runWith(env, caseId)).toEqual(await run(caseId, "--log", sample));
    await server.stop();
  });

  it.each([
    [["CASE-0000000000", "--log", sample], 1, "report: the log knows no alert of a case CASE-0000000000"],
    [[caseId, "--format", "pdf", "--log", sample], 2, "--format pdf: expected md or html"],
    [[], 2, "expected: report CASE"],
    [[caseId, "--log", "nothing.jsonl"], 1, "--log nothing.jsonl"],
    [[caseId, "--out", "/nowhere/x.md", "--log", sample], 1, "--out /nowhere/x.md"],
  ])("says what is wrong with %j", async (argv, code, message) => {
    const ended = await run(...argv);
    expect(ended.code).toBe(code);
    expect(ended.err).toContain(message);
  });

  it("says which line of a log it could not read", async () => {
    const file = join(mkdtempSync(join(tmpdir(), "report-")), "log.jsonl");
    writeFileSync(file, "no event\n");
    const ended = await run(caseId, "--log", file);
    expect(ended).toMatchObject({ code: 1 });
    expect(ended.err).toContain(`${file}:1:`);
  });
});
