/** What a report says, as text that is safe to show: indicators defanged, control characters made visible. */
import { defang, defangValue } from "../../src/indicators/defang.ts";
import type { IndicatorType } from "../../src/events/vocabulary.ts";
import type { CaseReport, ReportApproval } from "../../src/memory/case-report.ts";
import { shown } from "../table.ts";

/** Name and value, for a list of facts. */
export type Facts = readonly (readonly [name: string, value: string])[];

export interface Line {
  readonly time?: string;
  readonly text: string;
  readonly cites: readonly string[];
}

export interface Approval {
  readonly title: string;
  readonly facts: Facts;
  readonly evidence: readonly string[];
  readonly steps: readonly Line[];
}

export interface Sections {
  readonly title: string;
  readonly facts: Facts;
  readonly summary: readonly Line[];
  readonly timeline: readonly Line[];
  readonly approvals: readonly Approval[];
  readonly indicators: readonly string[];
}

/** One line, whatever stood in it. */
export function inert(text: string): string {
  return shown(defang(text).replaceAll(/\s+/g, " ").trim());
}

export function sectionsOf(report: CaseReport): Sections {
  const line = ({ text, cites, time }: { text: string; cites: readonly string[]; time?: string }): Line => {
    return { text: inert(text), cites, ...(time === undefined ? {} : { time: timeText(time) }) };
  };
  return {
    title: `${report.caseId}: ${inert(report.title)}`,
    facts: factsOf(report),
    summary: report.summary.map(line),
    timeline: report.timeline.map(line),
    approvals: report.approvals.map(approvalOf),
    indicators: report.indicators.map(({ type, value }) => `${type} ${shown(valueText(type, value))}`),
  };
}

const isLive = new Set<string>(["domain", "email", "ipv4", "ipv6", "url"] satisfies IndicatorType[]);

function valueText(type: string, value: string): string {
  return isLive.has(type) ? defangValue({ type: "url", value }) : defang(value);
}

/** "2026-03-02 08:14:00 UTC". */
export function timeText(time: string): string {
  return `${new Date(time).toISOString().slice(0, 19).replace("T", " ")} UTC`;
}

function factsOf(report: CaseReport): Facts {
  const { verdict, sev, host, user, closed, models } = report;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Alert", `${report.source}, rule ${report.rule}, severity ${report.severity}`],
    ["Host", host],
    ["User", user],
    ["Opened", timeText(report.openedAt)],
    ["Last event", timeText(report.until)],
    ["Verdict", verdict && `${verdict.verdict.replaceAll("_", " ")}, by ${verdict.by}`],
    ["Severity", sev],
    ["Closed", closed],
    ["Worked on by", models.length === 0 ? undefined : models.join(", ")],
    ["Approvals", String(report.approvals.length)],
    ["Events on the log", String(report.events)],
  ];
  return facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, inert(value)] as const]));
}

function approvalOf(approval: ReportApproval): Approval {
  const { what, status, addressed, quorum, against, reversible, blastRadius, targetClass } = approval;
  const people = quorum === 1 ? "one person" : `${quorum} different people`;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["Asked", `${addressed}, ${people}, at ${timeText(approval.askedAt)}`],
    ["Proposed by", approval.proposedBy],
    ["Why", approval.rationale],
    ["Against", against],
    [
      "By policy",
      `${targetClass}, ${reversible ? "reversible" : "irreversible"}, blast radius: ${blastRadius}`,
    ],
    ["Digest of what was shown", approval.digest],
    ["Request", approval.eventId],
  ];
  return {
    title: `${inert(what)}: ${status.replaceAll("_", " ")}`,
    facts: facts.flatMap(([name, value]) => (value === undefined ? [] : [[name, inert(value)] as const])),
    evidence: approval.evidence.map(({ claim, quote, cites }) => inert(`${claim} — “${quote}” (${cites})`)),
    steps: approval.steps.map(({ time, text, eventId }) => {
      return { time: timeText(time), text: inert(text), cites: [eventId] };
    }),
  };
}
