/** The metrics of one process, in Prometheus's text form. Names end in their unit; ages are seconds. */
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from "prom-client";
import type { GroupStatus } from "../src/bus/bus.ts";
import type { Committed } from "../src/bus/observer.ts";
import { isEvent } from "../src/events/envelope.ts";
import type { Faulty } from "../src/models/failover/chain.ts";
import type { Hang } from "./health-pulse.ts";
import type { LogWatch } from "./metrics-log.ts";

/** As it stands when somebody asks. */
export interface Standing {
  readonly ready: boolean;
  readonly busUp: boolean;
  /** undefined: this process has no front end. */
  readonly slackUp: boolean | undefined;
  readonly relaxed: boolean;
  readonly groups: readonly GroupStatus[];
  readonly stalls: readonly Hang[];
  readonly legs: readonly { readonly name: string; readonly closed: boolean }[];
  readonly log: LogWatch | undefined;
  readonly now: number;
}

type Labels = Readonly<Record<string, string>>;

/** One commit: from under a millisecond on the local log to a Redis that fsyncs on a slow disk. Seconds. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

const gauges = {
  hatrack_ready: "1 when /readyz says so",
  hatrack_bus_up: "1 while the log answers",
  hatrack_slack_up: "1 while Slack is connected and every lane runs; front ends only",
  hatrack_durability_relaxed: "1 with REDIS_DURABILITY=relaxed: what Redis acknowledged may be lost",
  hatrack_group_lag: "entries not yet delivered to the consumer group",
  hatrack_group_pending: "entries delivered to the group and not settled",
  hatrack_group_oldest_pending_seconds: "age of the oldest entry delivered and not settled; 0: none",
  hatrack_group_dead: "dead letters of the group",
  hatrack_group_consumers: "workers of the group heard of lately",
  hatrack_stalled_seconds: "time since the read loop of the group last got on",
  hatrack_model_leg_up: "1 while calls go to this model server, 0 while its breaker is open",
  hatrack_approvals_waiting: "proposals that wait for an answer of the on-call role",
  hatrack_approvals_oldest_seconds: "how long the oldest of them has waited",
  hatrack_canary_age_seconds: "time since a canary last came through the system, or the first was sent",
  hatrack_canaries_missed: "canaries of the last 14 days that did not come through",
} as const;
type GaugeName = keyof typeof gauges;

const labelOf: Readonly<Partial<Record<GaugeName, string>>> = {
  hatrack_group_lag: "group",
  hatrack_group_pending: "group",
  hatrack_group_oldest_pending_seconds: "group",
  hatrack_group_dead: "group",
  hatrack_group_consumers: "group",
  hatrack_stalled_seconds: "group",
  hatrack_model_leg_up: "leg",
  hatrack_approvals_waiting: "role",
  hatrack_approvals_oldest_seconds: "role",
};

export class Metrics {
  readonly #registry = new Registry();
  readonly #gauges = new Map<GaugeName, Gauge>();
  readonly #commits: Histogram;
  readonly #tokens: Counter;
  readonly #runs: Counter;
  readonly #refused: Counter;

  constructor() {
    const registers = [this.#registry];
    collectDefaultMetrics({ register: this.#registry });
    for (const [name, help] of entriesOf(gauges)) {
      const label = labelOf[name];
      this.#gauges.set(
        name,
        new Gauge({ name, help, registers, labelNames: label === undefined ? [] : [label] }),
      );
    }
    this.#commits = new Histogram({
      name: "hatrack_commit_seconds",
      help: "time the log took to settle an entry and append what its handler said",
      labelNames: ["group"],
      buckets: commitBuckets,
      registers,
    });
    this.#tokens = new Counter({
      name: "hatrack_tokens_total",
      help: "tokens of the model that this process's runs have used",
      labelNames: ["role", "leg", "direction"],
      registers,
    });
    this.#runs = new Counter({
      name: "hatrack_runs_total",
      help: "runs of roles in this process, by what came of them",
      labelNames: ["role", "outcome"],
      registers,
    });
    this.#refused = new Counter({
      name: "hatrack_answers_refused_total",
      help: "answers of a model that were none, or that the role did not accept, by what was wrong",
      labelNames: ["role", "leg", "model", "fault"],
      registers,
    });
  }

  committed({ group, milliseconds, outputs }: Committed): void {
    this.#commits.observe({ group }, milliseconds / 1_000);
    for (const event of outputs) {
      if (isEvent(event, "role.worked")) {
        const { role, leg, tokens } = event.data;
        this.#worked({ role, outcome: "worked" }, { leg, tokens });
      } else if (isEvent(event, "role.failed")) {
        const { role, reason, leg = "none", tokens = { input: 0, output: 0 } } = event.data;
        this.#worked({ role, outcome: reason }, { leg, tokens });
      }
    }
  }

  #worked(
    { role, outcome }: { role: string; outcome: string },
    { leg, tokens }: { leg: string; tokens: { readonly input: number; readonly output: number } },
  ): void {
    this.#runs.inc({ role, outcome });
    this.#tokens.inc({ role, leg, direction: "input" }, tokens.input);
    this.#tokens.inc({ role, leg, direction: "output" }, tokens.output);
  }

  refused({ role, leg, model, fault }: Faulty): void {
    this.#refused.inc({ role, leg, model, fault });
  }

  async text(standing: Standing): Promise<{ readonly type: string; readonly text: string }> {
    // What is gone (a group that was retired) must not be shown for ever as it last was.
    for (const gauge of this.#gauges.values()) gauge.reset();
    this.#setProcess(standing);
    this.#setGroups(standing);
    this.#setLog(standing);
    return { type: this.#registry.contentType, text: await this.#registry.metrics() };
  }

  #setProcess({ ready, busUp, slackUp, relaxed, legs }: Standing): void {
    this.#set("hatrack_ready", {}, Number(ready));
    this.#set("hatrack_bus_up", {}, Number(busUp));
    this.#set("hatrack_durability_relaxed", {}, Number(relaxed));
    if (slackUp === undefined) this.#gauges.get("hatrack_slack_up")?.remove();
    else this.#set("hatrack_slack_up", {}, Number(slackUp));
    for (const { name, closed } of legs) this.#set("hatrack_model_leg_up", { leg: name }, Number(closed));
  }

  #setGroups({ groups, stalls }: Standing): void {
    for (const { group, lag, pending, oldestPendingMs, dead, consumers } of groups) {
      this.#set("hatrack_group_lag", { group }, lag);
      this.#set("hatrack_group_pending", { group }, pending);
      this.#set("hatrack_group_oldest_pending_seconds", { group }, oldestPendingMs / 1_000);
      this.#set("hatrack_group_dead", { group }, dead);
      this.#set("hatrack_group_consumers", { group }, consumers);
    }
    for (const { what, stalledMs } of stalls)
      this.#set("hatrack_stalled_seconds", { group: what }, stalledMs / 1_000);
  }

  #setLog({ log, now }: Standing): void {
    const canary = log?.canary(now);
    if (canary?.ageMs === undefined) this.#gauges.get("hatrack_canary_age_seconds")?.remove();
    else this.#set("hatrack_canary_age_seconds", {}, canary.ageMs / 1_000);
    if (log === undefined) this.#gauges.get("hatrack_canaries_missed")?.remove();
    else this.#set("hatrack_canaries_missed", {}, log.canary(now).missed);
    for (const [role, { waiting, oldestMs }] of log?.approvals(now) ?? []) {
      this.#set("hatrack_approvals_waiting", { role }, waiting);
      this.#set("hatrack_approvals_oldest_seconds", { role }, oldestMs / 1_000);
    }
  }

  #set(name: GaugeName, labels: Labels, value: number): void {
    this.#gauges.get(name)?.set(labels, value);
  }
}

function entriesOf(all: typeof gauges): [GaugeName, string][] {
  const isName = (name: string): name is GaugeName => Object.hasOwn(all, name);
  return Object.keys(all).flatMap((name) => (isName(name) ? [[name, all[name]]] : []));
}
