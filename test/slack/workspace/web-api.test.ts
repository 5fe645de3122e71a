import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { WebClient } from "@slack/web-api";
import type { RunningWorkspace } from "../../../slack/workspace/server.ts";
import { openWorkspace, quietClient } from "./harness.ts";

describe("the Web API, through Slack's own client", () => {
  let workspace: RunningWorkspace;
  let client: WebClient;

  beforeAll(async () => {
    workspace = await openWorkspace();
    client = quietClient(workspace);
  });
  afterAll(() => workspace.close());

  it("signs every post with the app's ids, and shows metadata only to who asks", async () => {
    const metadata = { event_type: "case", event_payload: { event_id: "e1" } };
    const { message, ts } = await client.chat.postMessage({ channel: "#soc-ops", text: "hello", metadata });
    expect(message).toMatchObject({ app_id: "A0HATRACK", bot_id: "B0HATRACK", user: "U0HATRACK", metadata });
    expect(message?.bot_profile).toMatchObject({ name: "SOC", app_id: "A0HATRACK" });
    const plain = await client.conversations.history({ channel: "C0OPS" });
    expect(plain.messages?.[0]).toMatchObject({ ts, text: "hello" });
    expect(plain.messages?.[0]?.metadata).toBeUndefined();
    const full = await client.conversations.history({ channel: "C0OPS", include_all_metadata: true });
    expect(full.messages?.[0]?.metadata).toEqual(metadata);
  });

  it("keeps replies out of the channel unless they are broadcast, and counts them at the root", async () => {
    const channel = "C0CASES";
    const root = await client.chat.postMessage({ channel, text: "root" });
    const rootTs = String(root.ts);
    const thread = { channel, thread_ts: rootTs };
    const reply = await client.chat.postMessage({ ...thread, text: "quiet" });
    const loud = await client.chat.postMessage({ ...thread, text: "loud", reply_broadcast: true });
    await client.chat.postMessage({ channel, thread_ts: String(reply.ts), text: "to a reply" });
    const history = await client.conversations.history({ channel });
    expect(history.messages?.map((message) => [message.text, message.subtype, message.reply_count])).toEqual([
      ["loud", "thread_broadcast", undefined],
      ["root", undefined, 3],
    ]);
    const replies = await client.conversations.replies({ channel, ts: String(reply.ts) });
    expect(replies.messages?.map((message) => message.text)).toEqual(["root", "quiet", "loud", "to a reply"]);
    const link = await client.chat.getPermalink({ channel, message_ts: String(loud.ts) });
    expect(link.permalink).toBe(
      `${workspace.url}/archives/C0CASES/p${String(loud.ts).replace(".", "")}?thread_ts=${rootTs}&cid=C0CASES`,
    );
    await client.chat.delete({ channel, ts: rootTs });
    const after = await client.conversations.replies({ channel, ts: rootTs });
    expect(after.messages?.[0]).toMatchObject({ subtype: "tombstone", text: "This message was deleted." });
    expect(after.messages).toHaveLength(4);
  });

  it("pages through history with cursors and cuts it by time", async () => {
    const channel = "C0DIGEST";
    const stamps: string[] = [];
    for (let at = 0; at < 7; at += 1)
      stamps.push((await client.chat.postMessage({ channel, text: String(at) })).ts ?? "");
    const texts: (string | undefined)[] = [];
    for await (const page of client.paginate("conversations.history", { channel, limit: 3 })) {
      const { messages } = page as { messages?: { text?: string }[] };
      texts.push(...(messages ?? []).map((message) => message.text));
    }
    expect(texts).toEqual(["6", "5", "4", "3", "2", "1", "0"]);
    const between = { channel, oldest: stamps[2] ?? "", latest: stamps[4] ?? "" };
    const cut = async (inclusive: boolean) =>
      (await client.conversations.history({ ...between, inclusive })).messages?.map(
        (message) => message.text,
      );
    expect(await cut(false)).toEqual(["3"]);
    expect(await cut(true)).toEqual(["4", "3", "2"]);
  });

  it("opens one direct message per person, whoever asks and how often", async () => {
    const first = await client.conversations.open({ users: "U0MIA" });
    const again = await client.conversations.open({ users: "U0MIA" });
    expect(first.channel?.id).toMatch(/^D/);
    expect(again).toMatchObject({ already_open: true, channel: { id: first.channel?.id } });
    const posted = await client.chat.postMessage({ channel: "U0MIA", text: "hi" });
    expect(posted.channel).toBe(first.channel?.id);
    const listed = await client.conversations.list({ types: "im,public_channel" });
    expect(listed.channels?.map((channel) => channel.name ?? channel.user)).toEqual([
      "soc-cases",
      "soc-digest",
      "soc-ops",
      "U0MIA",
    ]);
    const members = await client.conversations.members({ channel: "C0OPS" });
    expect(members.members).toEqual(["U0MIA", "U0SAM", "U0HATRACK"]);
  });

  it("takes an update's parts one by one: what is left out stays", async () => {
    const channel = "C0OPS";
    const blocks = [{ type: "divider" as const, block_id: "line" }];
    const metadata = { event_type: "case", event_payload: {} };
    const { ts = "" } = await client.chat.postMessage({ channel, text: "a", blocks, metadata });
    const { message } = (await client.chat.update({ channel, ts, text: "b" })) as { message?: object };
    expect(message).toMatchObject({ text: "b", blocks, metadata, edited: { user: "U0HATRACK" } });
    const { message: bare } = (await client.chat.update({ channel, ts, text: "c", blocks: [] })) as {
      message?: object;
    };
    expect(bare).toMatchObject({ text: "c", blocks: [] });
  });

  it("shares an uploaded picture in a message, and keeps it from who has no link", async () => {
    const bytes = Buffer.from("89504e470d0a1a0a0000", "hex");
    await client.filesUploadV2({
      channel_id: "C0OPS",
      file: bytes,
      filename: "curve.png",
      title: "Curve",
      initial_comment: "This week",
    });
    const { messages = [] } = await client.conversations.history({ channel: "C0OPS", limit: 1 });
    expect(messages[0]).toMatchObject({
      text: "This week",
      files: [{ title: "Curve", mimetype: "image/png", size: 10 }],
    });
    const url = messages[0]?.files?.[0]?.url_private ?? "";
    const got = await fetch(url);
    expect(got.headers.get("content-type")).toBe("image/png");
    expect(Buffer.from(await got.arrayBuffer())).toEqual(bytes);
    expect((await fetch(url.replace(/[^/]+$/, "guess"))).status).toBe(404);
  });

  it("adds a reaction once", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel: "C0OPS", text: "x" });
    const add = () => client.reactions.add({ channel: "C0OPS", timestamp: ts, name: "eyes" });
    await add();
    await expect(add()).rejects.toThrow("already_reacted");
  });

  it("takes JSON and forms alike, and grants what its directory grants", async () => {
    const headers = {
      authorization: "Bearer xoxb-local-1",
      "content-type": "application/json; charset=utf-8",
    };
    const body = JSON.stringify({ channel: "C0OPS", text: "json", blocks: [{ type: "divider" }] });
    const answer = await fetch(`${workspace.url}/api/chat.postMessage`, { method: "POST", headers, body });
    expect(await answer.json()).toMatchObject({ ok: true, channel: "C0OPS" });
    expect(answer.headers.get("x-oauth-scopes")).toContain("chat:write");
    const poor = await openWorkspace({
      directory: {
        app: { scopes: ["chat:write"] },
        channels: [{ id: "C0A", name: "a" }],
        users: [{ id: "U0A", name: "a", real_name: "A" }],
      },
    });
    await expect(quietClient(poor).usergroups.list()).rejects.toThrow("missing_scope");
    await poor.close();
  });
});
