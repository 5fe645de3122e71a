/** The whole SOC in one process: bus, roles, workspace or Slack, alerts. What `hatrack start` runs. */
import { join } from "node:path";
import { systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { cardKey } from "../src/gate/card-ref.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import { loadRole, loadRoles } from "../src/load-roles.ts";
import { RoleTeam } from "../src/team.ts";
import type { AlertSource } from "../src/seams/alert-source.ts";
import type { WebhookSource } from "../vendors/webhook-source.ts";
import type { Connection } from "../slack/connection.ts";
import { startSlack } from "../slack/start.ts";
import { loadModel, loadOrganisation, loadTools } from "./assemble.ts";
import { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import { startControl } from "./control.ts";
import { startGateWatch } from "./gate-watch.ts";
import { loadKeys } from "./keys.ts";
import { memorySnapshot } from "./memory-snapshot.ts";
import { openBus } from "./open-bus.ts";
import { home, readJson } from "./reference.ts";
import { alertSource, type Pace } from "./sources.ts";

export interface SocOptions {
  readonly config: Config;
  readonly port: number;
  readonly pace: Pace;
  /** Real Slack, a local workspace of our own, or one that is running already. */
  readonly workspace: "slack" | "embedded" | { readonly url: string };
  /** Files of roles beside the shipped ones. */
  readonly ownRoles: readonly string[];
  readonly diagnostics: Diagnostics;
  readonly signal: AbortSignal;
}

export interface RunningSoc {
  /** "URL#TOKEN" of the local workspace's page; undefined with a real Slack. */
  readonly page: string | undefined;
  /** Rejects when a role stops for good. */
  readonly failed: Promise<never>;
  close(): Promise<void>;
}

export async function runSoc(options: SocOptions): Promise<RunningSoc> {
  const open = new Closers();
  try {
    return await assemble(options, open);
  } catch (error) {
    // What failed first is what there is to say; what fails because of it is not.
    await open.close().catch(() => undefined);
    throw error;
  }
}

async function assemble(options: SocOptions, open: Closers): Promise<RunningSoc> {
  const { config, diagnostics } = options;
  const source = alertSource(config, options.pace);
  const organisation = await loadOrganisation(config);
  const keys = await loadKeys(config, "gate");
  const bus = await openBus(config, "write", diagnostics);
  open.add(() => bus.close());
  const workspace = options.workspace === "embedded" ? await startLocalWorkspace(options) : undefined;
  if (workspace !== undefined) open.add(() => workspace.close());
  const slack = await startSlack({
    bus: new TrustedBus(bus, keys),
    ...organisation,
    clock: systemClock,
    diagnostics,
    connection: connectionOf(options, workspace?.url),
    cardKey: keys.frontEnd && cardKey(keys.frontEnd),
    departmentOf: (host) => organisation.inventory.departmentOf(host),
  });
  open.add(() => slack.close());
  const team = new RoleTeam({
    bus,
    roles: [...(await loadRoles()), ...(await Promise.all(options.ownRoles.map((file) => loadRole(file))))],
    model: await loadModel(config),
    tools: await loadTools(config, new TrustedBus(bus, { trusted: keys.trusted }), organisation.inventory),
    gate: { policy: organisation.policy, directory: slack.directory },
    keys,
    recall: config.recall,
    snapshot: memorySnapshot(config),
    clock: systemClock,
    diagnostics,
  });
  open.add(() => team.stop());
  await team.start();
  const trusted = new TrustedBus(bus, { trusted: keys.trusted });
  await startGateWatch(config, { bus: trusted, policy: organisation.policy, diagnostics, open });
  const control = await startControl({ ...config, bus, diagnostics, unready: () => slack.unready() });
  open.add(() => control.close());
  const ending = new AbortController();
  const alerts = consume(team, source, {
    diagnostics,
    signal: AbortSignal.any([options.signal, ending.signal]),
  });
  open.add(() => {
    ending.abort();
    return alerts;
  });
  return {
    page: workspace && `${workspace.url}/#${workspace.token}`,
    failed: team.failed,
    close: () => open.close(),
  };
}

/** Alerts come in beside everything else; a source that ends or fails leaves the SOC at work. */
async function consume(
  team: RoleTeam,
  source: AlertSource | WebhookSource,
  { diagnostics, signal }: Pick<SocOptions, "diagnostics" | "signal">,
): Promise<void> {
  if ("listening" in source)
    source.listening.then(
      (url) => {
        diagnostics.info({ url }, `alerts are taken at ${url}, signed with WEBHOOK_SECRET`);
      },
      // Why it does not listen, consuming it says.
      () => undefined,
    );
  try {
    await team.consume(source, signal);
    if (!signal.aborted) diagnostics.info({ source: source.name }, "all alerts of the source are on the log");
  } catch (error) {
    if (signal.aborted) return;
    const message = `no more alerts come in: ${reasonOf(error)}. What is on the log is worked on; mend the source and start again`;
    diagnostics.error({ source: source.name }, message);
  }
}

async function startLocalWorkspace({
  config,
  port,
}: SocOptions): Promise<{ url: string; token: string; close(): Promise<void> }> {
  const { startWorkspace } = await import("../slack/workspace/server.ts");
  const directory = await readJson(join(home, "fixtures/workspace.json"), "local workspace");
  try {
    return await startWorkspace({ port, file: join(config.dataDir, "workspace.db"), directory });
  } catch (cause) {
    throw new HatrackError(
      "workspace_unavailable",
      `local workspace: cannot serve on port ${port} (${reasonOf(cause)}); --port N takes another, without it any free one`,
      { cause },
    );
  }
}

function connectionOf({ config, workspace }: SocOptions, ownUrl: string | undefined): Connection {
  if (typeof workspace === "object") return { kind: "local", url: workspace.url };
  if (ownUrl !== undefined) return { kind: "local", url: ownUrl };
  if (config.slack !== undefined) return { kind: "slack", credentials: config.slack };
  throw new HatrackError("config_invalid", "no workspace: expected Slack's tokens or the local workspace");
}
