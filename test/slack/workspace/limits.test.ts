import type { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RunningWorkspace } from "../../../slack/workspace/server.ts";
import { openWorkspace, quietClient } from "./harness.ts";

const refusal = z.object({
  data: z.object({
    error: z.string(),
    response_metadata: z.object({ messages: z.array(z.string()).default([]) }).default({ messages: [] }),
  }),
});

/** Slack's code and messages, as the SDK hands them to an app. */
async function refused(call: Promise<unknown>): Promise<{ code: string; messages: string[] }> {
  const error: unknown = await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  const { data } = refusal.parse(error);
  return { code: data.error, messages: data.response_metadata.messages };
}

const plain = (text: string) => ({ type: "plain_text" as const, text });
const section = (text: string) => ({ type: "section" as const, text: plain(text) });
const button = (id: string) => ({ type: "button" as const, action_id: id, text: plain("Go") });

describe("Slack's limits, with Slack's error codes", () => {
  let workspace: RunningWorkspace;
  let client: WebClient;
  const post = (message: object) =>
    client.apiCall("chat.postMessage", { channel: "C0CASES", text: "fallback", ...message });

  beforeAll(async () => {
    workspace = await openWorkspace();
    client = quietClient(workspace);
  });
  afterAll(() => workspace.close());

  const refusedBlocks: [string, object[], string][] = [
    [
      "51 blocks",
      Array.from({ length: 51 }, () => section("x")),
      "no more than 50 items allowed [json-pointer:/blocks]",
    ],
    [
      "3,001 characters in a section",
      [section("x".repeat(3001))],
      "must be less than 3001 characters [json-pointer:/blocks/0/text/text]",
    ],
    ["an empty text", [section("")], "must be more than 0 characters [json-pointer:/blocks/0/text/text]"],
    [
      "151 characters in a header",
      [{ type: "header", text: plain("x".repeat(151)) }],
      "must be less than 151 characters [json-pointer:/blocks/0/text/text]",
    ],
    [
      "a header in mrkdwn",
      [{ type: "header", text: { type: "mrkdwn", text: "x" } }],
      "[json-pointer:/blocks/0/text/type]",
    ],
    [
      "26 elements in actions",
      [{ type: "actions", elements: Array.from({ length: 26 }, (_, at) => button(`a${at}`)) }],
      "no more than 25 items allowed [json-pointer:/blocks/0/elements]",
    ],
    [
      "a button value of 2,001",
      [{ type: "actions", elements: [{ ...button("a"), value: "x".repeat(2001) }] }],
      "must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]",
    ],
    [
      "11 fields",
      [{ type: "section", fields: Array.from({ length: 11 }, () => plain("x")) }],
      "no more than 10 items allowed [json-pointer:/blocks/0/fields]",
    ],
    ["a section of nothing", [{ type: "section" }], "missing required field: text [json-pointer:/blocks/0]"],
    ["an unknown block", [{ type: "marquee" }], "unsupported type [json-pointer:/blocks/0/type]"],
    [
      "an unknown property",
      [{ type: "divider", colour: "red" }],
      "invalid additional property: colour [json-pointer:/blocks/0]",
    ],
    [
      "two blocks of one id",
      [
        { ...section("x"), block_id: "b" },
        { ...section("y"), block_id: "b" },
      ],
      "block_id b already exists",
    ],
    [
      "one action_id twice in a block",
      [{ type: "actions", elements: [button("a"), button("a")] }],
      "action_id a already exists in the block [json-pointer:/blocks/0]",
    ],
    [
      "six overflow options",
      [
        {
          type: "actions",
          elements: [
            {
              type: "overflow",
              options: Array.from({ length: 6 }, (_, at) => ({ text: plain("x"), value: `v${at}` })),
            },
          ],
        },
      ],
      "no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]",
    ],
    [
      "a link of another scheme",
      [{ type: "actions", elements: [{ ...button("a"), url: "javascript:alert(1)" }] }],
      "[json-pointer:/blocks/0/elements/0/url]",
    ],
    [
      "a table of 101 rows",
      [{ type: "table", rows: Array.from({ length: 101 }, () => [{ type: "raw_text", text: "x" }]) }],
      "no more than 100 items allowed [json-pointer:/blocks/0/rows]",
    ],
    [
      "10,001 characters of table",
      [{ type: "table", rows: [[{ type: "raw_text", text: "x".repeat(10_001) }]] }],
      "no more than 10000 allowed",
    ],
  ];
  it.each(refusedBlocks)(
    "refuses %s as invalid_blocks and names the path",
    async (_what, blocks, message) => {
      const { code, messages } = await refused(post({ blocks }));
      expect(code).toBe("invalid_blocks");
      expect(messages.join("\n")).toContain(message);
      expect(messages[0]).toMatch(/^\[ERROR\] /);
    },
  );

  it("takes a message that is exactly at the limits", async () => {
    const long = { type: "section", text: plain("x".repeat(3000)) };
    const answer = await post({
      blocks: [long, { type: "actions", elements: Array.from({ length: 25 }, (_, at) => button(`a${at}`)) }],
    });
    expect(answer.ok).toBe(true);
  });

  it("counts the text of all blocks together", async () => {
    const blocks = Array.from({ length: 5 }, () => section("x".repeat(2641)));
    expect((await refused(post({ blocks }))).code).toBe("msg_blocks_too_long");
    const fits = Array.from({ length: 5 }, () => section("x".repeat(2640)));
    expect((await post({ blocks: fits })).ok).toBe(true);
  });

  const refusals: [string, string, object][] = [
    ["msg_too_long", "chat.postMessage", { channel: "C0CASES", text: "x".repeat(40_001) }],
    ["no_text", "chat.postMessage", { channel: "C0CASES" }],
    ["channel_not_found", "chat.postMessage", { channel: "C0NOWHERE", text: "x" }],
    ["channel_not_found", "chat.postMessage", { channel: "C0CLOSED", text: "x" }],
    ["cannot_reply_to_message", "chat.postMessage", { channel: "C0CASES", text: "x", thread_ts: "1.000000" }],
    ["invalid_blocks_format", "chat.postMessage", { channel: "C0CASES", text: "x", blocks: "[{" }],
    [
      "invalid_metadata_format",
      "chat.postMessage",
      { channel: "C0CASES", text: "x", metadata: { event_type: 1 } },
    ],
    [
      "metadata_too_large",
      "chat.postMessage",
      {
        channel: "C0CASES",
        text: "x",
        metadata: { event_type: "e", event_payload: { a: "x".repeat(17_000) } },
      },
    ],
    ["message_not_found", "chat.update", { channel: "C0CASES", ts: "1.000000", text: "x" }],
    ["message_not_found", "chat.delete", { channel: "C0CASES", ts: "1.000000" }],
    ["user_not_in_channel", "chat.postEphemeral", { channel: "C0OPS", user: "U0GUS", text: "x" }],
    ["thread_not_found", "conversations.replies", { channel: "C0CASES", ts: "1.000000" }],
    ["channel_not_found", "conversations.history", { channel: "C0CLOSED" }],
    ["user_not_found", "users.info", { user: "U0NOBODY" }],
    ["user_disabled", "conversations.open", { users: "U0OLD" }],
    ["no_such_subteam", "usergroups.users.list", { usergroup: "S0NONE" }],
    [
      "invalid_trigger_id",
      "views.open",
      { trigger_id: "1.2.3", view: { type: "modal", title: plain("T"), blocks: [] } },
    ],
    [
      "invalid_arguments",
      "views.open",
      { trigger_id: "1.2.3", view: { type: "modal", title: plain("x".repeat(25)), blocks: [] } },
    ],
    [
      "invalid_arguments",
      "views.publish",
      { user_id: "U0MIA", view: { type: "modal", title: plain("T"), blocks: [] } },
    ],
    ["invalid_arguments", "chat.update", { channel: "C0CASES" }],
    [
      "not_found",
      "views.update",
      { view_id: "V0NONE", view: { type: "modal", title: plain("T"), blocks: [] } },
    ],
    ["bot_not_found", "bots.info", { bot: "B0OTHER" }],
    ["unknown_method", "chat.shout", {}],
    ["unknown_method", "constructor", {}],
    ["not_allowed_token_type", "apps.connections.open", {}],
  ];
  it.each(refusals)("answers %s to %s", async (code, method, args) => {
    expect((await refused(client.apiCall(method, { ...args }))).code).toBe(code);
  });

  it("says which argument is missing", async () => {
    const { messages } = await refused(client.apiCall("chat.update", { channel: "C0CASES" }));
    expect(messages).toEqual(["[ERROR] missing required field: ts [json-pointer:]"]);
  });

  it("wants a submit button on a modal with inputs", async () => {
    const field = { type: "input", label: plain("Why"), element: { type: "plain_text_input" } };
    const view = { type: "modal", title: plain("T"), blocks: [field] };
    const { code, messages } = await refused(client.apiCall("views.open", { trigger_id: "t", view }));
    expect([code, messages]).toEqual([
      "invalid_arguments",
      ["[ERROR] missing required field: submit [json-pointer:/view]"],
    ]);
  });

  it("refuses tokens that are not its own, and a call without one", async () => {
    const call = async (headers: Record<string, string>) =>
      (await fetch(`${workspace.url}/api/auth.test`, { method: "POST", headers })).json();
    expect(await call({})).toMatchObject({ ok: false, error: "not_authed" });
    expect(await call({ authorization: "Bearer xoxb-123-real" })).toMatchObject({ error: "invalid_auth" });
    expect(await call({ authorization: "Bearer xoxb-local" })).toMatchObject({
      ok: true,
      bot_id: "B0HATRACK",
    });
  });

  it("lets nobody change a person's message or one that was deleted", async () => {
    const said = await fetch(`${workspace.url}/local/message`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-local-token": workspace.token },
      body: JSON.stringify({ user: "U0TOM", channel: "C0CASES", text: "mine", settle_ms: 0 }),
    });
    const { ts } = z.object({ ts: z.string() }).parse(await said.json());
    expect((await refused(client.chat.update({ channel: "C0CASES", ts, text: "x" }))).code).toBe(
      "cant_update_message",
    );
    expect((await refused(client.chat.delete({ channel: "C0CASES", ts }))).code).toBe("cant_delete_message");
  });
});
