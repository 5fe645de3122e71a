/** The load of the bus bench: alerts published, each handled into one triage. */
import { outputOf } from "../src/bus/outputs.ts";
import type { Draft } from "../src/bus/bus.ts";
import { caseIdOf, naturalId } from "../src/events/ids.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../src/events/envelope.ts";
import { eventText, makeEvent } from "../src/events/parse.ts";

const time = "2026-01-05T09:00:00.000Z";
export const group = "sentinel";
export const source = "/roles/sentinel";

function alert(n: number): KnownEvent<"alert.received"> {
  const key = { source: "crowdstrike", sourceId: `ldt:bench:${n}` };
  const caseId = caseIdOf(key);
  return makeEvent({
    id: naturalId("alert", key.source, key.sourceId),
    source: "/sources/crowdstrike",
    type: "alert.received",
    subject: caseId,
    time,
    data: {
      ...key,
      caseId,
      rule: { id: "41002", name: "Encoded PowerShell" },
      title: "Encoded PowerShell on FIN-WS-042",
      severity: "high",
      time,
      host: { name: "FIN-WS-042", ip: "10.20.30.42" },
      user: { name: "j.doe" },
      techniques: ["T1059.001"],
      indicators: [{ type: "domain", value: "evil.example" }],
      raw: { pattern_id: 41002, cmdline: "powershell -enc JABjAGwAaQBlAG4AdAA=" },
    },
  });
}

export function triage(cause: AnyEvent): Draft {
  return {
    type: "alert.triaged",
    data: {
      intent: "malicious",
      outcome: "succeeded",
      verdict: "true_positive",
      confidence: 0.86,
      priority: 8,
      summary: `Beacon after a macro, ${cause.subject}.`,
      riskFactors: ["encoded command line"],
      mitigatingFactors: [],
      questions: [],
      evidence: [{ claim: "It is encoded", cites: "alert.title", quote: "Encoded PowerShell" }],
      evidenceDropped: 0,
    },
  };
}

export function alerts(count: number): KnownEvent<"alert.received">[] {
  return Array.from({ length: count }, (_, n) => alert(n));
}

/** The same bytes the bus writes: [type, text] of each event, and of what its handling says. */
export interface Written {
  readonly id: string;
  readonly subject: string;
  readonly input: readonly [string, string];
  readonly output: readonly [string, string];
}

export function written(events: readonly KnownEvent[]): Written[] {
  return events.map((event) => {
    if (!isEvent(event, "alert.received")) throw new Error(`bench: ${event.type} is no alert`);
    const said = outputOf(triage(event), 0, { group, cause: event, source, time });
    const { id, subject, type } = event;
    return { id, subject, input: [type, eventText(event)], output: [said.event.type, said.text] };
  });
}

export function inBatches<Item>(items: readonly Item[], size: number): Item[][] {
  const batches: Item[][] = [];
  for (let at = 0; at < items.length; at += size) batches.push(items.slice(at, at + size));
  return batches;
}
