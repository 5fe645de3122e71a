/** The whole SOC in one process: bus, roles, workspace or Slack, alerts. What `hatrack start` runs. */
import { join } from "node:path";
import { systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { cardKey } from "../src/gate/card-ref.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Redactor } from "../src/agent/redact.ts";
import type { ModelOf } from "../src/agent/role.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import { loadRole, loadRoles } from "../src/load-roles.ts";
import { RoleTeam } from "../src/team.ts";
import type { AlertSource } from "../src/seams/alert-source.ts";
import type { WebhookSource } from "../vendors/webhook-source.ts";
import type { Connection } from "../slack/connection.ts";
import { startSlack } from "../slack/start.ts";
import type { Bus } from "../src/bus/bus.ts";
import type { Directory } from "../src/gate/directory.ts";
import type { Keyring } from "../src/gate/keys.ts";
import { staticDirectory } from "../src/gate/static-directory.ts";
import { loadModel, loadNarrator, loadOrganisation, loadTools, type Organisation } from "./assemble.ts";
import { Closers } from "./closers.ts";
import { openDashboard } from "./dashboard.ts";
import type { Config } from "./config.ts";
import { startControl } from "./control.ts";
import { startGateWatch } from "./gate-watch.ts";
import { Health } from "./health.ts";
import { loadKeys } from "./keys.ts";
import { redactorOf } from "./redaction.ts";
import { rememberingOf } from "./remembering.ts";
import { openWatchedBus } from "./open-bus.ts";
import { drawPicture } from "./pictures.ts";
import { home, readJson } from "./reference.ts";
import { startSchedules } from "./schedules.ts";
import { enterShadow, refuseShadow } from "./shadow.ts";
import { openForeignTools } from "./tool-servers.ts";
import { alertSource, sayWhere, type Pace } from "./sources.ts";

export interface SocOptions {
  readonly config: Config;
  readonly port: number;
  /** Of the dashboard; 0 takes any free one. */
  readonly dashboardPort: number;
  readonly pace: Pace;
  /** Real Slack, a local workspace of our own, one that is running already; or none, for a SOC that only watches. */
  readonly workspace: "slack" | "embedded" | { readonly url: string } | "shadow";
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
  const organisation = await loadOrganisation(config);
  const keys = await loadKeys(config, "gate");
  const health = await Health.open(config, { part: "start", diagnostics, open, ending: options.signal });
  const redactor = await redactorOf(config, organisation.soc);
  const bus = await openWatchedBus(config, { diagnostics, observer: health.observer, clean: redactor.text });
  open.add(() => bus.close());
  const source = await alertSource(config, options.pace, { bus, diagnostics });
  const models = await loadModel(config, { bus, diagnostics, open, ...health.ofModels });
  const front = await startFront(options, { bus, organisation, keys, open, models, redactor });
  const team = new RoleTeam({
    bus,
    roles: [...(await loadRoles()), ...(await Promise.all(options.ownRoles.map((file) => loadRole(file))))],
    model: models,
    tools: await loadTools(config, new TrustedBus(bus, { trusted: keys.trusted }), organisation.inventory),
    ...(await openForeignTools(config, organisation.soc, { bus, diagnostics, open })),
    gate: { policy: organisation.policy, directory: front.directory },
    keys,
    recall: config.recall,
    grouping: organisation.soc.grouping,
    ...rememberingOf(config, organisation.soc),
    redactor,
    clock: systemClock,
    diagnostics,
  });
  open.add(() => team.stop());
  await team.start();
  const trusted = new TrustedBus(bus, { trusted: keys.trusted });
  // What nobody was shown has no deadline, and rings no telephone.
  if (options.workspace !== "shadow") {
    await startGateWatch(config, { bus: trusted, policy: organisation.policy, diagnostics, open });
  }
  await startSchedules({ bus, soc: organisation.soc, diagnostics, open });
  const dashboard = await openDashboard(config, {
    ...{ bus: trusted, organisation, diagnostics, port: options.dashboardPort },
  });
  open.add(() => dashboard.close());
  diagnostics.info({ url: `${dashboard.url}/` }, `the dashboard is at ${dashboard.url}/`);
  await health.serving({ bus, wholeLog: trusted, unready: () => front.unready() });
  const control = await startControl({ ...config, bus, diagnostics, unready: () => front.unready() });
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
    page: front.page,
    failed: team.failed,
    close: () => open.close(),
  };
}

interface Front {
  readonly directory: Directory;
  readonly page: string | undefined;
  unready(): Promise<string | undefined>;
}

interface Behind {
  readonly bus: Bus;
  readonly organisation: Organisation;
  readonly keys: Keyring;
  readonly open: Closers;
  readonly models: ModelOf;
  readonly redactor: Redactor;
}

/** Slack or the local workspace; in shadow there is nobody to show anything to. */
async function startFront(options: SocOptions, behind: Behind): Promise<Front> {
  const { config, diagnostics } = options;
  const { bus, organisation, keys, open, models, redactor } = behind;
  if (options.workspace === "shadow") {
    await enterShadow(bus, config);
    const { onCall, people } = organisation.soc;
    const directory = staticDirectory({ onCall, people, team: "shadow", clock: systemClock });
    return { directory, page: undefined, unready: () => Promise.resolve(undefined) };
  }
  await refuseShadow(bus);
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
    drawPicture,
    memory: rememberingOf(config, organisation.soc),
    narrator: await loadNarrator(config, { redactor, models }),
    redactor,
  });
  open.add(() => slack.close());
  const page = workspace && `${workspace.url}/#${workspace.token}`;
  return { directory: slack.directory, page, unready: () => slack.unready() };
}

/** Alerts come in beside everything else; a source that ends or fails leaves the SOC at work. */
async function consume(
  team: RoleTeam,
  source: AlertSource | WebhookSource,
  { diagnostics, signal }: Pick<SocOptions, "diagnostics" | "signal">,
): Promise<void> {
  sayWhere(source, diagnostics);
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
