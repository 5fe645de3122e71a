/**
 * The health of one process, for whoever supervises it: `/healthz`, `/readyz` and `/metrics` where HATRACK_METRICS_PORT
 * says so, and systemd where it waits to be told.
 */
import { z } from "zod";
import type { Bus, GroupStatus } from "../src/bus/bus.ts";
import type { BusObserver } from "../src/bus/observer.ts";
import { systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Closers } from "./closers.ts";
import type { Config } from "./config.ts";
import { Pulse } from "./health-pulse.ts";
import type { ModelsDeps } from "./models.ts";
import { serveHealth, type Readiness } from "./health-server.ts";
import { Systemd } from "./health-systemd.ts";
import type { Metrics, Standing } from "./metrics.ts";
import type { LogWatch } from "./metrics-log.ts";

export interface HealthOptions {
  /** "role sentinel", "slack": which process this is. */
  readonly part: string;
  readonly diagnostics: Diagnostics;
  /** Closes this last: until then it says that the process is ending. */
  readonly open: Closers;
  /** Aborted when the process begins to end. */
  readonly ending: AbortSignal;
}

/** What this process works with, once it has it all. */
export interface Serving {
  readonly bus: Bus;
  /** Why the front end does not serve; undefined when it does. Left out: this process has none. */
  readonly unready?: () => Promise<string | undefined>;
  /** Also say how every group on the log stands, and by this, what waits for people, and the canary. */
  readonly wholeLog?: Bus;
}

/** How long the log may take to answer, milliseconds. */
const answerMs = 3_000;
/** A read loop that has not turned for so long hangs, milliseconds: it turns every second, claims are renewed every ten. */
const hangMs = 60_000;

const Findings = z.object({ findings: z.array(z.object({ message: z.string() })) });

/** Why the log and Slack cannot be used, undefined when they can; and all that makes this process unready. */
interface Asked {
  readonly busDown: string | undefined;
  readonly slackDown: string | undefined;
  readonly reasons: readonly string[];
}

export class Health {
  readonly pulse = new Pulse();
  readonly observer: BusObserver;
  /** The model servers, as the failover chain sees them. */
  readonly ofModels: Pick<ModelsDeps, "watchLegs" | "watchFaults"> = {
    watchLegs: (legs) => {
      this.#legs = () => legs.map(({ leg, closed }) => ({ name: leg.name, closed }));
    },
    watchFaults: (faulty) => this.#metrics?.refused(faulty),
  };
  readonly #config: Config;
  readonly #options: HealthOptions;
  readonly #systemd: Systemd;
  readonly #metrics: Metrics | undefined;
  #serving: Serving | undefined;
  #log: LogWatch | undefined;
  #legs: () => Standing["legs"] = () => [];

  private constructor(config: Config, options: HealthOptions, metrics: Metrics | undefined) {
    this.#config = config;
    this.#options = options;
    this.#metrics = metrics;
    this.#systemd = new Systemd({ pulse: this.pulse, diagnostics: options.diagnostics });
    this.observer = {
      subscribed: (subscription) => {
        this.pulse.add(subscription);
      },
      ...(metrics === undefined
        ? {}
        : {
            committed: (commit) => {
              metrics.committed(commit);
            },
          }),
    };
  }

  /** Before the rest is opened, so that a process that waits for its log says so. @throws HatrackError `metrics_unavailable` */
  static async open(config: Config, options: HealthOptions): Promise<Health> {
    const { diagnostics, open, ending, part } = options;
    const metrics = config.metrics === undefined ? undefined : new (await import("./metrics.ts")).Metrics();
    const health = new Health(config, options, metrics);
    open.add(() => {
      health.#systemd.close();
      return Promise.resolve();
    });
    ending.addEventListener("abort", () => void health.#systemd.stopping(), { once: true });
    if (metrics === undefined || config.metrics === undefined) return health;
    const pages = {
      healthy: () => health.healthy(),
      ready: () => health.readiness(),
      metrics: async () => metrics.text(await health.#standing()),
    };
    const server = await serveHealth(pages, config.metrics, diagnostics);
    open.add(() => server.close());
    diagnostics.info({ url: server.url, part }, `health and metrics are at ${server.url}/metrics`);
    return health;
  }

  /** Everything has started: from now on it can be ready, and systemd hears so. */
  async serving(serving: Serving): Promise<void> {
    const { diagnostics, open } = this.#options;
    this.#serving = serving;
    if (serving.wholeLog !== undefined && this.#metrics !== undefined) {
      const { followLog } = await import("./metrics-log.ts");
      const followed = followLog({ bus: serving.wholeLog, clock: systemClock, diagnostics });
      open.add(() => followed.close());
      this.#log = followed.watch;
    }
    await this.#systemd.ready();
  }

  healthy(): { readonly ok: boolean; readonly [detail: string]: unknown } {
    const hang = this.pulse.hang(hangMs);
    const detail =
      hang === undefined
        ? {}
        : { why: `${hang.what} has not moved for ${Math.round(hang.stalledMs / 1_000)} s` };
    return { ok: hang === undefined, part: this.#options.part, pid: process.pid, ...detail };
  }

  async readiness(): Promise<Readiness> {
    const { reasons } = await this.#asked();
    return {
      ready: reasons.length === 0,
      part: this.#options.part,
      reasons,
      log: this.#config.redis === undefined ? "local" : "redis",
      ...this.#durability(),
    };
  }

  /** Asks the log and Slack, each once. */
  async #asked(): Promise<Asked> {
    const [busDown, slackDown] = await Promise.all([this.#whyNoBus(), this.#whyNoFront()]);
    if (this.#options.ending.aborted) return { busDown, slackDown, reasons: ["this process is ending"] };
    if (this.#serving === undefined)
      return { busDown, slackDown, reasons: ["this process is still starting"] };
    const healthy = this.healthy();
    const why = [healthy.ok ? undefined : String(healthy["why"]), busDown, slackDown];
    return { busDown, slackDown, reasons: why.filter((each) => each !== undefined) };
  }

  async #whyNoBus(): Promise<string | undefined> {
    const { bus } = this.#serving ?? {};
    if (bus === undefined) return "the log is not open yet";
    return whyNot(() => bus.tail(), "the log");
  }

  async #whyNoFront(): Promise<string | undefined> {
    const unready = this.#serving?.unready;
    if (unready === undefined) return undefined;
    return unready().catch((error: unknown) => reasonOf(error));
  }

  /** Which of Redis's settings are weaker than they should be is part of every answer, ready or not. */
  #durability(): object {
    const { redis } = this.#config;
    if (redis === undefined) return {};
    const found = Findings.safeParse(this.#serving?.bus);
    const findings = found.success ? found.data.findings.map(({ message }) => message) : [];
    return { durability: redis.durability, ...(findings.length === 0 ? {} : { findings }) };
  }

  async #standing(): Promise<Standing> {
    const { reasons, busDown, slackDown } = await this.#asked();
    return {
      ready: reasons.length === 0,
      busUp: busDown === undefined,
      slackUp: this.#serving?.unready === undefined ? undefined : slackDown === undefined,
      relaxed: this.#config.redis?.durability === "relaxed",
      groups: busDown === undefined ? await this.#groups() : [],
      stalls: this.pulse.stalls(),
      legs: this.#legs(),
      log: this.#log,
      now: systemClock.now(),
    };
  }

  /** Of this process; every group where it looks at the whole log. */
  async #groups(): Promise<readonly GroupStatus[]> {
    const { bus, wholeLog } = this.#serving ?? {};
    if (bus === undefined) return [];
    const all = await bus.groups().catch((error: unknown) => {
      this.#options.diagnostics.warn({}, `metrics: the groups could not be looked at: ${reasonOf(error)}`);
      return [];
    });
    const { groups: own } = this.pulse;
    return wholeLog !== undefined ? all : all.filter(({ group }) => own.has(group));
  }
}

/** undefined: it answered in time. */
async function whyNot(ask: () => Promise<unknown>, what: string): Promise<string | undefined> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => {
    reject(new HatrackError("no_answer", `${what} has not answered within ${answerMs} ms`));
  }, answerMs);
  try {
    await Promise.race([ask(), late]);
    return undefined;
  } catch (error) {
    return reasonOf(error);
  } finally {
    clearTimeout(timer);
  }
}
