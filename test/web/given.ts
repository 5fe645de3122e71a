/** A dashboard over the log of one case, and what a test asks it for. */
import { readFileSync } from "node:fs";
import { request } from "node:http";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { parseEventText } from "../../src/events/parse.ts";
import { policyPage } from "../../src/gate/policy-page.ts";
import { shippedRoles } from "../../src/load-roles.ts";
import { loadSocFile, policyOf } from "../../src/soc-file.ts";
import type { PolicySource } from "../../web/read/policy.ts";
import type { Shelf } from "../../web/read/scorecards.ts";
import { startDashboard, type DashboardOptions, type RunningDashboard } from "../../web/server.ts";
import { root } from "../bin/cli.ts";

/** fixtures/case-log.jsonl: one case from its alert to its closing, and a little of an earlier one. */
export const theCase = "CASE-7K3F9QWM2T";

export function caseLog(): AnyEvent[] {
  const file = join(root, "fixtures/case-log.jsonl");
  return readFileSync(file, "utf8")
    .trimEnd()
    .split("\n")
    .map((line, at) => parseEventText(line, `${file}:${at + 1}`));
}

/** A bus that holds these events; log time is their own. */
export async function busOf(events: readonly AnyEvent[], groups: readonly string[] = []): Promise<LocalBus> {
  const clock = manualClock(0);
  const bus = new LocalBus({ clock });
  await bus.open(groups);
  for (const event of events) {
    clock.set(Math.max(clock.now(), Date.parse(event.time)));
    await bus.publish([event]);
  }
  return bus;
}

export async function shippedPolicy(): Promise<PolicySource> {
  const soc = await loadSocFile(join(root, "soc.yaml"));
  const policy = policyOf(soc, () => "unknown");
  return { page: policyPage(policy), reviewers: soc.policy.reviewers, onCall: soc.onCall };
}

export interface Wish extends Partial<Omit<DashboardOptions, "scorecards">> {
  readonly events?: readonly AnyEvent[];
  readonly shelf?: Shelf;
}

export interface Given extends RunningDashboard {
  readonly bus: LocalBus;
}

export async function givenDashboard({ events = caseLog(), shelf = [], ...wish }: Wish = {}): Promise<Given> {
  const bus = await busOf(events, shippedRoles);
  const dashboard = await startDashboard({
    ...{ bus, live: true, about: "data", policy: await shippedPolicy(), memory: {}, order: shippedRoles },
    ...{ clock: manualClock(Date.parse("2026-03-02T10:00:00.000Z")), diagnostics: silent },
    ...{ port: 0, host: "127.0.0.1", names: [], token: undefined },
    scorecards: () => Promise.resolve(shelf),
    ...wish,
  });
  return {
    bus,
    url: dashboard.url,
    close: async () => {
      await dashboard.close();
      await bus.close();
    },
  };
}

export interface Answered {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

/** As a browser would ask, or as none would: `fetch` does not let a test name another host. */
export async function ask(
  url: string,
  path: string,
  options: { readonly method?: string; readonly headers?: Readonly<Record<string, string>> } = {},
): Promise<Answered> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(url), { path, ...options }, (response) => {
      text(response).then((body) => {
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
      }, reject);
    });
    asked.on("error", reject);
    asked.end();
  });
}
