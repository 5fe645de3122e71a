import { HumanMessage, type AIMessage } from "@langchain/core/messages";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { closedBreaker, decide, evolve, type BreakerCommand } from "../../src/models/failover/breaker.ts";
import type { Change } from "../../src/models/failover/chain.ts";
import { Turnstile } from "../../src/models/failover/turnstile.ts";
import { ModelsUnavailable } from "../../src/models/failover/unavailable.ts";
import { faultOf } from "../../src/models/output-faults.ts";
import { AIMessage as Reply } from "@langchain/core/messages";
import { withUrgency } from "../../src/models/urgency.ts";
import { down, errorOf, isProbe, legs, says, status, until, type Play } from "./chain-scene.ts";

describe("a chain of legs", () => {
  it("fails loudly when none answers, asks none again, and goes on when one is back", async () => {
    const { chat, changes, timers, plays, asked } = legs([down, down]);
    const error = await errorOf(chat.invoke("h"));
    expect(error).toBeInstanceOf(ModelsUnavailable);
    expect(error).toMatchObject({ code: "model_unavailable", retryable: true });
    expect(changes.map(({ type }) => type)).toEqual(["failed_over", "unavailable"]);
    for (let i = 0; i < 20; i += 1) await errorOf(chat.invoke("h"));
    expect([asked(0), asked(1)]).toEqual([1, 1]);

    plays[1] = says("from the backup");
    timers.advance(1_000);
    await until(() => changes.length === 3);
    expect((await chat.invoke("h")).text).toBe("from the backup");
    plays[0] = says("from the primary");
    timers.advance(5_000);
    await until(() => changes.length === 4);
    const reply = await chat.invoke("h");
    expect([reply.text, reply.response_metadata["leg"]]).toEqual(["from the primary", "leg-0"]);
    expect(changes.slice(2)).toMatchObject([
      { type: "failed_over", to: "leg-1" },
      { type: "recovered", leg: "leg-0" },
    ]);
  });

  it("does not take a bug for an outage, whatever its text says", async () => {
    const bug = new TypeError("no connection property");
    const { chat, changes, asked } = legs([() => ({ throws: bug }), says("b")]);
    expect(await errorOf(chat.invoke("h"))).toBe(bug);
    expect([changes, asked(1)]).toEqual([[], 0]);
  });

  it("waits a moment when a busy server asks for one, and goes on when it asks for more", async () => {
    let calls = 0;
    const busyOnce: Play = (turn) => ((calls += 1) === 1 ? status(429, "1")(turn) : says("a")(turn));
    const first = legs([busyOnce, says("b")]);
    const asked = first.chat.invoke("h");
    await until(() => calls === 1);
    await new Promise((resolve) => setImmediate(resolve));
    first.timers.advance(1_000);
    expect((await asked).text).toBe("a");
    expect(first.changes).toEqual([]);

    const second = legs([status(429, "60"), says("b")]);
    expect((await second.chat.invoke("h")).text).toBe("b");
    expect(second.changes).toMatchObject([{ type: "failed_over" }]);
    second.plays[0] = says("a");
    second.timers.advance(59_000);
    await new Promise((resolve) => setImmediate(resolve));
    expect(second.changes).toHaveLength(1);
    second.timers.advance(1_000);
    await until(() => second.changes.length === 2);
  });

  it("leaves time for the next leg when one hangs", async () => {
    const { chat, timers } = legs([() => ({ hangs: true }), says("b")], { budgetMs: 100_000 });
    const asked = chat.invoke("h");
    await new Promise((resolve) => setImmediate(resolve));
    timers.advance(59_000);
    await new Promise((resolve) => setImmediate(resolve));
    timers.advance(1_000);
    expect((await asked).text).toBe("b");
  });

  it("leaves all of it to the only leg that is fit, when the other is set aside for this kind of task", async () => {
    const { chat, timers, asked } = legs([() => ({ hangs: true }), says("b")], { budgetMs: 100_000 });
    for (let n = 0; n < 4; n += 1) chat.chain.legs[1]?.judged("tier2", false);
    const work = errorOf(chat.for("tier2").invoke("h"));
    await until(() => asked(0) === 1);
    timers.advance(61_000);
    for (let n = 0; n < 20; n += 1) await new Promise((resolve) => setImmediate(resolve));
    expect(await Promise.race([work, Promise.resolve("still asked")])).toBe("still asked");
    timers.advance(39_000);
    expect(await work).toMatchObject({ message: expect.stringContaining("leg-0") as unknown });
    expect(asked(1)).toBe(0);
  });

  it("ends with the caller's abort, and blames no leg for it", async () => {
    const { chat, changes, asked } = legs([() => ({ hangs: true }), says("b")]);
    const abort = new AbortController();
    const work = errorOf(chat.invoke("h", { signal: abort.signal }));
    await until(() => asked(0) === 1);
    abort.abort(new Error("claim lost"));
    expect(await work).toMatchObject({ message: expect.stringMatching(/claim lost|abort/i) as unknown });
    expect([changes, asked(1)]).toEqual([[], 0]);
  });

  it("hands on a bad answer when the legs are well: then the question is at fault, and others go on", async () => {
    const empty: Play = (turn) => (isProbe(turn) ? says("")(turn) : { text: "" });
    const { chat, changes } = legs([empty, empty]);
    for (let i = 0; i < 5; i += 1) expect((await chat.invoke("h")).text).toBe("");
    expect(changes).toEqual([]);
  });

  it("gives structured output on every leg; what does not fit the schema goes to the next", async () => {
    const Verdict = z.object({ verdict: z.enum(["benign", "malicious"]) });
    const calling =
      (verdict: string): Play =>
      ({ tools: [tool = ""] }) => ({
        calls: [{ tool, arguments: tool === "echo" ? { word: "ready" } : { verdict } }],
      });
    const { chat, asked } = legs([calling("maybe"), calling("benign")]);
    const structured = chat.withStructuredOutput(Verdict, { name: "verdict" });
    expect(await structured.invoke("h")).toEqual({ verdict: "benign" });
    const raw = await chat.withStructuredOutput(Verdict, { includeRaw: true }).invoke("h");
    expect(raw.parsed).toEqual({ verdict: "benign" });
    expect(asked(1)).toBe(2);
  });

  it("goes to the next leg when a call that was demanded was not made", async () => {
    const submit = { type: "function", function: { name: "submit", parameters: { type: "object" } } };
    const obeys: Play = () => ({ calls: [{ tool: "submit", arguments: { a: 1 } }] });
    const { chat } = legs([says("I would submit"), obeys]);
    const reply = await chat.bindTools([submit], { tool_choice: "submit" }).invoke("h");
    expect(reply.tool_calls).toMatchObject([{ name: "submit", args: { a: 1 } }]);
  });

  it("does not use a leg for a role whose answers from it are no good, and tries it again after a rest", async () => {
    const { chat, changes, timers, asked } = legs([says("a"), says("b")]);
    const [primary] = chat.chain.legs;
    const tier2 = chat.for("tier2");
    for (let i = 0; i < 4; i += 1) primary?.judged("tier2", false);
    expect(changes).toMatchObject([{ type: "failed_over", leg: "leg-0", to: "leg-1", kind: "tier2" }]);
    expect((await tier2.invoke("h")).text).toBe("b");
    expect((await chat.for("sentinel").invoke("h")).text).toBe("a");
    timers.advance(10 * 60_000);
    expect((await tier2.invoke("h")).text).toBe("a");
    primary?.judged("tier2", false);
    expect((await tier2.invoke("h")).text).toBe("b");
    timers.advance(20 * 60_000);
    primary?.judged("tier2", true);
    expect((await tier2.invoke("h")).text).toBe("a");
    expect(changes.slice(1)).toMatchObject([{ type: "recovered", leg: "leg-0", kind: "tier2" }]);
    expect(asked(1)).toBe(2);
  });

  it("says of each role once, when it first accepts an answer of the primary's, that it does", () => {
    const all: Change[] = [];
    const { chat } = legs([says("a"), says("b")], { onChange: (change) => all.push(change) });
    const [primary, backup] = chat.chain.legs;
    if (primary === undefined || backup === undefined) throw new Error("two legs");
    chat.chain.judged(backup, "tier2", undefined);
    for (let i = 0; i < 3; i += 1) chat.chain.judged(primary, "tier2", i === 0 ? "invalid" : undefined);
    expect(all).toMatchObject([{ type: "recovered", leg: "leg-0", kind: "tier2", first: true }]);
  });

  it("lets the urgent ones in first where there is one place", async () => {
    const order: string[] = [];
    const gate = Promise.withResolvers<undefined>();
    const { chat, asked } = legs([says("a")], {}, { concurrency: 1 });
    const place = await chat.chain.primary.turnstile.enter(5);
    const ask = (name: string, urgency: number): Promise<unknown> =>
      withUrgency(urgency, () => chat.invoke(name)).then(() => order.push(name));
    const all = [ask("low", 2), ask("high", 9), ask("approval waits", 100), ask("high, later", 9)];
    await until(() => chat.chain.primary.turnstile.waiting === 4);
    expect(asked(0)).toBe(0);
    place();
    gate.resolve(undefined);
    await Promise.all(all);
    expect(order).toEqual(["approval waits", "high", "high, later", "low"]);
  });
});

describe("a breaker", () => {
  const command: fc.Arbitrary<BreakerCommand> = fc.oneof(
    fc.constant<BreakerCommand>({ kind: "succeeded" }),
    fc.constant<BreakerCommand>({ kind: "probe" }),
    fc.constant<BreakerCommand>({ kind: "probe-succeeded" }),
    fc
      .constantFrom("unreachable", "timeout", "server_error", "busy", "refused", "bad_output" as const)
      .map((trouble): BreakerCommand => ({ kind: "failed", trouble, why: "x" })),
    fc.constant<BreakerCommand>({ kind: "probe-failed", trouble: "timeout", why: "x" }),
  );

  it("closes by a probe alone, and is never probed before its time", () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(command, fc.integer({ min: 0, max: 4_000 })), { maxLength: 40 }),
        (history) => {
          let state = closedBreaker;
          let now = 0;
          for (const [next, ms] of history) {
            now += ms;
            const before = state;
            state = decide(before, next, now).reduce(evolve, before);
            if (before.status !== "closed" && state.status === "closed")
              expect(next.kind).toBe("probe-succeeded");
            if (before.status === "open" && state.status === "half-open")
              expect(now).toBeGreaterThanOrEqual(before.until);
            if (state.status === "open") expect(state.until - now).toBeLessThanOrEqual(15_000);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});

describe("a turnstile", () => {
  it("lets go of who gave up waiting, and keeps its places", async () => {
    const turnstile = new Turnstile(1);
    const leave = await turnstile.enter(1);
    const abort = new AbortController();
    const waiting = errorOf(turnstile.enter(9, abort.signal));
    abort.abort(new Error("no longer"));
    expect(await waiting).toMatchObject({ message: "no longer" });
    leave();
    leave();
    expect(turnstile.taken).toBe(0);
    await turnstile.enter(1);
    expect(turnstile.taken).toBe(1);
  });
});

describe("a reply that is no answer", () => {
  const cut = { response_metadata: { finish_reason: "length" } };
  it.each([
    ["empty", new Reply(" \n")],
    ["truncated", new Reply({ content: '{"verdict": "ben', ...cut })],
    ["repeated", new Reply("the host the host ".repeat(60))],
  ] satisfies [string, AIMessage][])("is told: %s", (fault, message) => {
    expect(faultOf(message)).toBe(fault);
  });

  it("is not what is short, long, a call, or a list of like lines", () => {
    const lines = Array.from({ length: 60 }, (_, n) => `- host WS-${n} asked for evil.example`).join("\n");
    const call = { id: "1", name: "submit", args: { a: 1 }, type: "tool_call" as const };
    const good = [new Reply("no"), new Reply(lines), new Reply({ content: "", tool_calls: [call], ...cut })];
    for (const message of good) expect(faultOf(message)).toBeUndefined();
  });

  it("may be any message", () => {
    expect(faultOf(new HumanMessage("h"))).toBeUndefined();
  });
});
