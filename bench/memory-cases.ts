/** Cases that share as cases of a company do: few hosts with many alerts, common programs, rare infrastructure. Seeded. */
import type { StoredEvent } from "../src/bus/bus.ts";
import type { KnownEvent } from "../src/events/envelope.ts";
import type { Indicator, Verdict } from "../src/events/vocabulary.ts";
import { random } from "../src/replay/random.ts";

const start = Date.parse("2026-01-01T00:00:00.000Z");
const yearMs = 365 * 86_400_000;

export function caseIdAt(i: number): string {
  return `CASE-${i
    .toString(36)
    .toUpperCase()
    .replace(/[ILOU]/g, "Z")
    .padStart(6, "0")}${(i % 10_000).toString().padStart(4, "0")}`;
}

/** Few of a pool are common, most are rare. */
const skewed = (next: () => number, size: number): number => Math.floor(size * next() ** 3);

const hex = (seed: number): string =>
  Array.from({ length: 8 }, (_, i) =>
    ((seed * 2_654_435_761 + i * 40_503) >>> 0).toString(16).padStart(8, "0"),
  ).join("");

function indicatorsAt(i: number, n: number, next: () => number): Indicator[] {
  const all: Indicator[] = [];
  // One case in three belongs to something that goes on: a few cases share its server, or its file.
  const campaign = Math.floor(next() * (n / 12));
  const isOfOne = next() < 0.33;
  if (isOfOne && next() < 0.7) all.push({ type: "domain", value: `c2-${campaign}.bad.example` });
  if (isOfOne && next() < 0.5) all.push({ type: "ipv4", value: addressAt(campaign) });
  if (next() < 0.3) all.push({ type: "domain", value: `once-${i}.bad.example` });
  // A program that many hosts run, or one of its own.
  const program = next() < 0.6 ? skewed(next, 2000) : 10_000 + i;
  all.push({ type: "sha256", value: hex(program) });
  return all;
}

const addressAt = (i: number): string => `${100 + (i % 20)}.${(i >> 5) % 256}.${(i >> 13) % 256}.${i % 254}`;

/** The log of `n` cases: an alert and a triage each, for one in twenty a label. */
export function* caseLog(n: number, seed: number): Generator<StoredEvent> {
  const next = random(seed);
  let sequence = 0;
  for (let i = 0; i < n; i += 1) {
    const at = start + Math.floor((i / n) * yearMs);
    for (const event of eventsOf(i, { n, at, next })) {
      sequence += 1;
      yield { event, partition: 0, position: `${at}-${sequence}` };
    }
  }
}

interface Scene {
  readonly n: number;
  readonly at: number;
  readonly next: () => number;
}

function eventsOf(i: number, { n, at, next }: Scene): KnownEvent[] {
  const caseId = caseIdAt(i);
  const time = new Date(at).toISOString();
  const envelope = { specversion: "1.0", subject: caseId, time, schemaversion: 1 } as const;
  const rule = `Rule ${skewed(next, 300)}`;
  const verdict: Verdict = next() < 0.5 ? "true_positive" : next() < 0.5 ? "benign" : "suspicious";
  const alert: KnownEvent = {
    ...{ ...envelope, id: `a${i}`, source: "/sources/bench", type: "alert.received" },
    data: {
      ...{ source: "bench", sourceId: String(i), caseId, title: rule, severity: "medium", time, raw: {} },
      rule: { id: rule, name: rule },
      host: { name: `WS-${skewed(next, Math.max(50, n / 20))}` },
      user: { name: `user.${skewed(next, Math.max(50, n / 25))}` },
      techniques: [`T1${String(100 + skewed(next, 200))}`],
      indicators: indicatorsAt(i, n, next),
    },
  };
  const triage: KnownEvent = {
    ...{ ...envelope, id: `t${i}`, source: "/roles/sentinel", type: "alert.triaged" },
    data: {
      ...{ intent: "unknown", outcome: "unknown", verdict, confidence: 0.7, priority: 5, summary: "Triage." },
      ...{ riskFactors: [], mitigatingFactors: [], questions: [], evidence: [], evidenceDropped: 0 },
    },
  };
  const by = { team: "T0", user: "U0" };
  const label: KnownEvent = {
    ...{ ...envelope, id: `l${i}`, source: "/roles/human-gate", type: "case.labelled" },
    data: { verdict, by, reason: "Looked.", origin: "slack" },
  };
  return next() < 0.05 ? [alert, triage, label] : [alert, triage];
}
