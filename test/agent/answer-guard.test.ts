/** Success-shaped failure (lesson 10): the shape is right and nothing is in it, or the same whatever was asked. */
import { describe, expect, it } from "vitest";
import { unfilledIn } from "../../src/agent/unfilled.ts";
import type { Faulty } from "../../src/models/failover/chain.ts";
import { FailoverChatModel } from "../../src/models/failover/failover-chat-model.ts";
import { roleModels } from "../../src/models/failover/role-models.ts";
import { CannedModel, type CannedTurn } from "../../src/models/canned-model.ts";
import sentinel from "../../roles/sentinel.ts";
import { alertEvent, event, goodAnswer, play, sleuth, submit } from "./scene.ts";

const triage = {
  ...{
    intent: "unknown",
    outcome: "unknown",
    confidence: 0.5,
    priority: 5,
    summary: "Word runs PowerShell.",
  },
  ...{ riskFactors: ["A"], mitigatingFactors: [], questions: ["Whose host is it?"], evidence: [] },
};

describe("an answer whose words are a form", () => {
  it.each([
    ["string", "summary"],
    ["<summary>", "summary"],
    ["{{summary}}", "summary"],
    ["TODO", "summary"],
    ["...", "summary"],
    ["[Insert summary here]", "summary"],
    ["Your summary here.", "summary"],
    ["Summary", "summary"],
    ["Lorem ipsum dolor sit amet", "summary"],
    ["N/A", "summary"],
    ["unknown", "summary"],
  ])("is found: %s", (words, path) => {
    const found = unfilledIn({ ...triage, summary: words }, sentinel.hat.answerSchema, {});
    expect(found).toBe(`${path}, "${words}",`);
  });

  it("is found in lists and claims, and not in quotes, choices or the record's own words", () => {
    const schema = sentinel.hat.answerSchema;
    const claim = (words: string): object => ({ claim: words, cites: "alert.title", quote: "string" });
    expect(unfilledIn({ ...triage, questions: ["<question>"] }, schema, {})).toContain("questions.0");
    expect(unfilledIn({ ...triage, evidence: [claim("string")] }, schema, {})).toContain("evidence.0.claim");
    expect(unfilledIn({ ...triage, evidence: [claim("It is a string")] }, schema, {})).toBeUndefined();
    expect(unfilledIn(triage, schema, {})).toBeUndefined();
    const named = { ...triage, questions: ["todo"] };
    expect(unfilledIn(named, schema, { alert: { user: { name: "TODO" } } })).toBeUndefined();
  });

  it("is sent back with where it is, and fails when it is all there comes", async () => {
    const formed = submit({ ...goodAnswer, summary: "<summary>" });
    const mended = await play({ script: [formed, submit(goodAnswer)] });
    expect(mended.escalated).toHaveLength(1);
    expect(mended.model.turns[1]?.messages.at(-1)?.text).toContain('summary, "<summary>", is a form');
    const never = await play({ script: [formed, formed, formed] });
    expect(never.failed).toMatchObject([{ reason: "invalid_output" }]);
  });
});

describe("an answer that a leg gives whatever the case", () => {
  const routine = { ...goodAnswer, summary: "Routine activity.", decision: "close", evidence: [] };

  /** A leg that is well: it answers a probe. */
  const says =
    (answer: object) =>
    ({ tools }: CannedTurn) =>
      tools.includes("echo") ? { calls: [{ tool: "echo", arguments: { word: "ready" } }] } : submit(answer);

  const on = (answer: object) => {
    const faults: Faulty[] = [];
    const leg = new CannedModel({ role: "leg", script: says(answer) });
    const chat = new FailoverChatModel({
      legs: [{ name: "gpu-1", model: "m", chat: leg }],
      onFault: (faulty) => faults.push(faulty),
    });
    const model = roleModels(chat);
    const worked = async (n: number) => {
      const alert = alertEvent({ title: `Alert ${n}` });
      const own = event(
        "alert.received",
        { ...alert.data, caseId: `CASE-000000000${n}` },
        `a${n}`,
        `CASE-000000000${n}`,
      );
      const scene = await play({ hat: sleuth({ tools: [] }), script: [], log: [own], deps: { model } });
      return scene.failed.map(({ reason }) => reason)[0] ?? "valid";
    };
    return {
      worked,
      faults,
      close: () => {
        chat.chain.close();
      },
    };
  };

  it("is none from the third case on, and counts against the leg; one case may be worked again", async () => {
    const { worked, faults, close } = on(routine);
    expect([await worked(1), await worked(1), await worked(1), await worked(2)]).toEqual(
      Array(4).fill("valid"),
    );
    expect(faults).toEqual([]);
    expect(await worked(3)).toBe("invalid_output");
    expect(faults[0]).toEqual({ leg: "gpu-1", model: "m", role: "sleuth", fault: "echo" });
    close();
  });

  it("is one where it is tied to each case", async () => {
    const { worked, faults, close } = on(goodAnswer);
    expect([await worked(1), await worked(2), await worked(3), await worked(4)]).toEqual(
      Array(4).fill("valid"),
    );
    expect(faults).toEqual([]);
    close();
  });
});
