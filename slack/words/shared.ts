/** Words of more than one surface. */
import type { ProposalStatus } from "../../src/memory/case-file.ts";
import type { ActionVerb, Outcome, Verdict } from "../../src/events/vocabulary.ts";
import type { MenuAction } from "../ids.ts";
import { configured, ours, type Ours } from "../text.ts";

export const footer = ours`hatrack proposes and never executes: a person carries this out.`;
export const tooLong = ours`This action is too long to show whole, so nobody can authorise it here.`;
export const playedByRules = ours`played by rules (baseline)`;
export const noLongerHandled = ours`This is no longer handled. Nothing was done.`;
export const notOurCard = ours`This card is not one that hatrack posted here. Nothing was done.`;
export const noLongerOpen = ours`This is not open any more: the card in the thread says what came of it.`;
export const formNotOpened = ours`Slack did not open the form in time. Nothing was done. Please press again.`;
export const needed = ours`Please fill this in: it goes on the record.`;
export const mayNotAsk = ours`Only people on call and analysts can ask hatrack; guests cannot.`;
export const pickOne = ours`Please choose one: a person or a role.`;
export const pickSome = ours`Please leave at least one of them ticked.`;
export const onlyHere = ours`Answers can be shared only to the SOC's own channels.`;
export const said = ours`Passed on. What comes of it appears in the case's thread, or in the operations channel.`;
export const notShared = ours`That cannot be shared. Nothing was posted.`;
export const notSharedNow = ours`That could not be shared just now. If it does not appear here, please try again.`;
export const notACase = ours`That is not the id of a case. It looks like CASE-7K3F9QWM2T.`;
export const notLookedUp = ours`That could not be looked up just now. Please try again.`;
export const notRecorded = ours`That could not be recorded just now, so nothing was done. Please try again.`;

export const verdicts: Readonly<Record<Verdict, Ours>> = {
  true_positive: ours`True positive`,
  false_positive: ours`False positive`,
  benign: ours`Benign`,
  suspicious: ours`Suspicious`,
  insufficient_data: ours`Insufficient data`,
};

export const outcomes: Readonly<Record<Outcome, Ours | undefined>> = {
  succeeded: ours`succeeded`,
  attempted: ours`attempted`,
  blocked: ours`blocked`,
  false_alarm: undefined,
  unknown: undefined,
};

/** Who counts the verdict that is shown. */
export const verdictBy = {
  person: ours`confirmed by a person`,
  source: ours`as closed in its console`,
  tier2: undefined,
  sentinel: undefined,
} as const;

/** Roles of the case thread, in the order in which they get to a case. */
export const hats = [
  { role: "sentinel", short: ours`Sentinel`, title: ours`Sentinel` },
  { role: "tier2", short: ours`Tier 2`, title: ours`Tier 2 Analyst` },
  { role: "ir-lead", short: ours`IR Lead`, title: ours`IR Lead` },
  { role: "threat-intel", short: ours`Threat Intel`, title: ours`Threat Intel` },
] as const;

/** "1 case", "2 cases". */
export function counted(amount: number, what: Ours): Ours {
  return amount === 1 ? ours`1 ${what}` : ours`${amount} ${what}s`;
}

/** What a role is called; one that somebody added goes by its name. */
export function hatOf(role: string): Ours {
  return hats.find((hat) => hat.role === role)?.title ?? configured(role);
}

export interface VerbWords {
  /** "Isolate host", before the target: the card's headline. */
  readonly headline: Ours;
  /** "Isolate", before the target: what a person then carries out. */
  readonly act: Ours;
  /** Carried out in the console of the product that raised the alert. */
  readonly inConsole: boolean;
  readonly authorise: Ours;
  readonly authorised: Ours;
  readonly done: Ours;
}

function response(headline: Ours, act: Ours, inConsole = false): VerbWords {
  const words = { authorise: ours`Authorise`, authorised: ours`Authorised`, done: ours`Done` };
  return { headline, act, inConsole, ...words };
}

export const verbs: Readonly<Record<ActionVerb, VerbWords>> = {
  isolate_host: response(ours`Isolate host`, ours`Isolate`, true),
  disable_account: response(ours`Disable account`, ours`Disable account`),
  reset_credentials: response(ours`Reset credentials of`, ours`Reset credentials of`),
  revoke_sessions: response(ours`Revoke sessions of`, ours`Revoke sessions of`),
  block_indicator: response(ours`Block indicator`, ours`Block`),
  quarantine_file: response(ours`Quarantine file`, ours`Quarantine`, true),
  kill_process: response(ours`Kill process`, ours`Kill process`, true),
  remove_persistence: response(ours`Remove persistence`, ours`Remove persistence`, true),
  collect_forensics: response(ours`Collect forensics from`, ours`Collect forensics from`, true),
  review_case: {
    headline: ours`Review case`,
    act: ours`Review`,
    inConsole: false,
    authorise: ours`Take the review`,
    authorised: ours`Review taken`,
    done: ours`Reviewed`,
  },
};

/** How a card that is no longer open begins; `authorised` and `executed` are worded by the verb. */
export const endings: Readonly<Record<Exclude<ProposalStatus, "pending" | "authorised" | "executed">, Ours>> =
  {
    rejected: ours`Rejected`,
    expired: ours`Expired: nobody answered, nothing was decided`,
    cancelled: ours`Cancelled`,
    superseded: ours`Superseded`,
    abandoned: ours`Could not be done`,
    lapsed: ours`Lapsed: authorised, but nobody carried it out`,
    rolled_back: ours`Done, then rolled back`,
    revoked: ours`Revoked: the authorisation no longer holds`,
  };

export const buttons = {
  reject: ours`Reject…`,
  needInfo: ours`Need info`,
  answer: ours`Answer…`,
  onIt: ours`I'm on it`,
  markDone: ours`Mark done`,
  couldNotDo: ours`Could not do it…`,
  evidence: ours`All evidence`,
  right: ours`Right`,
  wrong: ours`Wrong…`,
  share: ours`Share to channel`,
  openForm: ours`Open the form`,
  openCard: ours`Open the card`,
  acceptTuning: ours`Accept`,
  declineTuning: ours`Decline…`,
  tuningFilter: ours`Show the filter`,
  labelCase: ours`Label…`,
} as const;

/** A card's menu. */
export const menu: Readonly<Record<MenuAction, Ours>> = {
  edit: ours`Edit…`,
  handTo: ours`Hand to…`,
  snooze: ours`Snooze…`,
  rolledBack: ours`Rolled back…`,
  revoke: ours`Take back the authorisation…`,
  proof: ours`Evidence`,
};

/** Why a proposal is rejected; the tuning report counts these. */
export const rejectCategories = [
  { value: "false_alarm", label: ours`False alarm` },
  { value: "sanctioned", label: ours`Sanctioned activity or test` },
  { value: "too_wide", label: ours`Reaches too far` },
  { value: "wrong_target", label: ours`Wrong target` },
  { value: "already_done", label: ours`Already done` },
  { value: "not_enough_evidence", label: ours`Not enough evidence` },
  { value: "other", label: ours`Something else` },
] as const;

/** The console of the product an alert came from. */
export function consoleName(source: string | undefined): Ours {
  return source === "crowdstrike" ? ours`Falcon` : ours`the console`;
}
