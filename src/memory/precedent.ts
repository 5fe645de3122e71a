/**
 * A past case as a role is shown it: what matched, who judged it, and what people decided then. Evidence to weigh,
 * not to obey: a role may differ from it and says why.
 */
import type { Indicator, Verdict } from "../events/vocabulary.ts";
import type { CaseFile, Proposal, ProposalStatus } from "./case-file.ts";
import { whoStands, type Judge } from "./case-record.ts";
import type { Recalled } from "./recall.ts";

export interface Precedent {
  readonly caseId: string;
  /** RFC 3339. */
  readonly openedAt?: string;
  readonly rule?: string;
  readonly host?: string;
  /** What both cases hold; the strong ones first. */
  readonly matched: readonly Indicator[];
  readonly score: number;
  readonly verdict: Verdict | "not judged";
  /** "person" is a label that somebody gave, "source" how its console closed it; the others are a role's own opinion. */
  readonly confirmedBy: Judge | "nobody";
  /** What the last who judged it said. */
  readonly reason?: string;
  /** "isolate_host FIN-WS-042: carried out"; only what people authorised. */
  readonly peopleDid: readonly string[];
  /** What people were asked for and turned down: no sign that it was right to do. */
  readonly peopleTurnedDown: readonly string[];
}

const mostMatched = 12;
const mostActs = 6;
const longestReason = 400;

export function precedentOf(recalled: Recalled, file: CaseFile): Precedent {
  return {
    caseId: recalled.caseId,
    ...whatItWas(file),
    matched: recalled.shared.slice(0, mostMatched),
    score: recalled.score,
    verdict: recalled.verdict ?? "not judged",
    confirmedBy: recalled.confirmedBy ?? "nobody",
    ...whyJudged(file),
    peopleDid: acts(file, did),
    peopleTurnedDown: acts(file, turnedDown),
  };
}

function whatItWas({ alert }: CaseFile): Pick<Precedent, "openedAt" | "rule" | "host"> {
  if (alert === undefined) return {};
  const where = alert.host === undefined ? {} : { host: alert.host.name };
  return { openedAt: alert.time, rule: alert.rule.name, ...where };
}

/** Of whose verdict stands: another's words would explain another verdict. */
function whyJudged({ label, sourceLabel, investigation, triage }: CaseFile): Pick<Precedent, "reason"> {
  const found = whoStands<Judgement>({
    ...{ person: label, source: sourceLabel, tier2: investigation, sentinel: triage },
  });
  const reason = found?.said.reason ?? found?.said.summary;
  return reason === undefined ? {} : { reason: reason.slice(0, longestReason) };
}

interface Judgement {
  readonly verdict: Verdict;
  readonly reason?: string;
  readonly summary?: string;
}

const did: Readonly<Partial<Record<ProposalStatus, string>>> = {
  authorised: "authorised, not yet carried out",
  executed: "carried out",
  abandoned: "authorised, could not be carried out",
};

const turnedDown: Readonly<Partial<Record<ProposalStatus, string>>> = {
  rejected: "rejected",
  revoked: "authorised, then revoked",
};

function acts(file: CaseFile, words: Readonly<Partial<Record<ProposalStatus, string>>>): string[] {
  return file.proposals.flatMap((proposal) => actOf(proposal, words[proposal.status])).slice(0, mostActs);
}

function actOf({ handoff: { ask }, decided }: Proposal, came: string | undefined): string[] {
  if (came === undefined || ask.verb === "review_case") return [];
  const why = came === "rejected" && decided !== undefined ? ` (${decided.why.slice(0, 200)})` : "";
  return [`${ask.verb} ${ask.target.value.slice(0, 200)}: ${came}${why}`];
}
