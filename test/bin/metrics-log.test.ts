/** What metrics fold out of the log. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { LogWatch } from "../../bin/metrics-log.ts";
import { parseEvent } from "../../src/events/parse.ts";
import { canary } from "../bus/conformance/harness.ts";

const Corpus = z.object({ valid: z.array(z.unknown()).min(1) });

function corpus(type: string): unknown {
  const file = join(import.meta.dirname, "../events/corpus", `${type}.json`);
  return Corpus.parse(JSON.parse(readFileSync(file, "utf8"))).valid[0];
}

describe("what waits for people", () => {
  it("is counted by the role that is asked now, with the age of the oldest, until it is decided", () => {
    const watch = new LogWatch();
    const asked = parseEvent(corpus("handoff.requested"));
    const decided = parseEvent(corpus("action.decided"));
    if (asked.type !== "handoff.requested" || "foreign" in asked) throw new Error("corpus");
    if (decided.type !== "action.decided" || "foreign" in decided) throw new Error("corpus");
    watch.fold(asked);
    const now = Date.parse(asked.time) + 90_000;
    const { role } = asked.data.bar.addressed;
    expect(watch.approvals(now)).toEqual(new Map([[role, { waiting: 1, oldestMs: 90_000 }]]));
    watch.fold({ ...decided, data: { ...decided.data, proposalId: asked.data.proposalId } });
    expect(watch.approvals(now)).toEqual(new Map([[role, { waiting: 0, oldestMs: 0 }]]));
  });
});

describe("the canary", () => {
  it("is as old as the last that came through, and those that did not are counted", () => {
    const watch = new LogWatch();
    expect(watch.canary(0)).toEqual({ ageMs: undefined, missed: 0 });
    const passed = parseEvent(corpus("canary.passed"));
    const sent = canary("a");
    const now = Date.parse(passed.time) + 60_000;
    watch.fold(sent);
    expect(watch.canary(now).ageMs).toBe(now - Date.parse(sent.time));
    watch.fold(passed);
    watch.fold(canary("b"));
    watch.fold(parseEvent(corpus("canary.missed")));
    expect(watch.canary(now)).toEqual({ ageMs: 60_000, missed: 1 });
  });
});
