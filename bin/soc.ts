/** The whole SOC in one process: bus, roles, workspace or Slack, alerts. What `hatrack start` runs. */
import { join } from "node:path";
import { systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import { loadRoles } from "../src/load-roles.ts";
import { RoleTeam } from "../src/team.ts";
import type { Connection } from "../slack/connection.ts";
import { startSlack } from "../slack/start.ts";
import { loadModel, loadOrganisation, loadTools } from "./assemble.ts";
import type { Config } from "./config.ts";
import { startControl } from "./control.ts";
import { loadKeys } from "./keys.ts";
import { openBus } from "./open-bus.ts";
import { home, readJson } from "./reference.ts";
import { alertSource, type Pace } from "./sources.ts";

export interface SocOptions {
  readonly config: Config;
  readonly port: number;
  readonly pace: Pace;
  /** Real Slack, a local workspace of our own, or one that is running already. */
  readonly workspace: "slack" | "embedded" | { readonly url: string };
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
  const { config, diagnostics, signal } = options;
  const open = new Closers();
  try {
    const organisation = await loadOrganisation(config);
    const keys = await loadKeys(config, "gate");
    const bus = await openBus(config, "write", diagnostics);
    open.add(() => bus.close());
    const workspace =
      options.workspace === "embedded" ? await startLocalWorkspace(config, options.port) : undefined;
    if (workspace !== undefined) open.add(() => workspace.close());
    const slack = await startSlack({
      bus: new TrustedBus(bus, keys),
      ...organisation,
      clock: systemClock,
      diagnostics,
      connection: connectionOf(options, workspace?.url),
      departmentOf: (host) => organisation.inventory.departmentOf(host),
    });
    const team = new RoleTeam({
      bus,
      roles: await loadRoles(),
      model: await loadModel(config),
      tools: await loadTools(config, new TrustedBus(bus, { trusted: keys.trusted }), organisation.inventory),
      gate: { policy: organisation.policy, directory: slack.directory },
      keys,
      clock: systemClock,
      diagnostics,
    });
    await team.start();
    const control = await startControl({ ...config, bus, diagnostics, unready: () => slack.unready() });
    open.add(() => control.close());
    open.add(() => slack.close());
    open.add(() => team.stop());
    const alerts = consume(team, options);
    open.add(() => alerts);
    return {
      page: workspace && `${workspace.url}/#${workspace.token}`,
      failed: team.failed,
      close: () => open.close(),
    };
  } catch (error) {
    await open.close();
    throw error;
  } finally {
    if (signal.aborted) await open.close();
  }
}

/** Alerts come in beside everything else; a source that ends or fails leaves the SOC at work. */
async function consume(team: RoleTeam, { config, pace, diagnostics, signal }: SocOptions): Promise<void> {
  const source = alertSource(config, pace);
  try {
    await team.consume(source, signal);
    diagnostics.info({ source: source.name }, "all alerts of the source are on the log");
  } catch (error) {
    if (!signal.aborted)
      diagnostics.error({ source: source.name, error: reasonOf(error) }, "the alert source stopped");
  }
}

async function startLocalWorkspace(
  config: Config,
  port: number,
): Promise<{ url: string; token: string; close(): Promise<void> }> {
  const { startWorkspace } = await import("../slack/workspace/server.ts");
  const directory = await readJson(join(home, "fixtures/workspace.json"), "local workspace");
  return startWorkspace({ port, file: join(config.dataDir, "workspace.db"), directory });
}

function connectionOf({ config, workspace }: SocOptions, ownUrl: string | undefined): Connection {
  if (typeof workspace === "object") return { kind: "local", url: workspace.url };
  if (ownUrl !== undefined) return { kind: "local", url: ownUrl };
  if (config.slack !== undefined) return { kind: "slack", credentials: config.slack };
  throw new HatrackError("config_invalid", "no workspace: expected Slack's tokens or the local workspace");
}

/** Closes in the opposite order of opening, once, whatever one of them throws. */
class Closers {
  readonly #closers: (() => Promise<unknown>)[] = [];

  add(close: () => Promise<unknown>): void {
    this.#closers.push(close);
  }

  async close(): Promise<void> {
    for (let close = this.#closers.pop(); close !== undefined; close = this.#closers.pop()) await close();
  }
}
