import { request } from "node:http";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import type { RunningWorkspace } from "../../../slack/workspace/server.ts";
import { openWorkspace, person, quietClient } from "./harness.ts";
import type { Person } from "./harness.ts";
import { card } from "./samples.ts";

interface Call {
  path?: string;
  method?: string;
  headers?: Record<string, string>;
  body?: string;
}

const stateSchema = z.object({
  channels: z.array(
    z.looseObject({
      id: z.string(),
      messages: z.array(
        z.looseObject({ ts: z.string(), text: z.string(), replies: z.array(z.looseObject({})) }),
      ),
    }),
  ),
  ephemerals: z.array(z.looseObject({ text: z.string(), only_visible_to: z.string() })),
  usergroups: z.array(z.looseObject({ id: z.string(), users: z.array(z.string()) })),
});

describe("the person's side", () => {
  let workspace: RunningWorkspace;
  let act: Person;
  let ts = "";

  /** Raw HTTP, since `fetch` does not let a caller choose its Host. */
  const call = ({ path = "/local/message", method = "POST", headers = {}, body = "{}" }: Call) =>
    new Promise<{ status: number; json: unknown }>((resolve, reject) => {
      const sent = request(`${workspace.url}${path}`, { method, headers }, (response) => {
        let text = "";
        response.on("data", (piece: Buffer) => (text += piece.toString()));
        response.on("end", () => {
          const json: unknown = text.startsWith("{") ? JSON.parse(text) : text;
          resolve({ status: response.statusCode ?? 0, json });
        });
      });
      sent.on("error", reject);
      sent.end(method === "GET" ? undefined : body);
    });
  const good = () => ({ "x-local-token": workspace.token, "content-type": "application/json" });
  const state = async () =>
    stateSchema.parse((await call({ path: "/local/state", method: "GET", headers: good() })).json);

  beforeAll(async () => {
    workspace = await openWorkspace();
    act = person(workspace);
    const posted = await quietClient(workspace).chat.postMessage({
      channel: "C0CASES",
      text: "card",
      blocks: card("Go"),
    });
    ts = posted.ts ?? "";
  });
  afterAll(() => workspace.close());

  it.each([
    ["no token", { "content-type": "application/json" }, 401, "bad_token"],
    ["a wrong token", { "content-type": "application/json", "x-local-token": "guess" }, 401, "bad_token"],
  ])("refuses a call with %s", async (_what, headers, status, error) => {
    expect(await call({ headers })).toMatchObject({ status, json: { ok: false, error } });
    expect((await call({ path: "/local/state", method: "GET", headers })).status).toBe(401);
    expect((await call({ path: "/local/page/live", method: "GET", headers })).status).toBe(401);
  });

  it.each(["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "10.0.0.1", "[::2]"])(
    "refuses every path under the host name %j",
    async (host) => {
      for (const path of ["/", "/local/state", "/api/auth.test", "/page.js"])
        expect(await call({ path, method: "GET", headers: { ...good(), host } })).toMatchObject({
          status: 403,
          json: { error: "bad_host" },
        });
    },
  );

  it("answers under localhost and refuses another site's page even with the token", async () => {
    const { port } = new URL(workspace.url);
    const headers = { ...good(), host: `localhost:${port}` };
    expect((await call({ path: "/local/state", method: "GET", headers })).status).toBe(200);
    const foreign = { ...good(), origin: "https://evil.example" };
    expect(await call({ path: "/api/chat.postMessage", headers: foreign })).toMatchObject({
      status: 403,
      json: { error: "bad_origin" },
    });
  });

  it("refuses what another site's page lets a browser fetch without naming its origin, as a picture is", async () => {
    const path = "/api/chat.postMessage?token=xoxb-local-1&channel=C0CASES&text=hello";
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "no-cors" };
    const refused = { status: 403, json: { error: "bad_origin" } };
    expect(await call({ path, method: "GET", headers })).toMatchObject(refused);
    const sameSite = { "sec-fetch-site": "same-site" };
    expect(await call({ path, method: "GET", headers: sameSite })).toMatchObject(refused);
    const own = { ...good(), "sec-fetch-site": "same-origin" };
    expect((await call({ path: "/local/state", method: "GET", headers: own })).status).toBe(200);
  });

  it("opens when a link to it is followed from another site", async () => {
    const headers = { "sec-fetch-site": "cross-site", "sec-fetch-mode": "navigate" };
    expect((await call({ path: "/", method: "GET", headers })).status).toBe(200);
    expect((await call({ path: "/archives/C0CASES/p1", method: "GET", headers })).status).toBe(200);
    expect((await call({ path: "/api/auth.test", method: "GET", headers })).status).toBe(403);
    expect((await call({ path: "//", method: "GET" })).status).toBe(404);
  });

  it.each(["//", "/link/?ticket=guess", "/link//"])(
    "lives on when another site's page opens a socket at %j, and lets none in",
    async (path) => {
      const answered = new Promise<string>((resolve, reject) => {
        const socket = connect(Number(new URL(workspace.url).port), "127.0.0.1");
        socket.on("error", reject).on("data", (piece) => {
          resolve(piece.toString().split("\r\n")[0] ?? "");
        });
        const { host } = new URL(workspace.url);
        const head = [`GET ${path} HTTP/1.1`, `Host: ${host}`, "Connection: Upgrade", "Upgrade: websocket"];
        socket.write(
          `${head.join("\r\n")}\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${"A".repeat(22)}==\r\n\r\n`,
        );
      });
      expect(await answered).toBe("HTTP/1.1 401 Unauthorized");
      expect((await call({ path: "/", method: "GET" })).status).toBe(200);
    },
  );

  it("takes JSON only, by POST only, and says what it does not know", async () => {
    const form = { ...good(), "content-type": "application/x-www-form-urlencoded" };
    expect((await call({ headers: form, body: "user=U0MIA" })).status).toBe(415);
    expect((await call({ headers: good(), method: "PUT" })).status).toBe(405);
    expect((await call({ headers: good(), body: "{" })).json).toMatchObject({ error: "invalid_json" });
    expect((await call({ headers: good(), path: "/local/dance" })).status).toBe(404);
    expect((await call({ headers: good(), body: "x".repeat(200_001) })).status).toBe(413);
  });

  it("answers 400 with the path and the reason of every fault in a body", async () => {
    const body = JSON.stringify({ user: "U0MIA", channel: 7, text: "", colour: "red" });
    const answer = await call({ headers: good(), body });
    expect(answer.status).toBe(400);
    expect(answer.json).toMatchObject({
      error: "invalid_request",
      issues: [
        { path: "channel", reason: "Invalid input: expected string, received number" },
        { path: "text", reason: expect.stringContaining("expected string to have >=1 characters") as string },
        { path: "", reason: 'Unrecognized key: "colour"' },
      ],
    });
    const click = JSON.stringify({ user: "U0MIA", action_id: "a", channel: "C0CASES" });
    const either = await call({ path: "/local/click", headers: good(), body: click });
    expect(either.json).toMatchObject({ reason: "expected either channel and ts, or view_id" });
  });

  it.each([
    ["somebody unknown", { user: "U0NOBODY" }, "user_not_found"],
    ["a deactivated user", { user: "U0OLD" }, "account_inactive"],
    ["a stranger who is not in the channel", { user: "U0FAR" }, "not_in_channel"],
    ["a message that is not there", { ts: "1.000000" }, "message_not_found"],
    ["a button that is not on the card any more", { action_id: "gate.gone" }, "action_not_found"],
  ])("refuses a click of or on %s", async (_what, change, error) => {
    const click = { user: "U0MIA", channel: "C0CASES", ts, action_id: "gate.authorise", ...change };
    expect(await act("click", click)).toMatchObject({ ok: false, error });
  });

  it("says that nobody answers when no app is connected", async () => {
    const click = { user: "U0MIA", channel: "C0CASES", ts, action_id: "gate.authorise" };
    expect(await act("click", click)).toMatchObject({
      ok: false,
      error: "operation_timed_out",
      ack: { acked: false },
    });
    const typed = await act("command", { user: "U0MIA", channel: "C0CASES", text: "/soc help" });
    expect(typed).toMatchObject({ ok: false, error: "dispatch_failed" });
    expect((await state()).ephemerals).toMatchObject([
      { text: '/soc failed with the error "dispatch_failed"', only_visible_to: "U0MIA" },
    ]);
  });

  it("shows threads, and lets a person dismiss what only they see", async () => {
    await act("message", { user: "U0TOM", channel: "C0CASES", text: "looking", thread_ts: ts });
    const { channels, ephemerals } = await state();
    const cases = channels.find((channel) => channel.id === "C0CASES");
    expect(cases?.messages).toMatchObject([
      { ts, reply_count: 1, replies: [{ text: "looking", thread_ts: ts }] },
    ]);
    const only = z.object({ ts: z.string() }).parse(ephemerals[0]);
    const dismissal = { user: "U0MIA", channel: "C0CASES", ts: only.ts, settle_ms: undefined };
    expect(await act("dismiss", { ...dismissal, user: "U0TOM" })).toMatchObject({
      error: "message_not_found",
    });
    expect(await act("dismiss", dismissal)).toMatchObject({ ok: true });
    expect(await act("dismiss", { ...dismissal, ts })).toMatchObject({ error: "not_ephemeral" });
    expect((await state()).ephemerals).toEqual([]);
  });

  it("disables a user group that nobody is left in, as Slack has no empty ones", async () => {
    const group = (users: string[]) => act("usergroup", { id: "S0TIER2", users, settle_ms: undefined });
    expect(await group(["U0NOBODY"])).toMatchObject({ ok: false, error: "invalid_users" });
    expect(await group([])).toMatchObject({ ok: true, usergroup: { users: [], user_count: 0 } });
    const client = quietClient(workspace);
    const listed = await client.usergroups.list({ include_users: true });
    expect(listed.usergroups?.map((known) => known.id)).toEqual(["S0IRLEAD"]);
    expect((await client.usergroups.users.list({ usergroup: "S0TIER2" })).users).toEqual([]);
    await group(["U0TOM"]);
    const all = await client.usergroups.list({ include_users: true });
    expect(all.usergroups?.map((known) => known.users)).toEqual([["U0MIA"], ["U0TOM"]]);
  });

  it("tells guests and strangers apart in users.info", async () => {
    const client = quietClient(workspace);
    const info = async (user: string) => (await client.users.info({ user })).user;
    expect(await info("U0GUS")).toMatchObject({ is_restricted: true, team_id: "T0LOCAL" });
    expect(await info("U0FAR")).toMatchObject({ is_stranger: true, team_id: "T0PARTNER" });
    expect(await info("U0OLD")).toMatchObject({ deleted: true });
    expect(await info("U0HATRACK")).toMatchObject({ is_bot: true });
  });
});

describe("a directory that cannot be", () => {
  it.each([
    ["a member nobody knows", { channels: [{ id: "C0A", name: "a", members: ["U0X"] }] }, "U0X is no user"],
    ["nobody at all", { users: [] }, "users"],
    [
      "one id twice",
      {
        usergroups: [
          { id: "S0A", handle: "a", name: "A", users: [] },
          { id: "S0A", handle: "b", name: "B", users: [] },
        ],
      },
      "S0A stands twice",
    ],
    ["an unknown word", { colour: "red" }, "colour"],
  ])("is refused: %s", async (_what, change, reason) => {
    const base = { channels: [{ id: "C0A", name: "a" }], users: [{ id: "U0A", name: "a", real_name: "A" }] };
    await expect(openWorkspace({ directory: { ...base, ...change } })).rejects.toThrow(reason);
  });
});
