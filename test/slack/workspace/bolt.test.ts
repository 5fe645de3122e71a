import type { App } from "@slack/bolt";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { RunningWorkspace } from "../../../slack/workspace/server.ts";
import { boltApp, openWorkspace, person, signal } from "./harness.ts";
import type { Person, Shown } from "./harness.ts";
import { card, rejectModal } from "./samples.ts";

const idOf = (shown: Shown) => shown.view?.id ?? "none";

describe("the workspace and a real Bolt app", () => {
  let workspace: RunningWorkspace;
  let app: App;
  let act: Person;

  beforeEach(async () => {
    workspace = await openWorkspace();
    app = boltApp(workspace, 200);
    act = person(workspace);
  });
  afterEach(async () => {
    await app.stop();
    await workspace.close();
  });

  const post = () =>
    app.client.chat.postMessage({ channel: "C0CASES", text: "card", blocks: card("Authorise") });

  it("carries a click to the app, which acknowledges, updates the card and answers only the one who clicked", async () => {
    app.action("gate.authorise", async ({ ack, body, respond, client, action }) => {
      await ack();
      if (body.type !== "block_actions" || action.type !== "button")
        throw new Error("expected a button press");
      await client.chat.update({
        channel: body.channel?.id ?? "",
        ts: body.message?.ts ?? "",
        text: "done",
        blocks: card("Authorised"),
      });
      await respond({ text: `thanks <@${body.user.id}> for ${action.value ?? ""}`, replace_original: false });
    });
    await app.start();
    const { ts } = await post();

    const shown = await act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });

    expect(shown.ok).toBe(true);
    expect(shown.ack?.acked).toBe(true);
    expect(shown.messages).toEqual([{ channel: "C0CASES", ts, change: "updated" }]);
    expect(shown.ephemerals.map((message) => message.text)).toEqual(["thanks <@U0MIA> for g1"]);
    const history = await app.client.conversations.history({
      channel: "C0CASES",
      include_all_metadata: true,
    });
    expect(history.messages?.map((message) => message.text)).toEqual(["done"]);
    expect(history.messages?.[0]?.app_id).toBe("A0HATRACK");
    expect(history.messages?.[0]?.edited?.user).toBe("U0HATRACK");
  });

  it("says which option of an overflow menu was picked", async () => {
    const picked = signal<string>();
    app.action("gate.more", async ({ ack, action }) => {
      await ack();
      if (action.type === "overflow") picked.settle(action.selected_option.value);
    });
    await app.start();
    const { ts } = await post();
    await act("click", { user: "U0MIA", action_id: "gate.more", value: "snooze", channel: "C0CASES", ts });
    expect(await picked.promise).toBe("snooze");
    const wrong = await act("click", {
      user: "U0MIA",
      action_id: "gate.more",
      value: "x",
      channel: "C0CASES",
      ts,
    });
    expect(wrong).toMatchObject({ ok: false, error: "invalid_value" });
    expect(wrong.reason).toContain("edit, snooze");
  });

  it("opens a modal, shows errors under the field, and closes it when the app is content", async () => {
    app.action("gate.authorise", async ({ ack, body, client }) => {
      await ack();
      if (body.type === "block_actions")
        await client.views.open({ trigger_id: body.trigger_id, view: rejectModal });
    });
    const submitted = signal<unknown>();
    app.view("reject", async ({ ack, view }) => {
      const reason = view.state.values["reason"]?.["text"]?.value ?? "";
      if (reason.length < 10) {
        await ack({ response_action: "errors", errors: { reason: "Say why in a sentence." } });
        return;
      }
      submitted.settle(view.state.values);
      await ack();
    });
    await app.start();
    const { ts } = await post();

    const opened = await act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });
    const viewId = opened.view?.id ?? "";
    expect(opened.view).toMatchObject({ callback_id: "reject", private_metadata: "g1" });

    const empty = await act("submit", { user: "U0MIA", view_id: viewId, values: {} });
    expect(empty).toMatchObject({
      ok: false,
      errors: { reason: "Please complete this required field." },
      ack: null,
    });

    const short = await act("submit", { user: "U0MIA", view_id: viewId, values: { reason: { text: "no" } } });
    expect(short).toMatchObject({ ok: false, errors: { reason: "Say why in a sentence." } });

    const good = await act("submit", {
      user: "U0MIA",
      view_id: viewId,
      values: { text: "The host is a sanctioned scanner.", kind: "host" },
    });
    expect(good).toMatchObject({ ok: true, view: null, errors: {} });
    expect(await submitted.promise).toMatchObject({
      reason: { text: { type: "plain_text_input", value: "The host is a sanctioned scanner." } },
      kind: { pick: { type: "static_select", selected_option: { value: "host" } } },
    });
  });

  it("lets a submission replace, push and clear views, and tells the app when one is closed", async () => {
    const title = (text: string) => ({ ...rejectModal, title: { type: "plain_text" as const, text } });
    app.shortcut("attach", async ({ ack, shortcut, client }) => {
      await ack();
      await client.views.open({ trigger_id: shortcut.trigger_id, view: title("One") });
    });
    const answers = [
      { response_action: "push" as const, view: title("Two") },
      { response_action: "update" as const, view: title("Two again") },
      { response_action: "clear" as const },
    ];
    app.view("reject", async ({ ack }) => {
      await ack(answers.shift());
    });
    const closed = signal<string>();
    app.view({ callback_id: "reject", type: "view_closed" }, async ({ ack, body }) => {
      await ack();
      closed.settle(body.view.id);
    });
    await app.start();
    const { ts } = await post();
    const values = { reason: "long enough to pass" };

    const one = await act("shortcut", { user: "U0TOM", callback_id: "attach", channel: "C0CASES", ts });
    const two = await act("submit", { user: "U0TOM", view_id: idOf(one), values });
    expect(two.view).toMatchObject({ title: { text: "Two" }, previous_view_id: idOf(one) });
    const again = await act("submit", { user: "U0TOM", view_id: idOf(two), values });
    expect(again.view).toMatchObject({ id: idOf(two), title: { text: "Two again" } });
    expect(again.view).not.toMatchObject({ hash: two.view?.hash });
    const back = await act("close", { user: "U0TOM", view_id: idOf(again) });
    expect(idOf(back)).toBe(idOf(one));
    expect(await closed.promise).toBe(idOf(two));
    const cleared = await act("submit", { user: "U0TOM", view_id: idOf(one), values });
    expect(cleared).toMatchObject({ ok: true, view: null });
  });

  it("hands a slash command on with names as ids and the rest escaped, and shows the answer to one person", async () => {
    const typed = signal<string>();
    app.command("/soc", async ({ ack, command }) => {
      typed.settle(command.text);
      await ack({ text: "Only for you", response_type: "ephemeral" });
    });
    await app.start();
    const shown = await act("command", {
      user: "U0TOM",
      channel: "C0CASES",
      text: "/soc who @mia in #soc-ops or @ir-lead-oncall <!channel> & mail a@b",
    });
    expect(await typed.promise).toBe(
      "who <@U0MIA|mia> in <#C0OPS|soc-ops> or <!subteam^S0IRLEAD|@ir-lead-oncall> &lt;!channel&gt; &amp; mail a@b",
    );
    expect(shown.ephemerals).toMatchObject([{ text: "Only for you", channel: "C0CASES" }]);
    const history = await app.client.conversations.history({ channel: "C0CASES" });
    expect(history.messages).toEqual([]);
    const unknown = await act("command", { user: "U0TOM", channel: "C0CASES", text: "/nope" });
    expect(unknown).toMatchObject({ ok: false, error: "unknown_command" });
  });

  it("tells the app of messages, mentions, an opened App Home and a changed user group", async () => {
    const events: unknown[] = [];
    const four = signal<undefined>();
    const note = (event: unknown) => {
      events.push(event);
      if (events.length === 4) four.settle(undefined);
    };

    for (const name of ["message", "app_mention", "subteam_members_changed"] as const)
      app.event(name, ({ event }) => {
        note(event);
        return Promise.resolve();
      });
    app.event("app_home_opened", async ({ event, client }) => {
      await client.views.publish({ user_id: event.user, view: { type: "home", blocks: card("Authorise") } });
      note(event);
    });
    await app.start();

    await act("message", { user: "U0TOM", channel: "C0CASES", text: "@soc what is <this>?" });
    const home = await act("home", { user: "U0MIA" });
    await act("usergroup", { id: "S0IRLEAD", users: ["U0SAM"], settle_ms: undefined });
    await four.promise;

    expect(home["home"]).toMatchObject({ type: "home", blocks: [{ type: "section" }, { block_id: "gate" }] });
    expect(events).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          type: "message",
          text: "<@U0HATRACK|soc> what is &lt;this&gt;?",
          user: "U0TOM",
        }),
        expect.objectContaining({ type: "app_mention" }),
        expect.objectContaining({ type: "app_home_opened", tab: "home", user: "U0MIA" }),
        expect.objectContaining({
          type: "subteam_members_changed",
          added_users: ["U0SAM"],
          removed_users: ["U0MIA"],
        }),
      ]),
    );
    const users = await app.client.usergroups.users.list({ usergroup: "S0IRLEAD" });
    expect(users.users).toEqual(["U0SAM"]);
  });

  it("carries a press inside App Home with its view", async () => {
    const pressed = signal<string>();
    app.event("app_home_opened", async ({ event, client }) => {
      await client.views.publish({ user_id: event.user, view: { type: "home", blocks: card("Authorise") } });
    });
    app.action("gate.authorise", async ({ ack, body }) => {
      await ack();
      if (body.type === "block_actions") pressed.settle(body.view?.type ?? "none");
    });
    await app.start();
    const opened = await act("home", { user: "U0MIA" });
    const { home } = opened as { home?: { id?: string } };
    await act("click", { user: "U0MIA", action_id: "gate.authorise", view_id: home?.id ?? "" });
    expect(await pressed.promise).toBe("home");
  });

  it("shows the person Slack's own error when the app does not acknowledge within three seconds", async () => {
    app.action("gate.authorise", () => Promise.resolve());
    await app.start();
    const { ts } = await post();
    const shown = await act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });
    expect(shown).toMatchObject({ ok: false, error: "operation_timed_out", ack: { acked: false } });
    expect(shown.ack?.ms).toBeGreaterThanOrEqual(2990);
    expect(shown.reason).toContain("Operation timed out");
  });

  it("is reconnected to after a refresh, and serves clicks again", async () => {
    app.action("gate.authorise", ({ ack }) => ack());
    await app.start();
    const { ts } = await post();
    await act("chaos", { disconnect: 1, settle_ms: undefined });
    const press = () => act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });
    await expect.poll(async () => (await press()).ok, { timeout: 10_000 }).toBe(true);
  });

  it("delivers each envelope to one of several connections", async () => {
    const seen: string[] = [];
    const other = boltApp(workspace);
    for (const [name, one] of [
      ["first", app],
      ["second", other],
    ] as const)
      one.action("gate.authorise", async ({ ack }) => {
        seen.push(name);
        await ack();
      });
    await app.start();
    await other.start();
    const { ts } = await post();
    for (let press = 0; press < 4; press += 1)
      await act("click", { user: "U0MIA", action_id: "gate.authorise", channel: "C0CASES", ts });
    await other.stop();
    expect(seen.sort()).toEqual(["first", "first", "second", "second"]);
  });
});
