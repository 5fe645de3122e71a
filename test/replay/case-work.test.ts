import { describe, expect, it } from "vitest";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { CaseWork } from "../../src/replay/case-work.ts";
import { alert, caseId, said } from "../slack/given.ts";

const where = { group: "sentinel", position: "1-0" };
const received = said("alert.received", alert({}), { subject: caseId });
const dead = said("entry.dead", { ...where, reason: "threw", error: "no room" }, { subject: caseId });
const redriven = said("entry.redriven", where, { subject: caseId });
const failed = said(
  "role.failed",
  {
    ...{ role: "sentinel", title: "Sentinel", reason: "empty_output", detail: "d", steps: [], model: "m" },
  },
  { subject: caseId, source: "/roles/sentinel" },
);

function unworked(...events: readonly KnownEvent[]): string | undefined {
  const work = new CaseWork();
  for (const event of events) work.evolve(event);
  return work.worked()?.unworked;
}

describe("a case is not worked", () => {
  it("while a role's dead letter lies there, and is once it was redriven and the role came to an end", () => {
    expect(unworked(received, dead)).toBe("sentinel stopped: no room");
    expect(unworked(received, dead, redriven)).toBe("no role worked on it");
    expect(unworked(received, dead, redriven, failed)).toBeUndefined();
    expect(unworked(received, dead, redriven, dead, failed)).toBe("sentinel stopped: no room");
  });
});
