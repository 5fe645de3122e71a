/** Who shows cards and answers presses: hatrack's front end, gate and signed log; and a Bolt app with nothing behind it. */
import { App, LogLevel } from "@slack/bolt";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { slackActions } from "../slack/ids.ts";
import { startSlack } from "../slack/start.ts";
import humanGate from "../roles/human-gate.ts";
import { LocalBus } from "../src/bus/local-bus.ts";
import { isoTime, systemClock } from "../src/clock.ts";
import { silent } from "../src/diagnostics.ts";
import { isEvent, type KnownEvent } from "../src/events/envelope.ts";
import { caseIdOf, naturalId } from "../src/events/ids.ts";
import { makeEvent } from "../src/events/parse.ts";
import { cardKey } from "../src/gate/card-ref.ts";
import { makeKeys } from "../src/gate/key-files.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import { loadSocFile, policyOf } from "../src/soc-file.ts";
import { RoleTeam } from "../src/team.ts";
import type { BenchWorkspace, Card } from "./gate-workspace.ts";

export interface Contender {
  readonly cards: readonly Card[];
  readonly actionId: string;
  /** Something happens in every case, as it does while people decide. */
  stir(round: number): Promise<void>;
  close(): Promise<void>;
}

export async function hatrack(workspace: BenchWorkspace, cases: number): Promise<Contender> {
  const folder = mkdtempSync(join(tmpdir(), "hatrack-bench-"));
  const soc = await loadSocFile(join(import.meta.dirname, "../soc.yaml"));
  const keys = await makeKeys(join(folder, "keys"));
  const whole = new LocalBus({ file: join(folder, "hatrack.db") });
  const bus = new TrustedBus(whole, keys);
  const connection = { kind: "local", url: workspace.appUrl } as const;
  const slack = await startSlack({
    ...{ bus, soc, connection, clock: systemClock, diagnostics: silent },
    cardKey: keys.frontEnd && cardKey(keys.frontEnd),
  });
  const team = new RoleTeam({
    ...{ bus: whole, roles: [humanGate], model: () => undefined, diagnostics: silent, keys },
    gate: { policy: policyOf(soc, () => "workstation"), directory: slack.directory },
  });
  await team.start();
  const ids = Array.from({ length: cases }, (_, at) => caseIdOf({ source: "bench", sourceId: String(at) }));
  const settled = opened(bus, cases);
  for (const [at, caseId] of ids.entries()) await whole.publish(askedIn(caseId, at));
  return {
    cards: await settled,
    actionId: slackActions.onIt,
    stir: async (round) => {
      await whole.publish(ids.map((caseId) => reported(caseId, round)));
    },
    close: async () => {
      await slack.close();
      await team.stop();
      await whole.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The cards, once the clock of every one runs: nothing is left to be drawn for them. */
async function opened(bus: TrustedBus, count: number): Promise<Card[]> {
  const cards = new Map<string, Card>();
  let running = 0;
  const signal = AbortSignal.timeout(120_000);
  for await (const { event } of bus.follow({ types: ["message.posted", "handoff.opened"], signal })) {
    if (isEvent(event, "message.posted") && event.data.kind === "gate") {
      cards.set(event.data.eventId, { channel: event.data.channel, ts: event.data.ts });
    }
    if (event.type === "handoff.opened") running += 1;
    if (running === count) return [...cards.values()];
  }
  throw new Error(`bench gate: ${running} of ${count} cards were opened in two minutes`);
}

function askedIn(caseId: string, at: number): KnownEvent[] {
  const host = `BENCH-WS-${at}`;
  const about = { subject: caseId, time: isoTime(Date.now()) };
  return [
    makeEvent({
      ...{ id: naturalId("bench", "alert", at), source: "/sources/bench", type: "alert.received", ...about },
      data: {
        ...{ source: "bench", sourceId: String(at), caseId, rule: { id: "r1", name: "Encoded PowerShell" } },
        ...{
          title: `Encoded PowerShell on ${host}`,
          severity: "high",
          time: about.time,
          host: { name: host },
        },
        ...{ techniques: ["T1059.001"], indicators: [], raw: {} },
      },
    }),
    makeEvent({
      ...{
        id: naturalId("bench", "proposal", at),
        source: "/roles/ir-lead",
        type: "action.proposed",
        ...about,
      },
      data: {
        ...{ verb: "isolate_host", target: { type: "host", value: host }, parameters: {}, evidence: [] },
        ...{ rationale: "It beacons.", opinion: { reversible: true, blastRadius: "one host" } },
      },
    }),
  ];
}

function reported(caseId: string, round: number): KnownEvent {
  return makeEvent({
    ...{
      id: naturalId("bench", "intel", caseId, round),
      source: "/roles/threat-intel",
      type: "intel.reported",
    },
    ...{ subject: caseId, time: isoTime(Date.now()) },
    data: {
      ...{ summary: `Seen ${round} times.`, campaigns: [], techniques: [], indicators: [] },
      ...{ severityAdvice: "keep", evidence: [], evidenceDropped: 0 },
    },
  });
}

const Pressed = z.object({
  user: z.object({ id: z.string() }),
  container: z.object({ channel_id: z.string(), message_ts: z.string() }),
});
const Posted = z.object({ channel: z.string(), ts: z.string() });
const actionId = "take";

/** Acknowledges, then edits the message; nothing is checked, recorded or remembered. */
export async function bareBolt(workspace: BenchWorkspace, cases: number): Promise<Contender> {
  const app = new App({
    ...{
      token: "xoxb-local-bench",
      appToken: "xapp-local-bench",
      socketMode: true,
      logLevel: LogLevel.ERROR,
    },
    clientOptions: { slackApiUrl: `${workspace.appUrl}/api/` },
    installerOptions: { clientOptions: { slackApiUrl: `${workspace.appUrl}/api/` } },
  });
  app.action(actionId, async ({ ack, body, client }) => {
    await ack();
    const { user, container } = Pressed.parse(body);
    const { channel_id: channel, message_ts: ts } = container;
    await client.chat.update({ channel, ts, text: "taken", blocks: blocksOf(`<@${user.id}> is on it`) });
  });
  await app.start();
  const cards: Card[] = [];
  for (let at = 0; at < cases; at += 1) {
    const blocks = blocksOf(`Isolate host BENCH-WS-${at}?`);
    cards.push(
      Posted.parse(await app.client.chat.postMessage({ channel: "C0CASES", text: "asked", blocks })),
    );
  }
  return {
    ...{ cards, actionId, stir: () => Promise.resolve() },
    close: async () => {
      await app.stop();
    },
  };
}

function blocksOf(words: string) {
  return [
    { type: "section" as const, text: { type: "mrkdwn" as const, text: words } },
    {
      type: "actions" as const,
      elements: [
        {
          type: "button" as const,
          action_id: actionId,
          text: { type: "plain_text" as const, text: "I'm on it" },
          value: "v",
        },
      ],
    },
  ];
}
