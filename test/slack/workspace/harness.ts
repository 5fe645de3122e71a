/** A running workspace with a real Bolt app on it, and the person's side as a function. */
import { App, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import { z } from "zod";
import { startWorkspace } from "../../../slack/workspace/server.ts";
import type { RunningWorkspace, WorkspaceOptions } from "../../../slack/workspace/server.ts";
import { directory } from "./directory.ts";

const shownSchema = z.looseObject({
  ok: z.boolean(),
  error: z.string().optional(),
  reason: z.string().optional(),
  ack: z.object({ acked: z.boolean(), ms: z.number(), payload: z.unknown() }).nullable().optional(),
  ephemerals: z.array(z.looseObject({ text: z.string(), ts: z.string(), channel: z.string() })).default([]),
  messages: z.array(z.object({ channel: z.string(), ts: z.string(), change: z.string() })).default([]),
  view: z.looseObject({ id: z.string(), hash: z.string(), blocks: z.array(z.unknown()) }).nullish(),
  errors: z.record(z.string(), z.string()).default({}),
});
export type Shown = z.infer<typeof shownSchema>;

export interface Person {
  (path: string, body: object): Promise<Shown>;
}

/** `POST /local/PATH` with the token; the answer whatever its status. */
export function person(workspace: RunningWorkspace): Person {
  return async (path, body) => {
    const response = await fetch(`${workspace.url}/local/${path}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-local-token": workspace.token },
      body: JSON.stringify({ settle_ms: 150, ...body }),
    });
    return shownSchema.parse(await response.json());
  };
}

export async function openWorkspace(options: Partial<WorkspaceOptions> = {}): Promise<RunningWorkspace> {
  return startWorkspace({ port: 0, file: ":memory:", directory, ...options });
}

/** A Bolt app in Socket Mode; reconnects after `pingMs` when it is told to refresh. */
export function boltApp(workspace: RunningWorkspace, pingMs = 5000): App {
  const clientOptions = { slackApiUrl: `${workspace.url}/api/`, retryConfig: { retries: 0 } };
  const quiet = LogLevel.ERROR;
  const receiver = new SocketModeReceiver({
    appToken: "xapp-local-1",
    clientPingTimeout: pingMs,
    logLevel: quiet,
    installerOptions: { clientOptions },
  });
  return new App({ token: "xoxb-local-1", receiver, clientOptions, logLevel: quiet });
}

const nothing = () => undefined;

/** A Web API client that retries nothing and prints nothing. */
export function quietClient(workspace: RunningWorkspace): WebClient {
  return new WebClient("xoxb-local-1", {
    slackApiUrl: `${workspace.url}/api/`,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
    logger: {
      debug: nothing,
      info: nothing,
      warn: nothing,
      error: nothing,
      setLevel: nothing,
      getLevel: () => LogLevel.ERROR,
      setName: nothing,
    },
  });
}

/** Resolves with the first value given to `settle`. */
export function signal<T>(): { promise: Promise<T>; settle: (value: T) => void } {
  let settle: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    settle = resolve;
  });
  return { promise, settle };
}
