/**
 * Looks at Falcon as the doctor does: it is reached, the API client may read what is needed and no more, and its clock is
 * ours. Reads only. What a client may write cannot be tried without writing: that shows only where its token names it.
 */
import { examine, type Check } from "../src/check.ts";
import type { Clock } from "../src/clock.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { FalconClient } from "./falcon-client.ts";
import { consoleHostOf } from "./falcon-cloud.ts";

export interface FalconCheck {
  readonly client: FalconClient;
  readonly clock: Clock;
  /** Of soc.yaml. */
  readonly consoleHosts: readonly string[];
  /** What Falcon is asked for, as it is set up: nothing else is demanded. */
  readonly uses: readonly FalconUse[];
}

export type FalconUse = "alerts" | "hosts";

const scopes = {
  alerts: { scope: "Alerts: read", path: "/alerts/queries/alerts/v2" },
  hosts: { scope: "Hosts: read", path: "/devices/queries/devices/v1" },
} as const satisfies Readonly<Record<FalconUse, object>>;

/** Read by a client that has more than it should: a 200 instead of a 403 says so. */
const beyond = [
  { scope: "Prevention policies: read", path: "/policy/queries/prevention/v1" },
  { scope: "Real time response: read", path: "/real-time-response/queries/sessions/v1" },
  { scope: "User management: read", path: "/user-management/queries/users/v1" },
  { scope: "IOC Management: read", path: "/iocs/queries/indicators/v1" },
] as const;

/** As tokens name them. What both scopes read is never too much: look-ups may be added. */
const modest = /^(?:alerts?|hosts?|devices?)[:._-]read$/i;

/** A gap beyond which log times and Falcon's do not compare. Milliseconds. */
const tolerableSkewMs = 30_000;

/** Each check as soon as it is known. */
export async function* checkFalcon(asked: FalconCheck): AsyncGenerator<Check> {
  const { client, clock } = asked;
  const needed = asked.uses.map((use) => scopes[use]);
  let servedAtMs: number | undefined;
  const missing: Check[] = [];
  for (const { scope, path } of needed) {
    try {
      ({ servedAtMs } = await client.read({ path, query: { limit: "1" } }));
    } catch (error) {
      if (!(error instanceof HatrackError && error.code === "falcon_scope_missing")) {
        yield { name: "falcon", status: "fail", found: reasonOf(error), fix: fixFor(error, client.origin) };
        return;
      }
      const fix = `In the Falcon console, API clients and keys: give this client "${scope}".`;
      missing.push({ name: "falcon scopes", status: "fail", found: error.message, fix });
    }
  }
  yield { name: "falcon", status: "ok", found: client.origin };
  if (missing.length === 0) yield await checkMore(client, needed.map(({ scope }) => scope).join(", "));
  else yield* missing;
  if (servedAtMs !== undefined) yield await checkClock(servedAtMs - clock.now());
  yield checkConsole(asked);
}

async function checkMore(client: FalconClient, needed: string): Promise<Check> {
  const named = (await client.scopes()).filter((scope) => !modest.test(scope));
  const read: string[] = [];
  for (const { scope, path } of beyond) {
    const may = await client.read({ path, query: { limit: "1" } }).then(
      () => true,
      () => false,
    );
    if (may) read.push(scope);
  }
  const more = [...new Set([...named, ...read])];
  if (more.length === 0) return { name: "falcon scopes", status: "ok", found: needed };
  const found = `the API client may do more than it needs: ${more.join(", ")}`;
  const fix = `Use an API client with ${needed} alone: hatrack asks for nothing else.`;
  return { name: "falcon scopes", status: "warn", found, fix };
}

function checkClock(skewMs: number): Promise<Check> {
  return examine("falcon clock", "Run an NTP client on this machine.", () => {
    // The server says it in whole seconds.
    if (Math.abs(skewMs) <= tolerableSkewMs) return "within seconds of Falcon's";
    throw new HatrackError("clock_skew", `this clock is ${Math.round(-skewMs / 1000)} s from Falcon's`);
  });
}

function checkConsole({ client, consoleHosts }: FalconCheck): Check {
  const name = "falcon console";
  const host = consoleHostOf(client.origin);
  if (host === undefined)
    return { name, status: "skipped", found: `${client.origin} is no known cloud of Falcon` };
  if (consoleHosts.includes(host)) return { name, status: "ok", found: `cards link to ${host}` };
  const fix = `Add ${host} to consoleHosts in soc.yaml.`;
  return { name, status: "warn", found: `cards show no link to ${host}: it is not among consoleHosts`, fix };
}

function fixFor(error: unknown, origin: string): string {
  const code = error instanceof HatrackError ? error.code : "";
  if (code === "falcon_credentials")
    return "Set FALCON_CLIENT_ID and FALCON_CLIENT_SECRET to an API client's of this cloud.";
  if (code === "http_redirected") return "Set FALCON_BASE_URL to the cloud that is named.";
  return `Correct FALCON_BASE_URL (now ${origin}), or let this machine reach it.`;
}
