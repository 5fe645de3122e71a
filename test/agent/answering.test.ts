/** What a person asks before they decide, answered by the role that proposed it, with its own tools. */
import { describe, expect, it } from "vitest";
import { answererOf, isAskedOf } from "../../src/agent/answering.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { cannedModels, type CannedScript } from "../../src/models/canned-model.ts";
import { RuleModel } from "../../src/models/rule-model.ts";
import type { RoleDeps } from "../../src/agent/role.ts";
import { alertEvent, ask, deliveryOf, event, lookups, marker, readOnlyBus, sleuth, submit } from "./scene.ts";

const by = { team: "T1", user: "U1" };
const question = "Has FIN-WS-042 been seen before 2026, and by whom?";
const requested = (asks = "sleuth"): KnownEvent<"info.requested"> =>
  event("info.requested", { proposalId: "p1", by, question, asks }, "q1");

async function answering(script: CannedScript, deps: Partial<RoleDeps> = {}, before: KnownEvent[] = []) {
  const hat = sleuth();
  const models = cannedModels({ sleuth: script });
  const box = lookups();
  const asked = requested();
  const log = [alertEvent(), ...before, asked];
  const answer = answererOf(hat, {
    ...{ bus: readOnlyBus(log), clock: manualClock(0), diagnostics: silent, model: models.modelOf },
    ...{ tools: box.tools, marker: () => marker, ...deps },
  });
  const handled = await answer(deliveryOf(log, log.length - 1), asked);
  models.assertDone();
  const drafts = "events" in handled ? handled.events : [];
  for (const draft of drafts) event(draft.type, draft.data, "said");
  const found = drafts.flatMap((draft) => (draft.type === "info.found" ? [draft.data] : []));
  return { drafts, found, calls: box.calls, model: models.of("sleuth") };
}

const seen = { claim: "It was first seen 2 days ago.", cites: "step 1", quote: "first seen 2 days ago" };

describe("a role that is asked about what it proposed", () => {
  it("looks it up with its own tools and answers in sentences that the record holds, and the run is traced", async () => {
    const { drafts, found, calls, model } = await answering([
      ask(["host_details", { host: "FIN-WS-042" }]),
      submit({ evidence: [seen] }),
    ]);
    expect(calls).toEqual(["host_details FIN-WS-042"]);
    expect(found).toEqual([
      { proposalId: "p1", requestId: "q1", role: "sleuth", title: "Sleuth", evidence: [seen] },
    ]);
    expect(drafts.map(({ type }) => type)).toEqual(["info.found", "role.worked"]);
    expect(model.turns[0]).toMatchObject({
      tools: ["host_details", "flaky", "submit"],
      casefile: { question: { asked: question } },
    });
  });

  it("is sent back what its look-ups do not hold, number or quote, and says nothing of it in the end", async () => {
    const invented = { ...seen, claim: "It was first seen 900 days ago." };
    const misquoted = { ...seen, quote: "seen by nobody" };
    const { found, model } = await answering([
      ask(["host_details", { host: "FIN-WS-042" }]),
      submit({ evidence: [seen, invented, misquoted] }),
      submit({ evidence: [seen, invented] }),
    ]);
    const back = model.turns[2]?.messages.at(-1)?.text ?? "";
    expect(back).toContain("the record does not hold 900");
    expect(back).toContain("the quote does not occur in step 1");
    expect(found).toMatchObject([{ evidence: [seen] }]);
  });

  it("cannot take the question for an answer", async () => {
    const echo = { claim: "It was seen before 2026.", cites: "question.asked", quote: "seen before 2026" };
    const { found } = await answering([submit({ evidence: [echo] }), submit({ evidence: [echo] })]);
    expect(found).toMatchObject([{ evidence: [] }]);
  });

  it("says so when it finds nothing", async () => {
    const { found } = await answering([submit({ evidence: [] })]);
    expect(found).toEqual([
      { proposalId: "p1", requestId: "q1", role: "sleuth", title: "Sleuth", evidence: [] },
    ]);
  });

  it("says why it has no answer, and the case has no failure on its record", async () => {
    const bad = submit({ evidence: "the host" });
    const { drafts, found } = await answering([bad, bad, bad]);
    expect(found).toMatchObject([{ evidence: [], why: "no valid answer (invalid output)" }]);
    expect(drafts.map(({ type }) => type)).toEqual(["info.found", "role.worked"]);
    expect(drafts[1]).toMatchObject({ data: { model: "canned", modelCalls: 3 } });
  });

  it("answers at once that no model does, and that rules cannot", async () => {
    const down = Object.assign(new Error("refused"), { code: "ECONNREFUSED" });
    expect((await answering([{ throws: down }])).found).toMatchObject([{ why: "no model could answer now" }]);
    expect((await answering([], { model: () => undefined })).found).toMatchObject([
      { why: "no model could answer now" },
    ]);
    const chat = new RuleModel({ role: "sleuth", rules: undefined });
    const rules = (): ReturnType<RoleDeps["model"]> => ({ chat, name: "baseline", leg: "embedded" });
    expect((await answering([], { model: rules })).found).toMatchObject([{ evidence: [] }]);
  });

  it("answers however often it has worked on the case, and not once it is closed", async () => {
    const worked = Array.from({ length: 12 }, (_, n) =>
      event(
        "role.worked",
        {
          ...{
            role: "sleuth",
            promptVersion: "0".repeat(64),
            model: "m",
            leg: "l",
            steps: [],
            modelCalls: 1,
          },
          ...{ tokens: { input: 0, output: 0 }, milliseconds: 1, evidenceDropped: 0, recallArm: "off" },
          positions: {},
        },
        `w${n}`,
      ),
    );
    const often = await answering([submit({ evidence: [] })], {}, worked);
    expect(often.found).toHaveLength(1);
    const closed = event("case.closed", { by, reason: "a drill" }, "c1");
    expect((await answering([], {}, [closed])).found).toMatchObject([{ why: "the case is closed" }]);
  });

  it("says nothing of tools that are not there: the hat itself has", async () => {
    const warned: string[] = [];
    const diagnostics = { ...silent, warn: (_: object, message: string) => void warned.push(message) };
    const { model } = await answering([submit({ evidence: [] })], { tools: [], diagnostics });
    expect([model.turns[0]?.tools, warned]).toEqual([["submit"], []]);
  });

  it("hears what it is asked, and no other role's questions", () => {
    expect(isAskedOf("sleuth", requested())).toBe(true);
    expect(isAskedOf("sleuth", requested("ir-lead"))).toBe(false);
    expect(isAskedOf("sleuth", event("info.requested", { proposalId: "p1", by, question }, "q2"))).toBe(
      false,
    );
  });
});
