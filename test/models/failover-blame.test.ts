/** Which leg is at fault, and which is not: clocks, queues, the caller's deadline, and answers that are none. */
import { AIMessageChunk } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { askStream } from "../../src/models/failover/ask-leg.ts";
import { closedBreaker } from "../../src/models/failover/breaker.ts";
import { FailoverChatModel } from "../../src/models/failover/failover-chat-model.ts";
import { roleModels } from "../../src/models/failover/role-models.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { down, errorOf, isProbe, legs, says, until, type Play } from "./chain-scene.ts";
import { handTimers } from "./hand-timers.ts";

const turn = (): Promise<unknown> => new Promise((resolve) => setImmediate(resolve));
const hangs: Play = () => ({ hangs: true });

describe("a dead leg", () => {
  it.each([
    ["rings a millisecond early", 1],
    ["rings after the clock was set back an hour", 3_600_000],
  ])("is probed when its timer %s", async (_, shortMs) => {
    const timers = handTimers();
    let short = 0;
    const early = { ...timers, now: () => timers.now() - short };
    let play = down;
    const model = new CannedModel({ role: "leg", script: (asked) => play(asked) });
    const chat = new FailoverChatModel({
      legs: [{ name: "leg", model: "m", chat: model }],
      timers: early,
    });
    await errorOf(chat.invoke("h"));
    play = says("back");
    short = shortMs;
    timers.advance(1_000);
    await until(() => chat.chain.primary.closed);
    expect((await chat.invoke("h")).text).toBe("back");
    chat.chain.close();
  });
});

describe("time", () => {
  it("that a call waits its turn is not the leg's", async () => {
    const slow: Play = (asked) => (isProbe(asked) ? says("")(asked) : { hangs: true });
    const { chat, timers, plays, changes, asked } = legs(
      [slow, says("b")],
      { budgetMs: 100_000 },
      { concurrency: 1 },
    );
    const place = await chat.chain.primary.turnstile.enter(5);
    const answer = chat.invoke("h");
    await until(() => chat.chain.primary.turnstile.waiting === 1);
    timers.advance(99_000);
    place();
    await until(() => asked(0) === 1);
    timers.advance(50_000);
    for (let n = 0; n < 20; n += 1) await turn();
    expect([changes, asked(1)]).toEqual([[], 0]);
    plays[0] = says("a");
    timers.advance(10_000);
    expect((await answer).text).toBe("b");
  });

  it("that was the caller's own: a leg that hung is found out, and the next call goes to the other", async () => {
    const { chat, timers, changes, asked } = legs([hangs, says("b")]);
    const deadline = new AbortController();
    const work = errorOf(chat.invoke("h", { signal: deadline.signal }));
    await until(() => asked(0) === 1);
    deadline.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    expect(await work).toBeInstanceOf(Error);
    expect(chat.chain.primary.breaker).toEqual(closedBreaker);
    timers.advance(10_000);
    await until(() => changes.length === 1);
    expect(changes).toMatchObject([{ type: "failed_over", leg: "leg-0", to: "leg-1" }]);
    expect((await chat.invoke("h")).text).toBe("b");
  });

  it("that was the caller's own: a leg that was only slow is blamed for nothing", async () => {
    const slow: Play = (asked) => (isProbe(asked) ? says("")(asked) : { hangs: true });
    const { chat, timers, changes, asked } = legs([slow, says("b")]);
    const deadline = new AbortController();
    const work = errorOf(chat.invoke("h", { signal: deadline.signal }));
    await until(() => asked(0) === 1);
    deadline.abort(new DOMException("The operation was aborted due to timeout", "TimeoutError"));
    expect(await work).toBeInstanceOf(Error);
    for (let n = 0; n < 20; n += 1) await turn();
    timers.advance(10_000);
    expect([changes, chat.chain.primary.breaker]).toEqual([[], closedBreaker]);
  });
});

describe("a stream", () => {
  it("is let go of when its leg takes too long, so that the server may stop", async () => {
    let returned = false;
    const endless = (): AsyncIterator<AIMessageChunk> => ({
      next: () => new Promise<never>(() => undefined),
      return: () => {
        returned = true;
        return Promise.resolve({ done: true, value: undefined });
      },
    });
    const model = new CannedModel({ role: "leg", script: () => ({ text: "?" }) });
    const stream = () => Promise.resolve({ [Symbol.asyncIterator]: endless });
    const chat = Object.assign(model, { withConfig: () => ({ stream }) });
    const timers = handTimers();
    const question = { messages: [], tools: undefined, options: {}, signal: undefined };
    const read = errorOf(
      askStream({ name: "leg", model: "m", chat }, question, { timers, limitMs: 1_000 }).next(),
    );
    await turn();
    timers.advance(1_000);
    expect(await read).toMatchObject({ name: "TimeoutError" });
    expect(returned).toBe(true);
  });

  it("that is live is let go of when its reader stops at the first token, and its place with it", async () => {
    let returned = false;
    async function* tokens(): AsyncGenerator<AIMessageChunk> {
      try {
        for (const word of ["one", "two", "three"]) yield await Promise.resolve(new AIMessageChunk(word));
      } finally {
        returned = true;
      }
    }
    const model = new CannedModel({ role: "leg", script: () => ({ text: "?" }) });
    const chat = Object.assign(model, { withConfig: () => ({ stream: () => Promise.resolve(tokens()) }) });
    const failover = new FailoverChatModel({
      legs: [{ name: "leg", model: "m", chat, concurrency: 1 }],
      streaming: "live",
    });
    const { turnstile } = failover.chain.primary;
    for await (const part of failover._streamResponseChunks([], {})) {
      // The server is at work while somebody reads.
      expect([part.text, turnstile.taken]).toEqual(["one", 1]);
      break;
    }
    await until(() => returned);
    expect(turnstile.taken).toBe(0);
    const all: string[] = [];
    for await (const part of failover._streamResponseChunks([], {})) all.push(part.text);
    expect([all, turnstile.taken]).toEqual([["one", "two", "three"], 0]);
    failover.chain.close();
  });
});

describe("answers that are none", () => {
  it("count against the leg that gave them once another gives one, for that role alone", async () => {
    const empty: Play = (asked) => (isProbe(asked) ? says("")(asked) : { text: "" });
    const { chat, changes, asked } = legs([empty, says("b")]);
    const tier2 = chat.for("tier2");
    for (let n = 0; n < 4; n += 1) {
      expect((await tier2.invoke("h")).text).toBe("b");
      // The probe that each bad answer calls for is over before the next is given.
      expect(await chat.chain.primary.proves()).toBe(true);
    }
    expect(changes).toMatchObject([{ type: "failed_over", leg: "leg-0", to: "leg-1", kind: "tier2" }]);
    expect((await tier2.invoke("h")).text).toBe("b");
    expect([asked(0), asked(1)]).toEqual([4, 5]);
  });

  it("are those of the one that gave them, where two legs are behind one address", async () => {
    const timers = handTimers();
    const changes: object[] = [];
    const two = [down, says("b")].map((script, at) => {
      const chat = new CannedModel({ role: `leg-${at}`, script });
      return { name: "gpu:8000", model: `m-${at}`, chat };
    });
    const chat = new FailoverChatModel({ legs: two, timers, onChange: (change) => changes.push(change) });
    const { response_metadata: by } = await chat.invoke("h");
    expect(by).toMatchObject({ leg: "gpu:8000 (2)", model: "m-1" });
    expect(changes).toMatchObject([{ type: "failed_over", leg: "gpu:8000", to: "gpu:8000 (2)" }]);
    const guard = roleModels(chat)({ name: "tier2", rules: undefined })?.guard;
    for (let n = 0; n < 4; n += 1) guard?.judged("gpu:8000 (2)", "invalid");
    expect(chat.chain.legs.map((leg) => leg.unfitFor("tier2"))).toEqual([false, true]);
    chat.chain.close();
  });
});
