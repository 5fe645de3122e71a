/** Events of made-up cases, for folds: every one goes through the catalogue's schemas. */
import type { StoredEvent } from "../../src/bus/bus.ts";
import type { EventData, EventType } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { caseIdOf, naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import type { Indicator, IndicatorType, Verdict } from "../../src/events/vocabulary.ts";

export const start = "2026-03-02T08:00:00.000Z";

/** `start` plus so many hours. */
export function hour(hours: number): string {
  return new Date(Date.parse(start) + hours * 3_600_000).toISOString();
}

/** "a" → its case id. */
export function caseOf(name: string): string {
  return caseIdOf({ source: "test", sourceId: name });
}

export function ind(type: IndicatorType, value: string): Indicator {
  return { type, value };
}

export function said<T extends EventType>(
  type: T,
  subject: string,
  { time = start, source = "/test", data }: { time?: string; source?: string; data: EventData<T> },
): KnownEvent<T> {
  return makeEvent({
    id: naturalId("test", type, subject, time, JSON.stringify(data)),
    source,
    type,
    subject,
    time,
    data,
  });
}

export interface AlertOf {
  readonly time?: string;
  readonly rule?: string;
  readonly host?: string;
  readonly user?: string;
  readonly process?: EventData<"alert.received">["process"];
  readonly techniques?: string[];
  readonly indicators?: Indicator[];
}

export function received(name: string, alert: AlertOf = {}): KnownEvent<"alert.received"> {
  const { time = start, rule = "Rule", host, user, process, techniques = [], indicators = [] } = alert;
  return said("alert.received", caseOf(name), {
    time,
    data: {
      ...{ source: "test", sourceId: name, caseId: caseOf(name), title: rule, severity: "medium", time },
      ...{ rule: { id: rule, name: rule }, techniques, indicators, raw: {} },
      ...(host === undefined ? {} : { host: { name: host } }),
      ...(user === undefined ? {} : { user: { name: user } }),
      ...(process === undefined ? {} : { process }),
    },
  });
}

export function triaged(name: string, verdict: Verdict, time = start): KnownEvent<"alert.triaged"> {
  return said("alert.triaged", caseOf(name), {
    time,
    data: {
      ...{ intent: "unknown", outcome: "unknown", verdict, confidence: 0.7, priority: 5, summary: "Triage." },
      ...{ riskFactors: [], mitigatingFactors: [], questions: [], evidence: [], evidenceDropped: 0 },
    },
  });
}

export function investigated(name: string, verdict: Verdict, time = start): KnownEvent<"case.investigated"> {
  return said("case.investigated", caseOf(name), {
    time,
    data: {
      ...{ originalVerdict: "suspicious", intent: "unknown", outcome: "unknown", verdict, confidence: 0.8 },
      ...{ decision: "close", summary: "Investigated.", nextSteps: [], evidence: [], evidenceDropped: 0 },
    },
  });
}

export function labelled(name: string, verdict: Verdict, time = start): KnownEvent<"case.labelled"> {
  const data = { verdict, by: { team: "T1", user: "U1" }, reason: "Looked at it.", origin: "slack" };
  return said("case.labelled", caseOf(name), { time, data });
}

/** How the people of the source's own console closed it. */
export function closed(name: string, verdict: Verdict, time = start): KnownEvent<"case.labelled"> {
  const labelledBy = { source: "test", sourceId: name, person: "ana@soc.example" };
  const reason = `Closed in the console as "${verdict}".`;
  const data = { from: "source" as const, verdict, labelledBy, reason, origin: "test" };
  return said("case.labelled", caseOf(name), { time, source: "/sources/test", data });
}

export function unlabelled(name: string, time = start): KnownEvent<"case.unlabelled"> {
  const data = { by: { team: "T1", user: "U1" }, reason: "That was another host." };
  return said("case.unlabelled", caseOf(name), { time, data });
}

export function escalated(name: string, time = start): KnownEvent<"case.escalated"> {
  return said("case.escalated", caseOf(name), { time, data: { toRole: "tier2", why: "Odd.", priority: 7 } });
}

export function intel(
  name: string,
  report: Partial<EventData<"intel.reported">>,
  time = start,
): KnownEvent<"intel.reported"> {
  return said("intel.reported", caseOf(name), {
    time,
    data: {
      ...{ summary: "Intel.", campaigns: [], techniques: [], indicators: [], severityAdvice: "keep" },
      ...{ evidence: [], evidenceDropped: 0, ...report },
    },
  });
}

export function linked(name: string, to: string, time = start): KnownEvent<"case.linked"> {
  const data = { to: caseOf(to), by: { team: "T1", user: "U1" }, reason: "Same intruder." };
  return said("case.linked", caseOf(name), { time, data });
}

/** As the log stores them: one partition, log time as said. */
export function logged(events: readonly KnownEvent[]): StoredEvent[] {
  return events.map((event, i) => ({ event, partition: 0, position: `${Date.parse(start)}-${i}` }));
}
