import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Bus, ReadOptions, StoredEvent } from "../../src/bus/bus.ts";
import { canaryAlert } from "../../src/canary/canary.ts";
import { silent } from "../../src/diagnostics.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { CaseList, search, stateOf, verdictOf } from "../../web/read/case-list.ts";
import { floorView } from "../../web/read/floor-view.ts";
import { Floor } from "../../web/read/floor.ts";
import { paceOf, stepsOf } from "../../web/read/follow.ts";
import { Uptime } from "../../web/read/uptime.ts";
import { Watch } from "../../web/watch.ts";
import { closed, investigated, received } from "../memory/saying.ts";
import { alert as alertOf, asked, proposed, said } from "../slack/given.ts";
import { busOf, caseLog, theCase } from "./given.ts";

const ofTheCase = caseLog().filter(({ subject }) => subject === theCase);

async function storedLog(): Promise<StoredEvent[]> {
  const bus = await busOf(caseLog());
  const stored: StoredEvent[] = [];
  for await (const entry of bus.read()) stored.push(entry);
  await bus.close();
  return stored;
}

describe("a case in steps", () => {
  const steps = stepsOf(ofTheCase);

  it("goes from the alert through each role and person, in log order", () => {
    expect(steps.map(({ kind, who }) => `${kind} ${who}`).slice(0, 8)).toEqual([
      "alert crowdstrike",
      "role sentinel",
      "role tier2",
      "role ir-lead",
      "gate human-gate",
      "gate human-gate",
      "person U0MIA",
      "gate human-gate",
    ]);
  });

  it("gathers what a run said, what it rests on, what it looked up and whom it went to", () => {
    expect(steps[1]).toMatchObject({
      to: ["tier2"],
      verdict: "true_positive",
      run: { model: expect.any(String) as string },
    });
    expect(steps[1]?.evidence.length).toBeGreaterThan(0);
    expect(steps[2]?.tools.length).toBeGreaterThan(0);
    expect(steps[3]?.proposes).toHaveLength(3);
    expect(steps[4]?.asks).toHaveLength(3);
  });

  it("loses no event but the machinery's, and no time", () => {
    const machinery = ["message.posted", "deadline.reached", "handoff.opened", "proposal.outdated"];
    const told = ofTheCase.filter(({ type }) => !machinery.includes(type)).map(({ id }) => id);
    expect(steps.flatMap(({ eventIds }) => eventIds).sort()).toEqual(told.sort());
    const { gaps, total } = paceOf(steps);
    expect(gaps).toHaveLength(steps.length);
    expect(total).toBe((steps.at(-1)?.at ?? 0) - (steps[0]?.at ?? 0));
  });

  it("says of a case without an alert, or without anything, what there is", () => {
    expect(stepsOf([])).toEqual([]);
    expect(stepsOf(ofTheCase.slice(4))[0]).toMatchObject({ kind: "role", who: "tier2" });
  });
});

describe("the list of cases", () => {
  it("knows each case's verdict by rank, its SEV, and whom it waits for at each moment", () => {
    const list = new CaseList();
    const states: string[] = [];
    for (const event of ofTheCase) {
      list.evolve(event);
      const line = list.get(theCase);
      if (line !== undefined && states.at(-1) !== stateOf(line)) states.push(stateOf(line));
    }
    expect(states).toEqual(["working", "asked", "settled", "closed"]);
    const line = list.get(theCase);
    expect(line).toMatchObject({ sev: "SEV-2", host: "FIN-WS-042" });
    expect(line && verdictOf(line)).toEqual({ verdict: "true_positive", by: "person" });
  });

  it("lets the verdict stand that stands everywhere: a console that does not know outranks nobody", () => {
    const judgedBy = (...verdicts: Parameters<typeof closed>[1][]): unknown => {
      const list = new CaseList();
      const events = [
        received("one"),
        investigated("one", "benign"),
        ...verdicts.map((v) => closed("one", v)),
      ];
      for (const event of events) list.evolve(event);
      const line = list.get(events[0]?.subject ?? "");
      return line && verdictOf(line);
    };
    expect(judgedBy("true_positive")).toEqual({ verdict: "true_positive", by: "source" });
    expect(judgedBy("true_positive", "insufficient_data")).toEqual({ verdict: "benign", by: "tier2" });
  });

  it("finds by words, verdict, SEV and state, a page at a time", () => {
    const list = new CaseList();
    for (let at = 0; at < 120; at += 1) list.evolve(alert(at));
    const query = { text: "", verdict: undefined, sev: undefined, state: undefined, page: 1 };
    expect(search(list, query)).toMatchObject({ found: 120, pages: 3, page: 1 });
    expect(search(list, { ...query, page: 99 }).lines).toHaveLength(20);
    expect(search(list, { ...query, text: "HOST-7 powershell" }).lines.map(({ host }) => host)).toContain(
      "HOST-7",
    );
    expect(search(list, { ...query, verdict: "benign" }).found).toBe(0);
    expect(search(list, query).lines[0]?.caseId).toBe("CASE-0000000119");
  });
});

describe("what waits and what runs", () => {
  it("keeps each request with who is asked now, until it is decided, and done", async () => {
    const floor = new Floor();
    const waiting: string[] = [];
    for (const entry of await storedLog()) {
      floor.evolve(entry);
      const moment = {
        now: Date.parse(entry.event.time),
        groups: undefined,
        uptime: new Uptime(),
        order: [],
      };
      const { waiting: by, undone } = floorView(floor, moment);
      const words = [
        ...by.map(({ title, requests }) => `${title} ${requests.length}`),
        `undone ${undone.length}`,
      ].join(", ");
      if (waiting.at(-1) !== words) waiting.push(words);
    }
    expect(waiting[0]).toBe("undone 0");
    expect(waiting).toContain("IR Lead On-Call 3, undone 0");
    expect(waiting.some((words) => words.endsWith("undone 1"))).toBe(true);
    expect(waiting.at(-1)).toBe("undone 0");
  });

  it("says which leg failed, what went on, and that one is back", () => {
    const floor = new Floor();
    const say = (
      type: "model.failed_over" | "model.recovered" | "model.unavailable",
      data: object,
      at: number,
    ): void => {
      const time = new Date(at).toISOString();
      const event = makeEvent({
        id: `${type}-${at}`,
        source: "/models",
        type,
        subject: "system",
        time,
        data,
      });
      floor.evolve({ event, position: `${at}-0` });
    };
    say("model.failed_over", { leg: "primary", why: "connection refused", to: "backup" }, 1000);
    expect(floor.legs.map(({ leg, state }) => `${leg} ${state}`)).toEqual([
      "primary failed",
      "backup answers",
    ]);
    say("model.unavailable", { why: "no leg is left" }, 2000);
    expect(floor.noModel).toEqual({ at: 2000, why: "no leg is left" });
    expect(floor.alarms.map(({ what }) => what)).toEqual(["No model answered"]);
    say("model.recovered", { leg: "primary", why: "the probe was answered" }, 3000);
    expect(floor.noModel).toBeUndefined();
    expect(floor.legs.find(({ leg }) => leg === "primary")?.state).toBe("answers");
  });

  it("says of the canary that it was sent, that it came through, or where it stopped", () => {
    const floor = new Floor();
    const say = (type: "canary.sent" | "canary.passed" | "canary.missed", data: object, at: number): void => {
      const on = { id: `${type}-${at}`, source: "/operations", subject: "system" };
      const event = makeEvent({ ...on, type, time: new Date(at).toISOString(), data });
      floor.evolve({ event, position: `${at}-0` });
    };
    say("canary.sent", { canaryId: "c1", due: "1970-01-01T00:10:00.000Z" }, 1000);
    expect(floor.canary).toEqual({ canaryId: "c1", sentAt: 1000, due: 600_000 });
    say("canary.passed", { canaryId: "another", seconds: 1 }, 2000);
    expect(floor.canary?.passedIn).toBeUndefined();
    say("canary.passed", { canaryId: "c1", seconds: 4 }, 5000);
    expect(floor.canary?.passedIn).toBe(4);
    say("canary.sent", { canaryId: "c2", due: "1970-01-01T01:10:00.000Z" }, 6000);
    say("canary.missed", { canaryId: "c2", stoppedAt: "tier2" }, 7000);
    expect(floor.canary).toMatchObject({ canaryId: "c2", stoppedAt: "tier2" });
    expect(floor.canary?.passedIn).toBeUndefined();
  });

  it("takes of a canary that it went and what went wrong with it, and for no work", () => {
    const { caseId: subject, ...made } = canaryAlert("2026-03-02T10:20", "2026-03-02T10:20:00.000Z");
    const proposal = said("action.proposed", proposed(), { subject });
    const failed = {
      ...{
        role: "tier2",
        title: "Tier 2",
        reason: "empty_output" as const,
        detail: "d",
        steps: [],
        model: "m",
      },
    } as const;
    const operations = { subject, source: "/operations" };
    const floor = new Floor();
    const events = [
      said("alert.received", alertOf({ caseId: subject, ...made }), { subject, source: "/sources/hatrack" }),
      said("canary.sent", { canaryId: subject, due: "2026-03-02T10:50:00.000Z" }, operations),
      said("handoff.requested", asked(proposal.id), { subject, source: "/roles/human-gate" }),
      said("role.failed", failed, { subject, source: "/roles/tier2" }),
      said("canary.missed", { canaryId: subject, stoppedAt: "tier2" }, { subject, source: "/roles/canary" }),
    ];
    for (const event of events) floor.evolve({ event, position: "1-0" });
    expect(floor.canary).toMatchObject({ canaryId: subject, stoppedAt: "tier2" });
    expect(floor.alarms.map(({ what }) => what)).toEqual(["The canary did not come through"]);
    expect([...floor.said.keys()]).toEqual(["canary"]);
    expect([floor.lastAlert, floor.open.length, floor.runs.size]).toEqual([undefined, 0, 0]);
    floor.evolve({
      event: said("handoff.requested", asked("p1"), { source: "/roles/human-gate" }),
      position: "2-0",
    });
    expect(floor.open).toHaveLength(1);
  });

  it("counts a group as up only for time it was looked at", () => {
    const uptime = new Uptime();
    const group = { group: "tier2", lag: 0, pending: 0, oldestPendingMs: 0, dead: 0 };
    const look = (consumers: number, at: number): void => {
      uptime.look([{ ...group, consumers }], at);
    };
    look(1, 0);
    look(1, 10_000);
    look(0, 20_000);
    look(0, 30_000);
    expect(uptime.of("tier2")).toMatchObject({ watched: 30_000, up: 20_000, since: 20_000, now: false });
    look(1, 30_000 + 3_600_000);
    expect(uptime.of("tier2")).toMatchObject({ watched: 90_000, up: 20_000, now: true });
  });

  it("counts a group that was starting as the dashboard began to look as up, and one that never came as down", () => {
    const uptime = new Uptime();
    const group = { lag: 0, pending: 0, oldestPendingMs: 0, dead: 0 };
    const look = (at: number, consumers: number): void => {
      uptime.look(
        [
          { ...group, group: "tier2", consumers },
          { ...group, group: "away", consumers: 0 },
        ],
        at,
      );
    };
    look(0, 0);
    look(10_000, 1);
    look(20_000, 1);
    expect(uptime.of("tier2")).toMatchObject({ watched: 20_000, up: 20_000, now: true });
    expect(uptime.of("away")).toMatchObject({ watched: 20_000, up: 0, now: false });
  });
});

describe("following the log", () => {
  it("folds each entry once, however often it breaks off and whatever is read twice", async () => {
    const log = await storedLog();
    const whole = await watched(log, []);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.nat(log.length), { maxLength: 3 }), async (breaks) => {
        const again = await watched(log, breaks);
        expect(again.cases.all()).toEqual(whole.cases.all());
        expect(again.floor.open).toEqual(whole.floor.open);
        expect(again.floor.runs).toEqual(whole.floor.runs);
        expect(again.accuracy.report()).toEqual(whole.accuracy.report());
        expect(again.folded).toBe(whole.folded);
      }),
      { numRuns: 15 },
    );
  });
});

/** A watch of this log by a bus that breaks off after each of these many entries, and reads one entry twice. */
async function watched(log: readonly StoredEvent[], breaks: readonly number[]): Promise<Watch> {
  const left = [...breaks];
  const watch = new Watch(() => Promise.resolve());
  const ending = new AbortController();
  const bus: Pick<Bus, "read" | "follow"> = {
    async *read({ after }: ReadOptions = {}) {
      const from = after === undefined ? 0 : log.findIndex(({ position }) => position === after);
      const stop = left.shift();
      for (const [at, entry] of log.slice(Math.max(0, from)).entries()) {
        if (at === stop) throw new Error("the bus is down");
        yield await Promise.resolve(entry);
      }
    },
    async *follow() {
      ending.abort();
      yield* await Promise.resolve([]);
    },
  };
  await watch.run(bus, ending.signal, silent);
  return watch;
}

function alert(at: number) {
  const caseId = `CASE-${String(at).padStart(10, "0")}`;
  return makeEvent({
    ...{ id: `a-${at}`, source: "/sources/own", type: "alert.received", subject: caseId },
    time: new Date(Date.UTC(2026, 2, 1, 0, at)).toISOString(),
    data: {
      ...{
        source: "own",
        sourceId: `s-${at}`,
        caseId,
        title: "Encoded PowerShell",
        severity: "low",
        raw: {},
      },
      ...{ rule: { id: "r", name: "R" }, host: { name: `HOST-${at}` }, techniques: [], indicators: [] },
      time: "2026-03-01T00:00:00.000Z",
    },
  });
}
