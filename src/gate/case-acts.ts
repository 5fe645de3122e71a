/**
 * What comes of a decision about a case, a rule or a role, as against one about a proposal: rights first, then
 * whether it makes sense as the case stands. Pure.
 */
import type { Draft } from "../bus/bus.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import type { Decision } from "../events/decision.ts";
import { naturalId } from "../events/ids.ts";
import { recordOf, standingOf, type Standing } from "./authority.ts";
import type { DecisionCommand, ProposalDecision, TuningDecision } from "./commands.ts";
import type { DirectoryAnswer } from "./directory.ts";
import type { Policy, Right } from "./policy.ts";
import { refuse, type Refusal } from "./refusals.ts";

export type CaseAct = Exclude<Decision, ProposalDecision | TuningDecision>;
type Act<K extends CaseAct["decision"]> = Extract<CaseAct, { decision: K }>;

export function isCaseAct(decision: Decision): decision is CaseAct {
  return !("proposalId" in decision) && !("tuningId" in decision);
}

/** What must be known of the case to judge it. */
export interface CaseFacts {
  /** Ids of its events; empty for a case the log does not know. */
  readonly eventIds: ReadonlySet<string>;
  readonly closed: boolean;
  readonly labelled: boolean;
  /** The case a link leads to is on the log. */
  readonly otherKnown: boolean;
}

export interface Told {
  readonly command: DecisionCommand;
  readonly act: CaseAct;
  /** The answers for the on-call roles that have the right, as far as they were asked. */
  readonly answers: readonly DirectoryAnswer[];
  readonly facts: CaseFacts;
}

const needed: Readonly<Record<CaseAct["decision"], Right>> = {
  ...{ label: "label", withdraw_label: "label", link: "label", rate: "read" },
  ...{
    close: "close",
    reopen: "close",
    assign_case: "assign",
    mute: "mute",
    unmute: "mute",
    pause: "pause",
    resume: "pause",
  },
};

/** The on-call roles whose members may do this. */
export function rolesFor(act: CaseAct, policy: Policy): readonly string[] {
  return policy.rights?.[needed[act.decision]] ?? [];
}

/** Folds what is asked of the case's events. */
export function caseFacts(events: Iterable<AnyEvent>): Omit<CaseFacts, "otherKnown"> {
  const eventIds = new Set<string>();
  let [closed, labelled] = [false, false];
  for (const event of events) {
    if (isEvent(event, "decision.submitted", "decision.refused")) continue;
    eventIds.add(event.id);
    if (isEvent(event, "case.closed", "case.reopened")) closed = event.type === "case.closed";
    // What a source says of its alert is not ours to withdraw.
    if (isEvent(event, "case.labelled") && event.data.from !== "source") labelled = true;
    if (isEvent(event, "case.unlabelled")) labelled = false;
  }
  return { eventIds, closed, labelled };
}

/** Always at least one event: what came of it, or which rule refused. */
export function decideCaseAct(told: Told, policy: Policy): Draft[] {
  const { command, act, answers } = told;
  const who = titles(rolesFor(act, policy), policy);
  const standing = bestOf(answers, act, who);
  if (!standing.entitled) return [refuse(command, { ...standing, whoCan: who })];
  const refusal = nonsense(told);
  if (refusal !== undefined) return [refuse(command, refusal)];
  return [draftOf(told, { by: act.principal, directory: recordOf(standing.answer) })];
}

/** "SOC Analysts, Tier 2 On-Call or IR Lead On-Call" */
export function titles(roles: readonly string[], policy: Policy): string {
  const names = roles.map((role) => policy.onCall[role]?.title ?? role);
  const last = names.pop() ?? "nobody";
  return names.length === 0 ? last : `${names.join(", ")} or ${last}`;
}

/** Entitled by any one answer; else the refusal that says most: who they are before what could not be looked up. */
export function bestOf(
  answers: readonly DirectoryAnswer[],
  { principal }: Pick<Decision, "principal">,
  who: string,
): Standing {
  const standings = answers.map((answer) => standingOf(answer, principal, who));
  const refused = standings.filter((standing) => !standing.entitled);
  return (
    standings.find((standing) => standing.entitled) ??
    refused.find(({ rule }) => !["not_a_member", "directory_unavailable"].includes(rule)) ??
    refused.find(({ rule }) => rule === "directory_unavailable") ??
    refused[0] ?? {
      entitled: false,
      rule: "no_right",
      message: "soc.yaml gives nobody the right to do this.",
    }
  );
}

/** Longer than this nobody should look away from a rule without looking again. Days. */
const longestMute = 30;

function nonsense(told: Told): Refusal | undefined {
  const { act } = told;
  if (act.decision === "mute") return badMute(act, told.command.at);
  if (act.decision === "pause" && act.role === "human-gate") {
    return { rule: "not_pausable", message: "The human gate cannot be paused: nobody could resume it." };
  }
  if (!("caseId" in act)) return undefined;
  const { caseId } = act;
  if (caseId !== told.command.caseId) {
    return { rule: "wrong_case", message: `This was said under ${told.command.caseId}, not ${caseId}.` };
  }
  if (told.facts.eventIds.size === 0) return { rule: "unknown_case", message: `There is no case ${caseId}.` };
  return unfitting(act, told);
}

function badMute({ until }: Act<"mute">, at: number): Refusal | undefined {
  const days = (Date.parse(until) - at) / 86_400_000;
  if (days > 0 && days <= longestMute) return undefined;
  const message = `Muted until ${until}: expected a time to come, at most ${longestMute} days away.`;
  return { rule: "until_out_of_range", message };
}

function unfitting(act: Extract<CaseAct, { caseId: string }>, told: Told): Refusal | undefined {
  const { facts } = told;
  const fits: Readonly<Record<typeof act.decision, () => Refusal | undefined>> = {
    label: () => undefined,
    withdraw_label: () => (facts.labelled ? undefined : say("not_labelled", "It has no label to withdraw.")),
    close: () => (facts.closed ? say("already_closed", "It is closed already.") : undefined),
    reopen: () => (facts.closed ? undefined : say("not_closed", "It is not closed.")),
    assign_case: () => (act.decision === "assign_case" ? badAssignee(act, told) : undefined),
    link: () => (act.decision === "link" ? badLink(act, facts) : undefined),
    rate: () => (act.decision === "rate" && !facts.eventIds.has(act.eventId) ? noFinding(act) : undefined),
  };
  return fits[act.decision]();
}

const say = (rule: string, message: string): Refusal => ({ rule, message });

function badAssignee({ to }: Act<"assign_case">, { answers }: Told): Refusal | undefined {
  if (answers.some((answer) => standingOf(answer, to, "").entitled)) return undefined;
  return say(
    "bad_assignee",
    "Whoever you chose could not work on it: they are not among those who may take a case.",
  );
}

function badLink({ caseId, to }: Act<"link">, { otherKnown }: CaseFacts): Refusal | undefined {
  if (to === caseId) return say("same_case", "A case cannot be linked to itself.");
  return otherKnown ? undefined : say("unknown_case", `There is no case ${to}.`);
}

const noFinding = ({ eventId, caseId }: Act<"rate">): Refusal =>
  say("unknown_finding", `${eventId} is no event of ${caseId}.`);

type Word = Pick<Extract<Draft, { type: "case.closed" }>["data"], "by" | "directory">;

const changes = {
  withdraw_label: "case.unlabelled",
  close: "case.closed",
  reopen: "case.reopened",
} as const;

function draftOf({ command, act }: Told, word: Word): Draft {
  return "caseId" in act ? ofCase(act, word) : ofRuleOrRole(act, command.decisionId, word);
}

function ofCase(act: Extract<CaseAct, { caseId: string }>, word: Word): Draft {
  switch (act.decision) {
    case "label": {
      const { verdict, reason, surface: origin } = act;
      return { type: "case.labelled", data: { verdict, ...word, reason, origin } };
    }
    case "withdraw_label":
    case "close":
    case "reopen":
      return { type: changes[act.decision], data: { ...word, reason: act.reason } };
    case "assign_case":
      return { type: "case.assigned", data: { to: act.to, ...word } };
    case "link":
      return { type: "case.linked", data: { to: act.to, ...word, reason: act.reason } };
    case "rate":
      return { type: "finding.rated", data: { eventId: act.eventId, right: act.right, ...word } };
  }
}

function ofRuleOrRole(
  act: Act<"mute" | "unmute" | "pause" | "resume">,
  decisionId: string,
  word: Word,
): Draft {
  if (act.decision === "resume") return { type: "role.resumed", data: { role: act.role, ...word } };
  if (act.decision === "unmute") {
    const { rule, host } = act;
    return { type: "suppression.lifted", data: { rule, ...(host === undefined ? {} : { host }), ...word } };
  }
  const { reason } = act;
  if (act.decision === "pause") return { type: "role.paused", data: { role: act.role, ...word, reason } };
  const { rule, host, critical, until } = act;
  const scope = { ...(host === undefined ? {} : { host }), ...(critical === undefined ? {} : { critical }) };
  const what = { rule, ...scope, until };
  const suppressionId = naturalId("suppression", decisionId);
  return { type: "suppression.set", data: { suppressionId, ...what, ...word, reason } };
}
