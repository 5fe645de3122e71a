import type { App } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningWorkspace } from "../../../slack/workspace/server.ts";
import { boltApp, openWorkspace, person, quietClient } from "./harness.ts";
import type { Person } from "./harness.ts";
import { card } from "./samples.ts";

describe("a bad day at Slack", () => {
  let workspace: RunningWorkspace;
  let app: App;
  let act: Person;
  const seen: string[] = [];
  const chaos = (body: object) => act("chaos", { settle_ms: undefined, ...body });
  const texts = async () => {
    const { messages = [] } = await quietClient(workspace).conversations.history({ channel: "C0CASES" });
    return messages.map((message) => message.text);
  };

  beforeEach(async () => {
    workspace = await openWorkspace();
    act = person(workspace);
    app = boltApp(workspace, 200);
    seen.length = 0;
    app.action("gate.authorise", async ({ ack, body }) => {
      seen.push(body.user.id);
      await ack();
    });
    await app.start();
  });
  afterEach(async () => {
    await app.stop();
    await workspace.close();
  });

  const click = async (user = "U0MIA") => {
    const { ts } = await app.client.chat.postMessage({
      channel: "C0CASES",
      text: "card",
      blocks: card("Go"),
    });
    return act("click", { user, action_id: "gate.authorise", channel: "C0CASES", ts });
  };

  it("delivers the next two envelopes twice, and then once again", async () => {
    await chaos({ duplicate: 2 });
    await click("U0MIA");
    await click("U0TOM");
    await click("U0SAM");
    expect(seen).toEqual(["U0MIA", "U0MIA", "U0TOM", "U0TOM", "U0SAM"]);
  });

  it("loses an envelope, and the person sees a time-out", async () => {
    await chaos({ drop: 1 });
    expect(await click()).toMatchObject({ ok: false, error: "operation_timed_out" });
    expect(seen).toEqual([]);
    expect(await click()).toMatchObject({ ok: true });
  });

  it("lets two envelopes change places", async () => {
    const { ts } = await app.client.chat.postMessage({
      channel: "C0CASES",
      text: "card",
      blocks: card("Go"),
    });
    await chaos({ reorder: 1 });
    const press = (user: string) =>
      act("click", { user, action_id: "gate.authorise", channel: "C0CASES", ts });
    const first = press("U0MIA");
    await expect.poll(async () => (await chaos({}))["chaos"]).toMatchObject({ reorder: 0 });
    await Promise.all([first, press("U0TOM")]);
    expect(seen).toEqual(["U0TOM", "U0MIA"]);
  });

  it("answers 429 without effect to the methods it was told, and leaves the others alone", async () => {
    await chaos({ http_429: 1, retry_after: 7, methods: ["chat.postMessage"] });
    const client = quietClient(workspace);
    expect((await client.auth.test()).ok).toBe(true);
    await expect(client.chat.postMessage({ channel: "C0CASES", text: "one" })).rejects.toMatchObject({
      retryAfter: 7,
    });
    await client.chat.postMessage({ channel: "C0CASES", text: "two" });
    expect(await texts()).toEqual(["two"]);
  });

  it("answers 500 before or after the effect, or cuts the line after it", async () => {
    const client = quietClient(workspace);
    const post = (text: string) => client.chat.postMessage({ channel: "C0CASES", text });
    await chaos({ http_500: 1 });
    await expect(post("before")).rejects.toMatchObject({ statusCode: 500 });
    await chaos({ http_500_after_effect: 1 });
    await expect(post("after")).rejects.toMatchObject({ statusCode: 500 });
    await chaos({ cut_after_effect: 1 });
    await expect(post("cut")).rejects.toThrow("fetch failed");
    expect(await texts()).toEqual(["cut", "after"]);
  });

  it("holds answers back after the effect until it is cleared", async () => {
    await chaos({ delay_ms: 60_000, methods: ["chat.postMessage"] });
    const late = quietClient(workspace).chat.postMessage({ channel: "C0CASES", text: "late" });
    late.catch(() => undefined);
    await expect.poll(texts).toEqual(["late"]);
    const cleared = await chaos({ clear: true });
    expect(cleared["chaos"]).toMatchObject({ delay_ms: 0, methods: [] });
    await app.client.chat.postMessage({ channel: "C0CASES", text: "prompt" });
    expect(await texts()).toEqual(["prompt", "late"]);
  });

  it("cuts connections without a word, and the app comes back", async () => {
    expect(await chaos({ cut: 5 })).toMatchObject({ ok: true, cut: 1 });
    await expect.poll(async () => (await click()).ok, { timeout: 15_000 }).toBe(true);
  });

  it("refuses a switch it does not have", async () => {
    expect(await chaos({ fire: 1 })).toMatchObject({ ok: false, error: "invalid_request" });
    expect(await chaos({ duplicate: -1 })).toMatchObject({ ok: false, error: "invalid_request" });
  });
});
