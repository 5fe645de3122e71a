import { once } from "node:events";
import { createServer } from "node:http";
import { createServer as createSilent, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { z } from "zod";
import { boltLogger } from "../../slack/bolt-logger.ts";
import { Sockets } from "../../slack/sockets.ts";
import type { RunningWorkspace } from "../../slack/workspace/server.ts";
import { silent } from "../../src/diagnostics.ts";
import { openWorkspace, person } from "./workspace/harness.ts";

let workspace: RunningWorkspace;
let sockets: Sockets;
const stops: (() => Promise<void>)[] = [];

beforeEach(async () => {
  workspace = await openWorkspace();
  sockets = new Sockets();
});
afterEach(async () => {
  sockets.close();
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await workspace.close();
});

async function connect(): Promise<void> {
  const { client } = sockets.receiver({
    ...{ appToken: "xapp-local-1", logger: boltLogger(silent) },
    installerOptions: { clientOptions: { slackApiUrl: `${workspace.url}/api/` } },
  });
  stops.push(() => client.disconnect());
  await client.start();
}

const standing = async (): Promise<unknown> => {
  const headers = { "x-local-token": workspace.token };
  const state = (await (await fetch(`${workspace.url}/local/state`, { headers })).json()) as object;
  return "sockets" in state ? state.sockets : undefined;
};

it("the last of two connections is made anew a little later, and the other stands meanwhile", async () => {
  await connect();
  await connect();
  expect(await standing()).toBe(2);
  sockets.stagger(1);
  await expect.poll(standing).toBe(1);
  expect(sockets.whyNot()).toBeUndefined();
});

it("says so when none stands", async () => {
  expect(sockets.whyNot()).toBeUndefined();
  await connect();
  expect(sockets.whyNot()).toBeUndefined();
  await person(workspace)("chaos", { cut: 1, settle_ms: undefined });
  await expect.poll(() => sockets.whyNot()).toContain("no connection to Slack stands");
});

async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return z.object({ port: z.number() }).parse(server.address()).port;
}

it("ends without an error that nobody hears when it is told to end while it connects", async () => {
  // It takes the connection, and never says a word.
  const taken: Socket[] = [];
  const silentServer = createSilent((socket) => taken.push(socket.on("error", () => undefined)));
  const url = `ws://127.0.0.1:${await portOf(silentServer)}`;
  const api = createServer((_, response) => {
    response.setHeader("content-type", "application/json").end(JSON.stringify({ ok: true, url }));
  });
  const slackApiUrl = `http://127.0.0.1:${await portOf(api)}/api/`;
  const { client } = sockets.receiver({
    ...{ appToken: "xapp-local-1", logger: boltLogger(silent) },
    installerOptions: { clientOptions: { slackApiUrl } },
  });
  const connecting = new Promise((resolve) => client.once("connecting", resolve));
  const started = client.start();
  await connecting;
  await client.disconnect();
  expect(await started).toEqual({ ok: false });
  for (const socket of taken) socket.destroy();
  silentServer.close();
  api.close();
  api.closeAllConnections();
});
