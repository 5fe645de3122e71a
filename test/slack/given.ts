/** A case as the roles would leave it on the log, for tests of what Slack shows of it. */
import type { Bus } from "../../src/bus/bus.ts";
import { isoTime } from "../../src/clock.ts";
import type { EventData, EventType } from "../../src/events/catalogue.ts";
import type { AnyEvent, KnownEvent } from "../../src/events/envelope.ts";
import { naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { sealed } from "../../src/gate/digest.ts";

export const caseId = "CASE-7K3F9QWM2T";
export const openedAt = Date.parse("2026-03-02T10:00:00.000Z");
export const mia = { team: "T0NORTHWIND", user: "U0MIA" };
export const priya = { team: "T0NORTHWIND", user: "U0PRIYA" };

export type Alert = EventData<"alert.received">;
export type Triage = EventData<"alert.triaged">;
export type Proposal = EventData<"action.proposed">;
export type Asked = EventData<"handoff.requested">;

export const alert = (over: Partial<Alert> = {}): Alert => ({
  source: "crowdstrike",
  sourceId: "ind:1",
  caseId,
  rule: { id: "r1", name: "Encoded PowerShell" },
  title: "Encoded PowerShell on FIN-WS-042",
  severity: "high",
  time: isoTime(openedAt),
  host: { name: "FIN-WS-042" },
  user: { name: "j.doe" },
  techniques: [],
  indicators: [],
  link: "https://falcon.crowdstrike.com/activity/detections/1",
  raw: {},
  ...over,
});

const evidence = [{ claim: "encoded", cites: "step 3", quote: "-enc JABjAGwA" }];

export const triage = (over: Partial<Triage> = {}): Triage => ({
  intent: "malicious",
  outcome: "succeeded",
  verdict: "true_positive",
  confidence: 0.86,
  priority: 9,
  summary: "Beacon to 203.0.113.7 every 60 s after a macro.",
  riskFactors: [],
  mitigatingFactors: [],
  questions: [],
  evidence,
  evidenceDropped: 0,
  ...over,
});

export const proposed = (over: Partial<Proposal> = {}): Proposal => ({
  verb: "isolate_host",
  target: { type: "host", value: "FIN-WS-042" },
  parameters: {},
  rationale: "confirmed beacon; credential access",
  against: "no second host",
  evidence,
  opinion: { reversible: true, blastRadius: "one host" },
  ...over,
});

export const asked = (
  proposalId: string,
  over: { ask?: Partial<Asked["ask"]>; bar?: Partial<Asked["bar"]> } = {},
): Asked => {
  const { opinion: _, ...action } = proposed();
  const ask: Asked["ask"] = { ...action, proposedBy: "ir-lead", ...over.ask };
  const bar: Asked["bar"] = {
    targetClass: "workstation",
    addressed: { role: "ir-lead-oncall", title: "IR Lead On-Call" },
    quorum: 1,
    reversible: true,
    blastRadius: "one workstation",
    expiresMinutes: 30,
    nextTiers: [{ role: "soc-manager-oncall", title: "SOC Manager On-Call" }],
    carryOutMinutes: 60,
    ...over.bar,
  };
  return { proposalId, ask, bar, ...sealed({ proposalId, caseId, ask, bar }) };
};

let count = 0;

/** One event as it would stand on the log. */
export function said<T extends EventType>(
  type: T,
  data: EventData<T>,
  over: { source?: string; subject?: string; id?: string; at?: number } = {},
): KnownEvent<T> {
  count += 1;
  return makeEvent({
    id: over.id ?? naturalId("test", count),
    source: over.source ?? "/roles/test",
    type,
    subject: over.subject ?? caseId,
    time: isoTime(over.at ?? openedAt + count),
    data,
  });
}

export const publish = async (bus: Bus, ...events: readonly AnyEvent[]): Promise<void> => {
  await bus.publish(events);
};
