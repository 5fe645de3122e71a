import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { loadModel, loadOrganisation, loadTools } from "../../bin/assemble.ts";
import { readConfig } from "../../bin/config.ts";
import { main } from "../../bin/main.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { staticDirectory } from "../../src/gate/static-directory.ts";
import { loadRoles } from "../../src/load-roles.ts";
import { RoleTeam } from "../../src/team.ts";
import { fileSource } from "../../vendors/file-source.ts";
import { fixtureLines } from "../fixtures/read.ts";
import { hatrack, root } from "./cli.ts";

const folder = mkdtempSync(join(tmpdir(), "hatrack-reading-"));
const exported = join(folder, "export.jsonl");
const env = { HATRACK_DIR: folder };

/** Three alerts that share a command server, worked by the rules until each proposal is asked about. */
beforeAll(async () => {
  const config = readConfig(env);
  const bus = new LocalBus({ file: join(folder, "hatrack.db") });
  const { soc, policy, inventory } = await loadOrganisation(config);
  const directory = staticDirectory({ onCall: soc.onCall, people: {}, team: "local", clock: systemClock });
  const team = new RoleTeam({
    ...{ bus, roles: await loadRoles(), model: await loadModel(config), diagnostics: silent },
    ...{ tools: await loadTools(config, bus, inventory), gate: { policy, directory } },
  });
  const alerts = join(folder, "alerts.jsonl");
  const lines = fixtureLines("alerts.jsonl");
  writeFileSync(alerts, [0, 2, 3].map((i) => `${JSON.stringify(lines[i])}\n`).join(""));
  await team.consume(fileSource({ path: alerts }));
  const count = new Map<string, number>();
  const of = (type: string): number => count.get(type) ?? 0;
  for await (const { event } of bus.follow({ signal: AbortSignal.timeout(60_000) })) {
    count.set(event.type, of(event.type) + 1);
    const asked = of("handoff.requested") > 0 && of("handoff.requested") === of("action.proposed");
    if (asked && of("intel.reported") === 3) break;
  }
  await team.stop();
  await bus.close();
  await ask("audit", "export", "--out", exported);
}, 90_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function ask(...argv: string[]): Promise<string> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await main(argv, { env, print: (line) => out.push(line), complain: (line) => err.push(line) });
  if (code !== 0) throw new Error(err.join("\n"));
  return out.join("\n");
}

const CaseId = z.string().regex(/^CASE-[0-9A-Z]{10}$/);
const Indicator = z.object({ type: z.string(), value: z.string() });
const Rows = z.array(
  z.object({ proposalId: z.string(), caseId: CaseId, verb: z.string(), status: z.string() }),
);
const Groups = z.strictObject({
  groups: z.array(
    z.strictObject({
      group: z.string(),
      ...{ lag: z.int(), pending: z.int(), oldestPendingMs: z.number(), consumers: z.int(), dead: z.int() },
    }),
  ),
  paused: z.array(z.string()),
  ...{
    alerts: z.record(z.string(), z.union([z.int(), z.boolean()])),
    positions: z.record(z.string(), z.string()),
  },
});
const Recalled = z.strictObject({
  query: z.string(),
  cases: z.array(
    z.strictObject({
      caseId: CaseId,
      score: z.number(),
      shared: z.array(Indicator),
      verdict: z.string().nullable(),
      confirmedBy: z.string().nullable(),
    }),
  ),
});
const Clusters = z.strictObject({
  clusters: z.array(
    z.strictObject({
      id: z.string(),
      cases: z.array(CaseId),
      indicators: z.array(Indicator.extend({ cases: z.int() })),
      actors: z.array(z.string()),
    }),
  ),
});

/** Without what depends on the moment of asking. */
const json = async <S extends z.ZodType>(schema: S, ...argv: string[]): Promise<z.infer<S>> =>
  schema.parse(JSON.parse(await ask(...argv, "--json")));

describe("what the commands that read print with --json", () => {
  it("status: every group", async () => {
    const { groups } = await json(Groups, "status");
    expect(groups.map(({ group }) => group)).toEqual(expect.arrayContaining(["sentinel", "human-gate"]));
  });

  it("status: what became of every alert, and up to where", async () => {
    const { alerts, positions } = await json(Groups, "status");
    const none = { failed: 0, dead: 0, waiting: 0, grouped: 0, suppressed: 0 };
    expect(alerts).toEqual({ received: 3, triaged: 3, ...none, balanced: true });
    expect(positions).toEqual({ "0": expect.stringMatching(/^\d+-\d+$/) as string });
    expect(await ask("status")).toContain(
      "Alerts: 3 received = 3 triaged + 0 failed + 0 grouped + 0 suppressed + 0 dead + 0 waiting, at ",
    );
  });

  it("gate list: who is asked for what", async () => {
    const rows = await json(Rows, "gate", "list");
    expect(new Set(rows.map(({ status }) => status))).toEqual(new Set(["pending"]));
    expect(rows.map(({ verb }) => verb)).toContain("isolate_host");
    const shown = await json(
      z.looseObject({ handoff: z.looseObject({}) }),
      "gate",
      "show",
      rows[0]?.proposalId ?? "",
    );
    expect(shown.handoff["proposalId"]).toBe(rows[0]?.proposalId);
  });

  it("recall: cases that share a strong indicator, best first", async () => {
    const [first] = await json(Rows, "gate", "list");
    const byCase = await json(Recalled, "recall", first?.caseId ?? "");
    expect(byCase.cases).toHaveLength(2);
    expect(byCase.cases.map(({ score }) => score)).toEqual(
      byCase.cases.map(({ score }) => score).sort((a, b) => b - a),
    );
    const domain = byCase.cases[0]?.shared.find(({ type }) => type === "domain")?.value ?? "";
    const defanged = domain.replace(".", "[.]");
    expect((await json(Recalled, "recall", defanged)).cases).toHaveLength(3);
    expect((await json(Recalled, "recall", "never-seen.example")).cases).toEqual([]);
  });

  it("clusters: the campaign, and none of an hour", async () => {
    const { clusters } = await json(Clusters, "clusters");
    expect(clusters).toHaveLength(1);
    expect(clusters[0]?.cases).toHaveLength(3);
    expect(clusters[0]?.indicators[0]?.cases).toBe(3);
  });

  it("dead list: a list", async () => {
    expect(await json(z.array(z.unknown()), "dead", "list")).toEqual([]);
  });
});

describe("extract", () => {
  const Found = z.array(
    z.strictObject({
      ...{ type: z.string(), value: z.string(), strength: z.enum(["strong", "weak"]), benign: z.boolean() },
      ...{ start: z.int(), end: z.int() },
    }),
  );
  const note = "Beacon to hxxp://evil[.]example/a, then 203.0.113[.]7; resolved by 8.8.8.8";

  it("prints what it finds, refanged, with its place", async () => {
    const { code, stdout } = await hatrack(["extract", "-", "--json"], { stdin: note });
    expect(code).toBe(0);
    const found = Found.parse(JSON.parse(stdout));
    expect(found.map(({ value }) => value)).toEqual(expect.arrayContaining(["203.0.113.7", "8.8.8.8"]));
    const ip = found.find(({ value }) => value === "203.0.113.7");
    expect(note.slice(ip?.start, ip?.end)).toBe("203.0.113[.]7");
    expect(found.find(({ value }) => value === "8.8.8.8")?.benign).toBe(true);
    expect(found.map(({ start }) => start)).toEqual(found.map(({ start }) => start).sort((a, b) => a - b));
  });

  it("defangs for a person, and says when there is nothing", async () => {
    const file = join(folder, "note.txt");
    writeFileSync(file, note);
    expect(await ask("extract", file)).toContain("203[.]0[.]113[.]7");
    writeFileSync(file, "nothing to see");
    expect(await ask("extract", file)).toBe("No indicators.");
    expect(await ask("extract", file, "--json")).toBe("[]");
  });
});

describe("an exported log", () => {
  const lines = (): string[] => readFileSync(exported, "utf8").trimEnd().split("\n");

  it("is one CloudEvents envelope a line, in log order", () => {
    const events = lines().map((line) =>
      z.looseObject({ specversion: z.literal("1.0"), type: z.string() }).parse(JSON.parse(line)),
    );
    expect(events[0]?.type).toBe("alert.received");
    expect(events.map(({ type }) => type)).toContain("handoff.requested");
  });

  it("answers as the live one does", async () => {
    for (const argv of [["gate", "list"], ["gate", "list", "--all"], ["clusters"]]) {
      const live: unknown = JSON.parse(await ask(...argv, "--json"));
      expect(JSON.parse(await ask(...argv, "--json", "--log", exported))).toEqual(live);
    }
    const [first] = await json(Rows, "gate", "list");
    const live = await json(Recalled, "recall", first?.caseId ?? "");
    const again = await json(Recalled, "recall", first?.caseId ?? "", "--log", exported);
    expect(again.cases.map(({ caseId }) => caseId)).toEqual(live.cases.map(({ caseId }) => caseId));
    const status = await json(Groups, "status");
    const exportedStatus = { ...status, groups: [], positions: expect.anything() as unknown };
    expect(await json(Groups, "status", "--log", exported)).toEqual(exportedStatus);
  });

  it("exports again as it was, event by event, or one case of it", async () => {
    const { stdout } = await hatrack(["audit", "export", "--log", exported], { env });
    expect(stdout.trimEnd().split("\n")).toEqual(lines());
    const caseId = z.object({ subject: CaseId }).parse(JSON.parse(lines()[0] ?? "")).subject;
    const one = await hatrack(["audit", "export", "--log", exported, "--case", caseId], { env });
    expect(one.stdout.trimEnd().split("\n")).toEqual(
      lines().filter((line) => line.includes(`"subject":"${caseId}"`)),
    );
  });

  it("carries types that this version does not know, and empty lines", async () => {
    const file = join(folder, "newer.jsonl");
    const [first = ""] = lines();
    const foreign = JSON.stringify({
      ...z.record(z.string(), z.unknown()).parse(JSON.parse(first)),
      id: "f1",
      type: "moon.landed",
      data: { by: "us" },
    });
    writeFileSync(file, `${first}\n\n${foreign}\n`);
    const { stdout } = await hatrack(["audit", "export", "--log", file]);
    expect(stdout).toBe(`${first}\n${foreign}\n`);
  });

  it.each([
    ["{", /broken\.jsonl:2: .*JSON.*audit export/],
    ['{"specversion":"1.0"}', /broken\.jsonl:2: .*audit export/],
  ])("is refused with the line that is wrong: %s", async (line, expected) => {
    const file = join(folder, "broken.jsonl");
    writeFileSync(file, `${lines()[0] ?? ""}\n${line}\n`);
    await expect(ask("recall", "evil.example", "--log", file)).rejects.toThrow(expected);
  });

  it("may be read in part: head closes the pipe, and that is no fault", async () => {
    const command = `"${process.execPath}" --disable-warning=ExperimentalWarning bin/hatrack.ts audit export --log "${exported}"; echo "code $?" >&2`;
    const child = spawn("bash", ["-c", `{ ${command}; } | head -c 10`], { cwd: root });
    const errors: string[] = [];
    child.stderr.on("data", (chunk: Buffer) => errors.push(chunk.toString("utf8")));
    await once(child, "close");
    expect(errors.join("")).toBe("code 0\n");
  });

  it("is not written where it cannot be", async () => {
    await expect(ask("audit", "export", "--out", "/nonexistent/x.jsonl")).rejects.toThrow(
      /--out \/nonexistent\/x/,
    );
  });
});
