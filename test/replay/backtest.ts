/** Tickets made of the sample alerts, and a replay of them with what every one of these tests needs. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { ModelOf } from "../../src/agent/role.ts";
import type { Bus, StoredEvent } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { Alert } from "../../src/events/alert-events.ts";
import type { Verdict } from "../../src/events/vocabulary.ts";
import { staticDirectory } from "../../src/gate/static-directory.ts";
import { loadNamedRole } from "../../src/load-roles.ts";
import { RuleModel } from "../../src/models/rule-model.ts";
import { replay, type Replayed, type ReplayOptions } from "../../src/replay/replay.ts";
import { Ticket } from "../../src/replay/ticket.ts";
import { loadSocFile, policyOf } from "../../src/soc-file.ts";
import { normaliseAlert } from "../../vendors/normalise.ts";
import { root } from "../bin/cli.ts";

const Raw = z.looseObject({ composite_id: z.string() });
const samples = readFileSync(join(root, "fixtures/alerts.jsonl"), "utf8")
  .trimEnd()
  .split("\n")
  .map((line) => Raw.parse(JSON.parse(line)));

export const start = Date.parse("2026-11-16T08:15:00.000Z");
const minute = 60_000;

export interface MadeTicket {
  /** Which of the sample alerts. */
  readonly sample?: number;
  /** Minutes after the first. */
  readonly at: number;
  /** Minutes after it was created; left out: never closed. */
  readonly closesAfter?: number;
  readonly verdict?: Verdict;
  readonly closeNotes?: string;
}

export function ticket(id: string, made: MadeTicket): Ticket {
  const { sample = 0, at, closesAfter, verdict = "true_positive", closeNotes } = made;
  const raw = { ...samples[sample % samples.length], composite_id: `ticket:${id}` };
  const created = start + at * minute;
  const notes = closeNotes === undefined ? {} : { closeNotes };
  return Ticket.parse({
    id,
    createdAt: new Date(created).toISOString(),
    ...(closesAfter === undefined
      ? {}
      : { closedAt: new Date(created + closesAfter * minute).toISOString() }),
    alert: { source: "crowdstrike", raw },
    human: { escalated: verdict === "true_positive", verdict, ...notes },
  });
}

/** The samples, one after the other, every so many minutes. */
export const tickets = (count: number, everyMinutes: number): Ticket[] =>
  Array.from({ length: count }, (_, i) =>
    ticket(`T-${i}`, {
      sample: i,
      at: i * everyMinutes,
      closesAfter: 240,
      closeNotes: `what was found out of ${i}`,
    }),
  );

export const alertOf = ({ alert }: Ticket): Alert => normaliseAlert(alert);

export const byRules: ModelOf = ({ name, rules }) => {
  return { chat: new RuleModel({ role: name, rules }), name: "baseline", leg: "embedded" };
};

const hats = ["sentinel", "tier2", "ir-lead", "threat-intel", "human-gate"];
export const roles = await Promise.all(hats.map(loadNamedRole));
const soc = await loadSocFile(join(root, "soc.yaml"));

export interface Backtest extends Replayed {
  readonly log: readonly StoredEvent[];
}

export async function backtest(
  options: Partial<ReplayOptions> & Pick<ReplayOptions, "tickets">,
): Promise<Backtest> {
  const log: StoredEvent[] = [];
  const keepLog = async (bus: Pick<Bus, "read">): Promise<void> => {
    for await (const entry of bus.read()) log.push(entry);
  };
  const directory = staticDirectory({ onCall: soc.onCall, team: "replay", clock: systemClock });
  const replayed = await replay({
    ...{ alertOf, roles, model: byRules, tools: () => [], recall: "on", seed: 7, diagnostics: silent },
    gate: { policy: policyOf(soc, () => "workstation"), directory },
    patience: { tries: 1, waitMs: 0 },
    ...options,
    keepLog,
  });
  return { ...replayed, log };
}
