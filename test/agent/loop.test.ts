import { describe, expect, it } from "vitest";
import { HatrackError } from "../../src/errors.ts";
import { cannedModels } from "../../src/models/canned-model.ts";
import { createLoop } from "../../src/agent/loop.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { ask, goodAnswer, lookups, play, sleuth, submit } from "./scene.ts";

const host = ["host_details", { host: "FIN-WS-042" }] as const;

describe("a run of a role", () => {
  it("answers without tools", async () => {
    const scene = await play({ script: [{ ...submit(goodAnswer), tokens: { input: 900, output: 40 } }] });
    expect(scene.escalated).toEqual([
      { toRole: "tier2", why: `${goodAnswer.summary} (0.9, 1 kept, 0 dropped)`, priority: 7 },
    ]);
    expect(scene.worked).toMatchObject([
      {
        role: "sleuth",
        model: "canned",
        leg: "embedded",
        steps: [],
        modelCalls: 1,
        tokens: { input: 900, output: 40 },
        positions: { "0": "1-0" },
      },
    ]);
  });

  it("looks one thing up and may cite the step", async () => {
    const evidence = [{ claim: "new host", cites: "step 1", quote: "first seen 2 days ago" }];
    const scene = await play({ script: [ask(host), submit({ ...goodAnswer, evidence })] });
    expect(scene.escalated[0]?.why).toContain("1 kept, 0 dropped");
    expect(scene.worked[0]?.steps).toEqual([
      {
        step: 1,
        tool: "host_details",
        arguments: { host: "FIN-WS-042" },
        result: '{"host":"FIN-WS-042","note":"first seen 2 days ago"}',
        status: "ok",
        milliseconds: 0,
      },
    ]);
  });

  it("runs two calls of one turn in order and answers both", async () => {
    const scene = await play({
      script: [ask(host, ["host_details", { host: "FIN-WS-042 " }]), submit(goodAnswer)],
    });
    expect(scene.calls).toEqual(["host_details FIN-WS-042", "host_details FIN-WS-042 "]);
    const answered = scene.model.turns[1]?.messages.flatMap((m) =>
      "tool_call_id" in m ? [m.tool_call_id] : [],
    );
    expect(answered).toEqual(["sleuth-1-0", "sleuth-1-1"]);
  });

  it("refuses, records and counts a tool that is not the role's, also one that exists (lesson 8)", async () => {
    const scene = await play({
      hat: sleuth({ toolCalls: 2 }),
      script: [ask(["off_limits"], ["no_such_tool"]), submit(goodAnswer)],
    });
    expect(scene.calls).toEqual([]);
    const steps = scene.worked[0]?.steps ?? [];
    expect(steps.map(({ tool, status }) => [tool, status])).toEqual([
      ["off_limits", "refused"],
      ["no_such_tool", "refused"],
    ]);
    expect(steps[0]?.result).toContain("yours: host_details, flaky");
    expect(scene.model.turns[0]?.tools).toEqual(["host_details", "flaky", "submit"]);
    expect(scene.model.turns[1]?.tools).toEqual(["submit"]);
  });

  it("tells the model where bad arguments are wrong, and counts the call", async () => {
    const scene = await play({
      hat: sleuth({ toolCalls: 1 }),
      script: [ask(["host_details", { host: 7 }]), submit(goodAnswer)],
    });
    expect(scene.calls).toEqual([]);
    expect(scene.worked[0]?.steps[0]).toMatchObject({ status: "error" });
    expect(scene.worked[0]?.steps[0]?.result).toMatch(/invalid arguments:[\s\S]*at host/);
    expect(scene.model.turns[1]?.choice).toBe("submit");
  });

  it("answers a call whose arguments are no JSON under the id it had", async () => {
    const scene = await play({
      script: [{ calls: [{ tool: "host_details", arguments: {}, malformed: true }] }, submit(goodAnswer)],
    });
    const [, reply, answer] = scene.model.turns[1]?.messages.slice(1) ?? [];
    expect(reply).toMatchObject({ tool_calls: [{ id: "sleuth-1-0", name: "host_details" }] });
    expect(answer).toMatchObject({ tool_call_id: "sleuth-1-0" });
    expect(answer?.text).toContain("invalid arguments");
  });

  it("passes a named error of a tool on: not found is an answer", async () => {
    const scene = await play({ script: [ask(["host_details", { host: "GHOST" }]), submit(goodAnswer)] });
    expect(scene.worked[0]?.steps[0]).toMatchObject({
      status: "error",
      result: "not_found: no host GHOST",
    });
  });

  it("keeps what a tool throws from the model, and tells the diagnostics", async () => {
    const scene = await play({ script: [ask(["flaky"]), submit(goodAnswer)] });
    const shown = JSON.stringify(scene.model.turns[1]?.messages.map((message) => message.text));
    expect(shown).toContain("tool failed");
    expect(shown).not.toContain("10.0.0.5");
    expect(JSON.stringify(scene.worked)).not.toContain("10.0.0.5");
    expect(scene.notes).toMatchObject([
      { level: "error", fields: { tool: "flaky", err: new Error("redis down at 10.0.0.5") } },
    ]);
  });

  it("counts calls, not turns: what is over the budget in one batch is refused (lesson 7)", async () => {
    const scene = await play({
      hat: sleuth({ toolCalls: 3 }),
      script: [ask(host, host, host, host, host), submit(goodAnswer)],
    });
    expect(scene.calls).toHaveLength(3);
    const statuses = scene.worked[0]?.steps.map((step) => step.status);
    expect(statuses).toEqual(["ok", "ok", "ok", "refused", "refused"]);
    expect(scene.model.turns[1]).toMatchObject({ tools: ["submit"], choice: "submit" });
  });

  it("never reads a tool's result as the answer: with the budget spent and none handed in, it failed (lesson 7)", async () => {
    const hostText = JSON.stringify(goodAnswer);
    const box = lookups(hostText);
    const scene = await play({
      hat: sleuth({ toolCalls: 1 }),
      lookups: box,
      script: [ask(host), { text: hostText }],
    });
    expect(scene.escalated).toEqual([]);
    expect(scene.failed).toMatchObject([{ reason: "budget_exhausted", role: "sleuth", title: "Sleuth" }]);
    expect(scene.failed[0]?.steps).toHaveLength(1);
  });

  it("refuses tools on the last turn, and fails", async () => {
    const scene = await play({ hat: sleuth({ toolCalls: 1 }), script: [ask(host), ask(host)] });
    expect(scene.calls).toHaveLength(1);
    expect(scene.failed).toMatchObject([{ reason: "budget_exhausted" }]);
  });

  it("says that the tools failed when every one of them did", async () => {
    const scene = await play({
      hat: sleuth({ toolCalls: 1 }),
      script: [ask(["flaky"]), { text: "I give up" }],
    });
    expect(scene.failed).toMatchObject([{ reason: "tool_failed" }]);
  });

  it("sends an invalid answer back with the path, and takes the next", async () => {
    const scene = await play({ script: [submit({ ...goodAnswer, confidence: 7 }), submit(goodAnswer)] });
    expect(scene.escalated).toHaveLength(1);
    const back = scene.model.turns[1]?.messages.at(-1);
    expect(back).toMatchObject({ tool_call_id: "sleuth-1-0" });
    expect(back?.text).toContain("confidence: Too big");
  });

  it("sends back what the role's own check refuses", async () => {
    const hat = sleuth({
      refuse: ({ decision }) => (decision === "close" ? "decision: not on a beacon" : undefined),
    });
    const scene = await play({
      hat,
      script: [submit({ ...goodAnswer, decision: "close" }), submit(goodAnswer)],
    });
    expect(scene.model.turns[1]?.messages.at(-1)?.text).toContain("decision: not on a beacon");
    expect(scene.escalated).toHaveLength(1);
  });

  it("fails after three invalid answers instead of making up a plan (lesson 9)", async () => {
    const bad = submit({ summary: "looks bad" });
    const scene = await play({ script: [bad, bad, bad] });
    expect(scene.failed).toMatchObject([{ reason: "invalid_output" }]);
    expect(scene.failed[0]?.detail).toContain("confidence");
    expect("events" in scene.handled && scene.handled.events).toHaveLength(1);
  });

  it("takes no text for an answer, not even a valid one", async () => {
    const scene = await play({ script: [{ text: JSON.stringify(goodAnswer) }, submit(goodAnswer)] });
    expect(scene.model.turns[1]?.messages.at(-1)?.text).toContain("expected a call of `submit`");
    expect(scene.escalated).toHaveLength(1);
  });

  it("takes silence for no answer: asked once more, then failed", async () => {
    const scene = await play({ script: [{ text: "" }, { text: " " }] });
    expect(scene.failed).toMatchObject([{ reason: "empty_output" }]);
  });

  it("takes an all-blank answer for an empty one", async () => {
    const blank = submit({ summary: "N/A", confidence: 0, decision: "unknown", evidence: [] });
    const scene = await play({ script: [blank, submit({})] });
    expect(scene.failed).toMatchObject([{ reason: "empty_output" }]);
  });

  it("accepts one answer of two in a turn, the first", async () => {
    const calls = [submit({ ...goodAnswer, confidence: 9 }), submit(goodAnswer)].flatMap(
      (turn) => turn.calls,
    );
    const scene = await play({ script: [{ calls }, submit(goodAnswer)] });
    const texts = scene.model.turns[1]?.messages.slice(-2).map((message) => message.text);
    expect(texts?.[0]).toContain("one answer at a time");
    expect(texts?.[1]).toContain("confidence");
  });

  it("lets a role without tools answer, and never offers it any", async () => {
    const scene = await play({
      hat: sleuth({ tools: [], toolCalls: 0 }),
      script: [{ text: "hm" }, submit(goodAnswer)],
    });
    expect(scene.model.turns.map((turn) => turn.tools)).toEqual([["submit"], ["submit"]]);
    expect(scene.escalated).toHaveLength(1);
  });

  it("ends at its deadline though the model never answers and does not listen", async () => {
    const scene = await play({ hat: sleuth({ seconds: 0.05 }), script: [ask(host), { hangs: true }] });
    expect(scene.failed).toMatchObject([
      { reason: "budget_exhausted", detail: "no answer within 0.05 s", steps: [{ step: 1, status: "ok" }] },
    ]);
  });

  it("says nothing when the bus aborts it: whoever took the entry over will", async () => {
    const controller = new AbortController();
    const script = [
      () => {
        controller.abort(new Error("claim lost"));
        return { hangs: true as const };
      },
    ];
    await expect(play({ script, signal: controller.signal })).rejects.toMatchObject({
      code: "run_aborted",
      retryable: true,
    });
  });

  it("fails, with its steps, when the graph runs in circles", async () => {
    const canned = cannedModels({ sleuth: () => ask(host) });
    const loop = createLoop(sleuth({ toolCalls: 50 }), {
      model: { chat: canned.of("sleuth"), name: "canned", leg: "embedded" },
      tools: lookups().tools.slice(0, 1),
      clock: manualClock(0),
      diagnostics: silent,
      recursionLimit: 6,
    });
    const { outcome, steps } = await loop.run({
      view: {},
      marker: "12345678",
      signal: new AbortController().signal,
    });
    expect(outcome).toMatchObject({ kind: "failed", reason: "budget_exhausted" });
    expect(steps.length).toBeGreaterThan(0);
  });
});

describe("a run whose model is down", () => {
  const down: [string, Error][] = [
    [
      "refuses the connection",
      Object.assign(new Error("fetch failed"), {
        cause: Object.assign(new Error("x"), { code: "ECONNREFUSED" }),
      }),
    ],
    ["answers 503", Object.assign(new Error("overloaded"), { status: 503 })],
    ["answers 429", Object.assign(new Error("slow down"), { status: 429 })],
    ["times out", Object.assign(new Error("Request timed out."), { name: "TimeoutError" })],
    ["has no leg left", new HatrackError("model_unavailable", "all legs are down", { retryable: true })],
  ];
  it.each(down)("stops and spends nothing when it %s", async (_, error) => {
    const scene = await play({ script: [ask(host), { throws: error }] });
    expect(scene.handled).toHaveProperty("stop");
  });

  it("throws what is a bug, though its text says connection (lesson 11)", async () => {
    const bug = new TypeError("cannot read property connection of undefined");
    await expect(play({ script: [{ throws: bug }] })).rejects.toThrow(bug);
  });

  it("stops when no model is configured", async () => {
    const scene = await play({ script: [], deps: { model: () => undefined } });
    expect(scene.handled).toMatchObject({ stop: "sleuth: no model is configured" });
  });
});

describe("an answer as JSON-schema output", () => {
  const json = { answerBy: "json-schema" } as const;

  it("looks up with the tools alone, then answers with the schema alone", async () => {
    const scene = await play({ ...json, script: [ask(host), { text: "done looking" }, submit(goodAnswer)] });
    expect(scene.model.turns.map((turn) => turn.tools)).toEqual([
      ["host_details", "flaky"],
      ["host_details", "flaky"],
      ["submit"],
    ]);
    expect(scene.escalated).toHaveLength(1);
  });

  it("sends an invalid one back and fails after three", async () => {
    const bad = submit({ summary: "looks bad" });
    const scene = await play({ ...json, hat: sleuth({ toolCalls: 1 }), script: [ask(host), bad, bad, bad] });
    expect(scene.failed).toMatchObject([{ reason: "invalid_output" }]);
  });

  it("takes text that is no JSON for no answer", async () => {
    const prose = { text: "I think it is fine" };
    const scene = await play({
      ...json,
      hat: sleuth({ toolCalls: 1 }),
      script: [ask(host), prose, prose, prose],
    });
    expect(scene.failed).toMatchObject([{ reason: "invalid_output" }]);
  });
});
