/** Whatever counts, learns or reports leaves canaries out: one case is real, one is a canary, and each shows the first alone. */
import { beforeEach, describe, expect, it } from "vitest";
import { LogWatch } from "../../bin/metrics-log.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { canaryAlert } from "../../src/canary/canary.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { gateLoad } from "../../src/gate/load.ts";
import { AccuracyFold } from "../../src/memory/accuracy.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { hunt } from "../../src/memory/hunt.ts";
import { ShiftFold } from "../../src/memory/shift.ts";
import { listTunings } from "../../src/memory/tuning-list.ts";
import { noisyRules } from "../../src/memory/tuning.ts";
import { shadowWork } from "../../src/replay/shadow-work.ts";
import { publishAlerts } from "../../src/seams/publish-alerts.ts";
import { Board } from "../../slack/board.ts";
import { noThreadIn, samplesIn } from "../../slack/no-thread.ts";
import { readThread } from "../../slack/case-thread.ts";
import { AlertIndex } from "../../vendors/tools/alert-index.ts";
import { alert, asked, caseId, openedAt, proposed, said, triage } from "../slack/given.ts";

const time = "2026-03-02T10:00:00.000Z";
const made = canaryAlert("2026-03-02T10:20", time);
const window = { start: "2026-03-02T09:00:00Z", end: "2026-03-03T00:00:00Z" };
const wide = { start: "2026-03-01T00:00:00Z", end: "2100-01-01T00:00:00Z" };

function told(subject: string, over: Parameters<typeof alert>[0]): KnownEvent[] {
  const proposal = said("action.proposed", proposed(), { subject });
  return [
    said("alert.received", alert(over), { subject }),
    said("alert.triaged", triage({ verdict: "benign", priority: 1 }), { subject, source: "/roles/sentinel" }),
    proposal,
    said("handoff.requested", asked(proposal.id), { subject, source: "/roles/human-gate" }),
    said("role.failed", failed, { subject, source: "/roles/tier2" }),
  ];
}
const failed = {
  ...{ role: "tier2", title: "Tier 2", reason: "empty_output" as const, detail: "d", steps: [], model: "m" },
} as const;

let bus: LocalBus;
let events: KnownEvent[];
beforeEach(async () => {
  bus = new LocalBus();
  await bus.open([]);
  events = [...told(made.caseId, { ...made }), ...told(caseId, {})];
  await bus.publish(events);
  return () => bus.close();
});

describe("a canary is left out of", () => {
  it("memory, and so of recall, clusters, hunts and tunings", async () => {
    const memory = await CaseMemory.project(bus);
    expect(memory.cases().map((record) => record.caseId)).toEqual([caseId]);
    expect(memory.recallSimilar("HT-WS-001").cases).toEqual([]);
    expect(JSON.stringify(hunt(memory.state, wide))).not.toContain(made.caseId);
    expect(JSON.stringify(noisyRules(memory.cases(), wide))).not.toContain(made.caseId);
    expect(await listTunings(bus)).toEqual([]);
  });

  it("accuracy", () => {
    const [all, real] = [new AccuracyFold(), new AccuracyFold()];
    for (const event of events) all.evolve(event);
    for (const event of events.filter(({ subject }) => subject === caseId)) real.evolve(event);
    expect(all.report()).toEqual(real.report());
  });

  it("a shift's counts", () => {
    const fold = new ShiftFold(wide);
    events.forEach((event, at) => {
      fold.evolve({ event, position: `${String(openedAt + at)}-0` });
    });
    const { counts, caseIds, openApprovals } = fold.facts();
    expect(caseIds).toEqual([caseId]);
    expect(counts["received"]).toBe(1);
    expect(openApprovals.map((open) => open.caseId)).toEqual([caseId]);
  });

  it("the gate's load, what metrics say waits, and the board of what is open", async () => {
    const range = { from: Date.parse(window.start), to: Date.parse(window.end) };
    expect(gateLoad(events, range).roles.map(({ asks }) => asks)).toEqual([1]);
    const watch = new LogWatch();
    for (const event of events) watch.fold(event);
    expect([...watch.approvals(openedAt).values()].map(({ waiting }) => waiting)).toEqual([1]);
    const board = new Board(bus, "slack");
    await board.catchUp();
    expect(board.open().map((open) => open.caseId)).toEqual([caseId]);
  });

  it("the hourly line and the sample to label", async () => {
    const read = (id: string): ReturnType<typeof readThread> => readThread(bus, id, "slack");
    const { caseIds } = await noThreadIn(wide, { bus, read, threadPriority: 5 });
    expect(caseIds).not.toContain(made.caseId);
    const quiet = [said("alert.received", alert({ ...made }), { subject: made.caseId })];
    const other = new LocalBus();
    await other.open([]);
    await other.publish(quiet);
    expect(await samplesIn(window, other)).toEqual([]);
    await other.close();
  });

  it("the shadow's scorecard and what tools find", async () => {
    expect((await shadowWork(bus)).worked.map(({ ticketId }) => ticketId)).not.toContain(made.sourceId);
    const rules = [alert().rule.name, made.rule.name];
    const any = { host: undefined, user: undefined, rules, indicators: [] };
    const found = [...(await new AlertIndex(bus).sharing(any))].map((one) => one.caseId);
    expect(found).toEqual([caseId]);
  });
});

describe("the mark of a canary", () => {
  it("is refused to every source: an attack would hide behind it", async () => {
    const bad = alert({ source: "hatrack", sourceId: "1", caseId: made.caseId });
    const items = async function* (): AsyncGenerator<{ alert: typeof bad }> {
      yield await Promise.resolve({ alert: bad });
      yield { alert: { ...bad, source: "crowdstrike", sourceId: "2" } };
    };
    const options = { clock: manualClock(openedAt), diagnostics: silent, signal: AbortSignal.timeout(5000) };
    const other = new LocalBus();
    await other.open([]);
    expect(await publishAlerts(other, { name: "webhook:1", items }, options)).toMatchObject({
      received: 0,
      rejected: 2,
    });
    await other.close();
  });
});
