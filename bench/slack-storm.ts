/** A storm of alerts with a few gates in it, and who shows the gates' cards while a channel takes one message a second. */
import { WebClient } from "@slack/web-api";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import humanGate from "../roles/human-gate.ts";
import { startSlack } from "../slack/start.ts";
import { slackRates, type Rate, type Rates } from "../slack/turns.ts";
import { LocalBus } from "../src/bus/local-bus.ts";
import { isoTime, systemClock } from "../src/clock.ts";
import { silent } from "../src/diagnostics.ts";
import type { KnownEvent } from "../src/events/envelope.ts";
import { caseIdOf, naturalId } from "../src/events/ids.ts";
import { makeEvent } from "../src/events/parse.ts";
import { cardKey } from "../src/gate/card-ref.ts";
import { makeKeys } from "../src/gate/key-files.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import { loadSocFile, policyOf } from "../src/soc-file.ts";
import { RoleTeam } from "../src/team.ts";
import type { BenchWorkspace, Posting } from "./gate-workspace.ts";

export interface Storm {
  readonly alerts: number;
  readonly gates: number;
}

export interface Weathered {
  /** Of each gate, from its proposal to its card in the channel, milliseconds. */
  readonly toCard: readonly number[];
  /** The same as far as one message a second allows: every gate's root and card, and nothing else. */
  readonly allowed: readonly number[];
  /** Messages that the workspace took. */
  readonly messages: number;
  /** Of what belongs in Slack, what never got there: a root or a finding a case, a card a gate. */
  readonly drops: number;
  /** Messages that the workspace refused for being one too many. */
  readonly refused: number;
}

/** Once the cards stand nothing more is measured: what is left is sent as fast as it goes. */
class Pace implements Rates {
  isOver = false;
  readonly method: Rate = { rate: 1_000, burst: 1_000, kept: 100 };
  get channel(): Rate {
    return this.isOver ? this.method : slackRates.channel;
  }
}

export async function hatrackWeathers(workspace: BenchWorkspace, storm: Storm): Promise<Weathered> {
  const folder = mkdtempSync(join(tmpdir(), "hatrack-bench-"));
  const soc = await loadSocFile(join(import.meta.dirname, "../soc.yaml"));
  const keys = await makeKeys(join(folder, "keys"));
  const whole = new LocalBus({ file: join(folder, "hatrack.db") });
  const bus = new TrustedBus(whole, keys);
  const credentials = { mode: "socket", botToken: "xoxb-local-bench", appToken: "xapp-local-bench" } as const;
  const pace = new Pace();
  const slack = await startSlack({
    ...{ bus, soc, clock: systemClock, diagnostics: silent, rates: pace },
    connection: { kind: "slack", credentials, apiUrl: `${workspace.appUrl}/api/` },
    cardKey: keys.frontEnd && cardKey(keys.frontEnd),
  });
  const team = new RoleTeam({
    ...{ bus: whole, roles: [humanGate], model: () => undefined, diagnostics: silent, keys },
    gate: { policy: policyOf(soc, () => "workstation"), directory: slack.directory },
  });
  await team.start();
  const watch = new Watch(storm);
  workspace.posted = (posting) => {
    watch.posted(posting);
  };
  await workspace.limit(slackRates.channel.rate);
  await breaks(whole, storm, watch);
  await watch.cards;
  pace.isOver = true;
  await workspace.limit(0);
  await watch.all;
  await slack.close();
  await team.stop();
  await whole.close();
  rmSync(folder, { recursive: true, force: true });
  return watch.result();
}

/** Everything at once: every so many alerts one comes with a proposal. */
async function breaks(bus: LocalBus, { alerts, gates }: Storm, watch: Watch): Promise<void> {
  const every = Math.floor(alerts / gates);
  for (let at = 0; at < alerts; at += every) {
    const batch = Array.from({ length: Math.min(every, alerts - at) }, (_, more) => at + more);
    await bus.publish(batch.flatMap(alertWithFinding));
    if (at / every >= gates) continue;
    const proposal = proposalOf(at);
    watch.proposed(proposal.id);
    await bus.publish([proposal]);
  }
}

const about = (at: number) => ({
  subject: caseIdOf({ source: "bench", sourceId: String(at) }),
  time: isoTime(Date.now()),
});

function alertWithFinding(at: number): KnownEvent[] {
  const { subject: caseId, time } = about(at);
  const of = {
    source: "bench",
    sourceId: String(at),
    caseId,
    rule: { id: "r1", name: "Encoded PowerShell" },
  };
  const host = { name: `BENCH-WS-${at}` };
  return [
    makeEvent({
      ...{
        id: naturalId("bench", "alert", at),
        source: "/sources/bench",
        type: "alert.received",
        ...about(at),
      },
      data: {
        ...{ ...of, title: `Encoded PowerShell on ${host.name}`, severity: "high", time, host },
        ...{ techniques: ["T1059.001"], indicators: [], raw: {} },
      },
    }),
    makeEvent({
      ...{
        id: naturalId("bench", "triage", at),
        source: "/roles/sentinel",
        type: "alert.triaged",
        ...about(at),
      },
      data: {
        ...{
          intent: "malicious",
          outcome: "succeeded",
          verdict: "true_positive",
          confidence: 0.8,
          priority: 8,
        },
        ...{ summary: "It beacons.", riskFactors: [], mitigatingFactors: [], questions: [] },
        ...{ evidence: [], evidenceDropped: 0 },
      },
    }),
  ];
}

function proposalOf(at: number): KnownEvent {
  return makeEvent({
    ...{
      id: naturalId("bench", "proposal", at),
      source: "/roles/ir-lead",
      type: "action.proposed",
      ...about(at),
    },
    data: {
      ...{
        verb: "isolate_host",
        target: { type: "host", value: `BENCH-WS-${at}` },
        parameters: {},
        evidence: [],
      },
      ...{ rationale: "It beacons.", opinion: { reversible: true, blastRadius: "one host" } },
    },
  });
}

/** Counts what the workspace takes. */
class Watch {
  readonly #storm: Storm;
  readonly #proposed = new Map<string, number>();
  readonly #cards = new Map<string, number>();
  readonly #rest = new Set<string>();
  readonly #stand = Promise.withResolvers<undefined>();
  readonly #through = Promise.withResolvers<undefined>();
  #messages = 0;
  #refused = 0;

  constructor(storm: Storm) {
    this.#storm = storm;
  }

  get cards(): Promise<undefined> {
    return this.#stand.promise;
  }

  get all(): Promise<undefined> {
    return this.#through.promise;
  }

  proposed(id: string): void {
    this.#proposed.set(id, performance.now());
  }

  posted({ taken, mark, at }: Posting): void {
    if (!taken) this.#refused += 1;
    if (!taken) return;
    this.#messages += 1;
    const { kind, case_id: caseId, proposal_id: proposal } = mark;
    if (kind === "gate") this.#cards.set(String(proposal), at);
    if (kind === "root" || kind === "finding") this.#rest.add(`${kind} ${String(caseId)}`);
    const { alerts, gates } = this.#storm;
    if (this.#cards.size === gates) this.#stand.resolve(undefined);
    if (this.#cards.size === gates && this.#rest.size === 2 * alerts) this.#through.resolve(undefined);
  }

  result(): Weathered {
    const { alerts, gates } = this.#storm;
    const times = [...this.#proposed];
    const toCard = times.map(([id, at]) => (this.#cards.get(id) ?? Number.NaN) - at);
    return {
      toCard,
      allowed: allowedBy(times.map(([, at]) => at)),
      messages: this.#messages,
      drops: gates - this.#cards.size + 2 * alerts - this.#rest.size,
      refused: this.#refused,
    };
  }
}

const perGate = 2;

/** A root and a card each, in the order of the proposals, by nobody who does anything else. */
function allowedBy(proposed: readonly number[]): number[] {
  const { rate, burst } = slackRates.channel;
  const taken: number[] = [];
  return proposed.map((at) => {
    for (let message = 0; message < perGate; message += 1) {
      // The burst-th message before this one frees its place a burst's time later.
      const before = taken.at(-1) ?? -Infinity;
      const window = taken.at(-burst) ?? -Infinity;
      taken.push(Math.max(at, before, window + (burst / rate) * 1000));
    }
    return (taken.at(-1) ?? at) - at;
  });
}

/** Posts a root and a card a gate, a message a second, with nothing else to do. */
export async function bareClientWeathers(
  workspace: BenchWorkspace,
  { gates }: Storm,
): Promise<Pick<Weathered, "toCard">> {
  const client = new WebClient("xoxb-local-bench", {
    ...{ slackApiUrl: `${workspace.appUrl}/api/`, retryConfig: { retries: 0 }, rejectRateLimitedCalls: true },
  });
  await workspace.limit(slackRates.channel.rate);
  const proposed = performance.now();
  const toCard: number[] = [];
  for (let message = 0; message < gates * perGate; message += 1) {
    const due = proposed + (message / slackRates.channel.rate) * 1000;
    await sleep(Math.max(0, due - performance.now()));
    await client.chat.postMessage({ channel: "C0CASES", text: "Action required" });
    if (message % perGate === perGate - 1) toCard.push(performance.now() - proposed);
  }
  return { toCard };
}
