import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import { readFileSync } from "node:fs";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import humanGate from "../../roles/human-gate.ts";
import { slackActions } from "../../slack/ids.ts";
import { startSlack, type RunningSlack } from "../../slack/start.ts";
import { startWorkspace, type RunningWorkspace } from "../../slack/workspace/server.ts";
import type { Subscription } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { makeCardRef } from "../../src/gate/card-ref.ts";
import { policyOf } from "../../src/soc-file.ts";
import { alert, proposed, publish, said, triage } from "./given.ts";
import { soc } from "./soc.ts";

const signingSecret = "0123456789abcdef0123456789abcdef";
const people: unknown = JSON.parse(
  readFileSync(new URL("../../fixtures/workspace.json", import.meta.url), "utf8"),
);

let workspace: RunningWorkspace;
let bus: LocalBus;
let slack: RunningSlack;
let gate: Subscription;
let port: number;

const cardKey = new Uint8Array(32).fill(7);

beforeEach(async () => {
  workspace = await startWorkspace({ port: 0, file: ":memory:", directory: people });
  bus = new LocalBus();
  await bus.open(["human-gate", "slack-gate", "slack-case"]);
  port = await freePort();
  const credentials = { mode: "http", botToken: "xoxb-local-http", signingSecret, port } as const;
  const connection = { kind: "slack", credentials, apiUrl: `${workspace.url}/api/` } as const;
  slack = await startSlack({
    bus,
    soc,
    connection,
    clock: systemClock,
    diagnostics: silent,
    limitMode: "exact",
    cardKey,
  });
  gate = humanGate.start({
    ...{ bus, clock: systemClock, diagnostics: silent, tools: [], model: () => undefined },
    gate: { policy: policyOf(soc, () => "workstation"), directory: slack.directory },
  });
});

afterEach(async () => {
  await slack.close();
  await gate.close();
  await bus.close();
  await workspace.close();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: free } = z.object({ port: z.number() }).parse(server.address());
  await new Promise((resolve) => server.close(resolve));
  return free;
}

/** A press of "I'm on it", as Slack posts it. */
function press(card: KnownEvent<"message.posted">, user: string): string {
  const { channel, ts, proposalId, eventId } = card.data;
  const payload = {
    type: "block_actions",
    api_app_id: "A0HATRACK",
    team: { id: "T0NORTHWIND" },
    user: { id: user, team_id: "T0NORTHWIND" },
    trigger_id: "1.2.3",
    response_url: `${workspace.url}/nowhere`,
    container: { type: "message", message_ts: ts, channel_id: channel },
    channel: { id: channel },
    message: { ts },
    actions: [
      {
        type: "button",
        block_id: "b",
        action_id: slackActions.onIt,
        action_ts: "1700000000.000100",
        value: makeCardRef(
          cardKey,
          { caseId: card.subject, proposalId: proposalId ?? "", eventId, round: 0 },
          Date.now() + 60_000,
        ),
      },
    ],
  };
  return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
}

function send(
  body: string,
  { secret = signingSecret, at = Math.floor(Date.now() / 1000) } = {},
): Promise<Response> {
  const signature = createHmac("sha256", secret).update(`v0:${at}:${body}`).digest("hex");
  return fetch(`http://127.0.0.1:${port}/slack/events`, {
    method: "POST",
    headers: {
      "content-type": "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": String(at),
      "x-slack-signature": `v0=${signature}`,
    },
    body,
  });
}

async function cardPosted(): Promise<KnownEvent<"message.posted">> {
  const at = Date.now();
  await publish(
    bus,
    said("alert.received", alert(), { at }),
    said("alert.triaged", triage(), { at, source: "/roles/sentinel" }),
    said("action.proposed", proposed(), { at, source: "/roles/ir-lead" }),
  );
  for await (const { event } of bus.follow({
    types: ["message.posted"],
    signal: AbortSignal.timeout(20_000),
  })) {
    if (isEvent(event, "message.posted") && event.data.kind === "gate") return event;
  }
  throw new Error("no card was posted");
}

async function decisions(): Promise<KnownEvent<"decision.submitted">[]> {
  const all: KnownEvent<"decision.submitted">[] = [];
  for await (const { event } of bus.read({ types: ["decision.submitted"] })) {
    if (isEvent(event, "decision.submitted")) all.push(event);
  }
  return all;
}

it("over signed HTTP a press is on the log before it is acknowledged, and the same request again is one decision", async () => {
  const card = await cardPosted();
  const body = press(card, "U0MIA");
  expect((await send(body)).status).toBe(200);
  expect((await decisions()).map(({ data }) => data)).toMatchObject([
    { decision: "assign", surface: "slack", principal: { team: "T0NORTHWIND", user: "U0MIA" } },
  ]);
  expect((await send(body)).status).toBe(200);
  expect(await decisions()).toHaveLength(1);
});

it("a request signed with another secret, long ago or for later, is refused and leaves nothing on the log", async () => {
  const card = await cardPosted();
  const body = press(card, "U0MIA");
  expect((await send(body, { secret: "f".repeat(32) })).status).toBe(401);
  expect((await send(body, { at: Math.floor(Date.now() / 1000) - 3600 })).status).toBe(401);
  expect((await send(body, { at: Math.floor(Date.now() / 1000) + 600 })).status).toBe(401);
  expect(await decisions()).toEqual([]);
});

/** Where answers to commands go; `heard` has their paths. */
async function answers(): Promise<{
  heard: string[];
  url: string;
  next: () => Promise<unknown>;
  close: () => Promise<void>;
}> {
  const heard: string[] = [];
  let waiting = Promise.withResolvers<undefined>();
  const server = createServer((request, response) => {
    heard.push(request.url ?? "");
    response.end("ok");
    waiting.resolve(undefined);
    waiting = Promise.withResolvers();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: at } = z.object({ port: z.number() }).parse(server.address());
  const close = async (): Promise<void> => {
    await new Promise((resolve) => server.close(resolve));
  };
  return { heard, url: `http://127.0.0.1:${at}`, next: () => waiting.promise, close };
}

const typed = (app: string, trigger: string, url: string): string =>
  new URLSearchParams({
    ...{ command: "/soc", text: "help", api_app_id: app, team_id: "T0NORTHWIND", user_id: "U0LEE" },
    ...{ channel_id: "C0OPS", trigger_id: trigger, response_url: url },
  }).toString();

it("a signed request that somebody sends again is answered, and nothing is done a second time", async () => {
  const { heard, url, next, close } = await answers();
  const at = Math.floor(Date.now() / 1000);
  const first = next();
  expect((await send(typed("A0HATRACK", "1.2.3", `${url}/first`), { at })).status).toBe(200);
  await first;
  expect((await send(typed("A0HATRACK", "1.2.3", `${url}/first`), { at })).status).toBe(200);
  // The same command in a request of its own: a retry with a new signature.
  expect((await send(typed("A0HATRACK", "1.2.3", `${url}/first`), { at: at - 1 })).status).toBe(200);
  const last = next();
  expect((await send(typed("A0HATRACK", "1.2.4", `${url}/second`), { at })).status).toBe(200);
  await last;
  expect(heard).toEqual(["/first", "/second"]);
  await close();
});

it("a command that nobody knows is acknowledged, and who typed it is told", async () => {
  const body = typed("A0HATRACK", "1.2.9", workspace.url).replace("%2Fsoc", "%2Fother");
  const answer = await send(body);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("no longer handled");
});

it("a command for another app is acknowledged and answered by nobody", async () => {
  const { heard, url, next, close } = await answers();
  const first = next();
  expect((await send(typed("A0OTHER", "1.2.3", `${url}/A0OTHER`))).status).toBe(200);
  expect((await send(typed("A0HATRACK", "1.2.3", `${url}/A0HATRACK`))).status).toBe(200);
  await first;
  expect(heard).toEqual(["/A0HATRACK"]);
  await close();
});
