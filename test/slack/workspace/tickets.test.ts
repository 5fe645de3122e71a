import type { App } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningWorkspace } from "../../../slack/workspace/server.ts";
import { boltApp, openWorkspace, person, quietClient, signal } from "./harness.ts";
import type { Person } from "./harness.ts";
import { card, rejectModal } from "./samples.ts";

describe("what an app may use once, or for a while", () => {
  let workspace: RunningWorkspace;
  let app: App;
  let act: Person;
  let now = Date.UTC(2026, 4, 4, 12);
  let ts = "";
  let given = signal<{ trigger: string; url: string }>();

  beforeEach(async () => {
    workspace = await openWorkspace({ clock: { now: () => now } });
    act = person(workspace);
    app = boltApp(workspace);
    given = signal();
    app.action("gate.authorise", async ({ ack, body }) => {
      await ack();
      if (body.type === "block_actions") given.settle({ trigger: body.trigger_id, url: body.response_url });
    });
    await app.start();
    const posted = await app.client.chat.postMessage({
      channel: "C0CASES",
      text: "card",
      blocks: card("Go"),
    });
    ts = posted.ts ?? "";
    await act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });
  });
  afterEach(async () => {
    await app.stop();
    await workspace.close();
  });

  const open = async (trigger: string) => {
    const call = quietClient(workspace).views.open({ trigger_id: trigger, view: rejectModal });
    return call.then(
      () => "ok",
      (error: unknown) => String(error),
    );
  };
  const reply = async (url: string, body: object) => {
    const response = await fetch(url, { method: "POST", body: JSON.stringify(body) });
    return `${response.status} ${await response.text()}`;
  };

  it("opens one modal with a trigger id, and none after three seconds", async () => {
    const { trigger } = await given.promise;
    now += 3000;
    expect(await open(trigger)).toBe("ok");
    expect(await open(trigger)).toContain("exchanged_trigger_id");
    given = signal();
    await act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });
    const later = await given.promise;
    now += 3001;
    expect(await open(later.trigger)).toContain("expired_trigger_id");
  });

  it("does not spend the trigger on a view that Slack refuses", async () => {
    const { trigger } = await given.promise;
    const broken = { ...rejectModal, title: { type: "plain_text" as const, text: "x".repeat(25) } };
    const call = quietClient(workspace).views.open({ trigger_id: trigger, view: broken });
    await expect(call).rejects.toThrow("invalid_arguments");
    expect(await open(trigger)).toBe("ok");
  });

  it("answers five times through a response URL, for thirty minutes", async () => {
    const { url } = await given.promise;
    for (let use = 0; use < 5; use += 1) expect(await reply(url, { text: `no ${use}` })).toBe("200 ok");
    expect(await reply(url, { text: "no" })).toBe('404 {"ok":false,"error":"used_url"}');
    given = signal();
    await act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });
    const later = await given.promise;
    now += 30 * 60_000 + 1;
    expect(await reply(later.url, { text: "late" })).toBe('404 {"ok":false,"error":"expired_url"}');
    expect(await reply(`${workspace.url}/actions/guess`, { text: "x" })).toContain("expired_url");
  });

  it("replaces or deletes the original, posts in the channel, and checks the limits there too", async () => {
    const { url } = await given.promise;
    expect(await reply(url, { text: "x", blocks: [{ type: "marquee" }] })).toContain("invalid_blocks");
    await reply(url, { text: "replaced", replace_original: true });
    await reply(url, { text: "for all", response_type: "in_channel" });
    const texts = async () => {
      const { messages = [] } = await quietClient(workspace).conversations.history({ channel: "C0CASES" });
      return messages.map((message) => message.text);
    };
    expect(await texts()).toEqual(["for all", "replaced"]);
    await reply(url, { delete_original: true });
    expect(await texts()).toEqual(["for all"]);
  });

  it("pushes at most three views deep, and updates by hash", async () => {
    const { trigger } = await given.promise;
    const client = quietClient(workspace);
    const { view: first } = await client.views.open({ trigger_id: trigger, view: rejectModal });
    const pushed: string[] = [];
    app.view("reject", async ({ ack, body }) => {
      const triggered = {
        trigger_id: "trigger_id" in body ? body.trigger_id : "",
        view: rejectModal,
      };
      const outcome = await client.views.push(triggered).then(
        (result) => result.view?.id ?? "",
        (error: unknown) => String(error),
      );
      pushed.push(outcome);
      await ack({ response_action: "errors", errors: { reason: "stay" } });
    });
    const submit = (view_id: string) =>
      act("submit", { user: "U0MIA", view_id, values: { reason: "long enough" } });
    await submit(first?.id ?? "");
    await submit(pushed[0] ?? "");
    const third = pushed[1] ?? "";
    await submit(third);
    expect(pushed[2]).toContain("push_limit_reached");
    const stale = client.views.update({ view_id: third, hash: "0.x", view: rejectModal });
    await expect(stale).rejects.toThrow("hash_conflict");
  });
});
