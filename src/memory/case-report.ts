/**
 * One case for a post-incident review: what it was, everything that was said and done in order, and each approval with
 * what it rested on. Pure; every line names the events it comes from.
 */
import { HatrackError } from "../errors.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { Evidence, Verdict } from "../events/vocabulary.ts";
import { foldCase, verdictOf, type ProposalStatus } from "./case-file.ts";
import { factsOf } from "./explain-facts.ts";
import { explainEvents, type Explanation } from "./explain.ts";

/** What one person, or the gate, said to a request. */
export interface ReportStep {
  readonly time: string;
  readonly text: string;
  readonly eventId: string;
}

export interface ReportApproval {
  readonly proposalId: string;
  /** "isolate host FIN-WS-042". */
  readonly what: string;
  readonly status: ProposalStatus;
  readonly askedAt: string;
  /** "IR Lead On-Call"; and how many of them had to agree. */
  readonly addressed: string;
  readonly quorum: number;
  readonly targetClass: string;
  readonly blastRadius: string;
  readonly reversible: boolean;
  readonly proposedBy: string;
  readonly rationale: string;
  readonly against?: string;
  readonly evidence: readonly Evidence[];
  /** The digest of exactly what was shown and approved. */
  readonly digest: string;
  readonly steps: readonly ReportStep[];
  readonly eventId: string;
}

export interface CaseReport {
  readonly caseId: string;
  readonly title: string;
  readonly openedAt: string;
  /** Of the last event. */
  readonly until: string;
  readonly source: string;
  readonly rule: string;
  readonly severity: string;
  readonly host?: string;
  readonly user?: string;
  readonly verdict?: { readonly verdict: Verdict; readonly by: string };
  readonly sev?: string;
  readonly closed?: string;
  readonly models: readonly string[];
  readonly summary: Explanation["sentences"];
  readonly timeline: Explanation["timeline"];
  readonly approvals: readonly ReportApproval[];
  readonly indicators: readonly { readonly type: string; readonly value: string }[];
  readonly events: number;
}

/** @throws HatrackError `case_not_found` for a case the log does not know */
export function caseReport(caseId: string, events: readonly AnyEvent[]): CaseReport {
  const { alert, models, plan, closed, ...file } = foldCase(caseId, events);
  if (alert === undefined) {
    throw new HatrackError("case_not_found", `report: the log knows no alert of a case ${caseId}`);
  }
  const { sentences: summary, timeline } = explainEvents(caseId, events);
  const judged = verdictOf({ ...file, alert, models });
  const { title, source, rule, severity, host, user, indicators } = alert;
  return {
    ...{ caseId, title, source, rule: rule.name, severity, models, summary, timeline, indicators },
    ...{ openedAt: alert.time, until: events.at(-1)?.time ?? alert.time, events: events.length },
    ...(host === undefined ? {} : { host: host.name }),
    ...(user === undefined ? {} : { user: user.name }),
    ...(judged === undefined ? {} : { verdict: judged }),
    ...(plan === undefined ? {} : { sev: plan.sev }),
    ...(closed === undefined ? {} : { closed: closed.reason }),
    approvals: approvalsOf(events, new Map(file.proposals.map((one) => [one.proposalId, one.status]))),
  };
}

function approvalsOf(
  events: readonly AnyEvent[],
  status: ReadonlyMap<string, ProposalStatus>,
): ReportApproval[] {
  // Asked anew after an edit: the last request is what was decided on.
  const requests = new Map<string, KnownEvent<"handoff.requested">>();
  for (const event of events) {
    if (isEvent(event, "handoff.requested")) requests.set(event.data.proposalId, event);
  }
  const words = new Map(factsOf(events).map(({ cites, text }) => [cites[0] ?? "", text]));
  return [...requests].map(([proposalId, request]) => ({
    ...askedOf(request),
    status: status.get(proposalId) ?? "pending",
    steps: events.flatMap((event) => stepOf(event, proposalId, words)),
  }));
}

function askedOf({
  id,
  time,
  data,
}: KnownEvent<"handoff.requested">): Omit<ReportApproval, "status" | "steps"> {
  const { ask, bar, digest, proposalId } = data;
  const { verb, target, rationale, against, evidence, proposedBy } = ask;
  const { addressed, quorum, targetClass, blastRadius, reversible } = bar;
  return {
    ...{ proposalId, what: `${verb.replaceAll("_", " ")} ${target.value}`, askedAt: time, eventId: id },
    ...{ addressed: addressed.title, quorum, targetClass, blastRadius, reversible, digest },
    ...{ proposedBy, rationale, evidence, ...(against === undefined ? {} : { against }) },
  };
}

/** Whatever was said or done about it since it was first asked, worded as everywhere else. */
function stepOf(event: AnyEvent, proposalId: string, words: ReadonlyMap<string, string>): ReportStep[] {
  if ("foreign" in event || !("proposalId" in event.data) || event.data.proposalId !== proposalId) return [];
  if (isEvent(event, "handoff.requested") && event.data.edited === undefined) return [];
  const text = isEvent(event, "approval.recorded") ? approvedText(event.data) : words.get(event.id);
  return text === undefined ? [] : [{ time: event.time, text, eventId: event.id }];
}

/** The directory's answer it rests on: whose group, when it was asked, how many were in it. */
function approvedText({ by, have, need, directory, digest }: EventData<"approval.recorded">): string {
  const { group, askedAt, members, membersDigest } = directory;
  return (
    `${by.user} approved (${have} of ${need}) what has the digest ${digest.slice(0, 12)}; in ${group} by the directory ` +
    `asked at ${askedAt}, ${members} members, digest ${membersDigest.slice(0, 12)}`
  );
}
