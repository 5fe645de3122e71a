/** What can be asked of a case, and which of its facts answer that. The first topic that a question fits is taken. */
import type { EventType } from "../events/catalogue.ts";
import { whoStands } from "./case-record.ts";
import type { Fact } from "./explain-fact.ts";

export interface Topic {
  readonly asks: RegExp;
  /** Further words of this topic that need not occur in the answer. */
  readonly words?: RegExp;
  /** A role that the question names is whose facts are wanted. */
  readonly byRole?: boolean;
  pick(facts: readonly Fact[]): Fact[];
}

const roles: readonly (readonly [RegExp, string])[] = [
  [/\bsentinel|\btriage/, "sentinel"],
  [/\btier[- ]?2\b|\banalyst\b|\binvestigat/, "tier2"],
  [/\bir[- ]lead\b/, "ir-lead"],
  [/\bthreat[- ]intel/, "threat-intel"],
  [/\bthreat[- ]hunter/, "threat-hunter"],
  [/\bsoc[- ]manager\b/, "soc-manager"],
  [/\bdetection[- ]engineer/, "detection-engineer"],
];

export function rolesNamed(asked: string): string[] {
  return roles.flatMap(([pattern, role]) => (pattern.test(asked) ? [role] : []));
}

const verbs: readonly (readonly [RegExp, string])[] = [
  [/\bisolat|\bcontain(?:ed|ing|ment)?\b|\bcut off/, "isolate_host"],
  [/\bblock/, "block_indicator"],
  [/\breset|\bpassword|\bcredential/, "reset_credentials"],
  [/\bdisabl/, "disable_account"],
  [/\bsessions?\b|\blogg?ed out/, "revoke_sessions"],
  [/\bquarantin/, "quarantine_file"],
  [/\bkill/, "kill_process"],
  [/\bpersistence/, "remove_persistence"],
  [/\bforensic|\bimag(?:e|ing)\b/, "collect_forensics"],
  [/\breview/, "review_case"],
];

export function verbsNamed(asked: string): string[] {
  return verbs.flatMap(([pattern, verb]) => (pattern.test(asked) ? [verb] : []));
}

/** Facts of these types; without the side sentences of an event. */
const of =
  (...types: readonly EventType[]) =>
  (facts: readonly Fact[]): Fact[] =>
    facts.filter((fact) => types.includes(fact.type) && fact.detail === undefined);

const detail =
  (...details: readonly NonNullable<Fact["detail"]>[]) =>
  (facts: readonly Fact[]): Fact[] =>
    facts.filter((fact) => fact.detail !== undefined && details.includes(fact.detail));

const outcome =
  (...outcomes: readonly string[]) =>
  (facts: readonly Fact[]): Fact[] =>
    facts.filter((fact) => fact.outcome !== undefined && outcomes.includes(fact.outcome));

/** The verdict that stands: a person's unless it was withdrawn, else whose word is next. */
function standingVerdict(facts: readonly Fact[]): Fact[] {
  const withdrawn = facts.findLastIndex(({ type }) => type === "case.unlabelled");
  const stands = whoStands({
    person: outcome("labelled by hand")(facts.slice(withdrawn + 1)).at(-1),
    source: outcome("labelled by the source")(facts).at(-1),
    tier2: of("case.investigated")(facts).at(-1),
    sentinel: of("alert.triaged")(facts).at(-1),
  });
  return stands === undefined ? [] : [stands.said];
}

/** Why an action was taken: who proposed it and on what, who decided, and whether it was done. */
function wholeAction(facts: readonly Fact[]): Fact[] {
  const about = facts.filter(({ verb }) => verb !== undefined);
  return about.filter(({ type }) => type.startsWith("action."));
}

const ended: readonly string[] = ["authorised", "rejected", "expired", "cancelled", "superseded"];

const aboutDecisions: readonly Topic[] = [
  {
    asks: /\bwithout (?:the |a )?right|\brefused\b|\bnot allowed|\btried to\b/,
    words: /\bapprov\w*|\bauthoris\w*/g,
    pick: of("decision.refused"),
  },
  { asks: /\breject\w*|\bturn\w* (?:it )?down|\bdeclin\w*|\bsa(?:id|y) no\b/, pick: outcome("rejected") },
  {
    asks: /\bapprov\w*|\bauthori[sz]\w*|\bsigned? (?:it )?off|\ballowed\b|\bsa(?:id|y) yes\b/,
    pick: outcome("authorised"),
  },
  {
    asks: /\bcarr(?:y|ied) (?:it )?out|\bexecut\w*|\bperform\w*|\bactually (?:done|do)/,
    pick: outcome("executed", "abandoned"),
  },
  {
    asks: /\b(?:came|become|became|come) of\b|\boutcome\b|\bexpir\w*|\bdecided\b(?=.*\b(?:request|proposal|reset|block|isolat))/,
    pick: outcome(...ended, "executed", "abandoned", "lapsed", "revoked", "rolled back"),
  },
  { asks: /\brolled (?:it )?back\b|\broll(?:ing|s)?[- ]?back\b|\bundone\b/, pick: outcome("rolled back") },
  { asks: /\boverdue\b|\b(?:not|never) done in time\b/, pick: of("action.overdue") },
  { asks: /\bsnooz\w*|\bput (?:it )?off\b|\bpostpon\w*/, pick: of("handoff.snoozed") },
  { asks: /\bremind\w*/, pick: of("handoff.reminded") },
  { asks: /\bhanded (?:it )?(?:on|over)\b|\bdelegat\w*|\bre-?rout\w*/, pick: of("handoff.rerouted") },
  {
    asks: /\bedit\w*|\bchang\w* (?:the )?(?:request|proposal|target)/,
    words: /\brequest\b|\bproposal\b|\btarget\b/g,
    pick: outcome("changed"),
  },
  { asks: /\bnot (?:been )?(?:posted|shown)\b|\bnobody (?:saw|was shown)\b/, pick: of("handoff.unposted") },
  {
    asks: /\bwant\w* to know|\bask(?:ed)? (?:about|a question)|\bwhat (?:question|info\w*)|\bquestions? (?:was|were)/,
    words: /\basked\b/g,
    pick: of("info.requested", "info.answered"),
  },
  {
    asks: /\bwho(?:m)? (?:was|were|is|are) (?:asked|addressed|called)|\bwas asked (?:to|next)|\bon.call\b/,
    words: /\bto decide|\bdecide\b|\bnext\b/g,
    pick: of("handoff.requested", "handoff.rerouted"),
  },
];

const aboutTheCase: readonly Topic[] = [
  { asks: /\bre-?open\w*/, pick: of("case.reopened") },
  { asks: /\bclos(?:e|ed|ing)\b/, pick: of("case.closed") },
  { asks: /\bassign\w*|\bwork(?:s|ing) on\b|\bowner\b|\bowns\b|\btook it on/, pick: of("case.assigned") },
  { asks: /\bwithdr[ae]w\w*/, words: /\blabel\w*/g, pick: of("case.unlabelled") },
  { asks: /\blabel\w*|\bconfirm\w*/, pick: of("case.labelled") },
  {
    asks: /\bdisagree\w*|\brated?\b|\bthumbs?\b|\bcalled .*wrong/,
    words: /\btriage\b|\bfinding\b/g,
    pick: of("finding.rated"),
  },
  { asks: /\blinked\b|\bbelongs? to(?:gether)?\b/, pick: of("case.linked") },
  { asks: /\bfail\w*/, byRole: true, pick: of("role.failed") },
];

const aboutFindings: readonly Topic[] = [
  {
    asks: /\blook(?:ed)? (?:at|up|into)|\bcheck(?:ed)?\b|\bexamin\w*|\btools?\b|\bwhich model|\bplay(?:s|ed)\b|\bmodel\b/,
    byRole: true,
    words: /\bused?\b/g,
    pick: of("role.worked"),
  },
  { asks: /\bconfiden\w*|\bhow sure\b|\bcertain\b/, byRole: true, pick: detail("confidence") },
  {
    asks: /\bevidence\b|\bproof\b|\brests? on\b/,
    byRole: true,
    words: /\bverdict\b|\btriage\b|\brest\b/g,
    pick: detail("evidence"),
  },
  { asks: /\bescalat\w*/, byRole: true, pick: of("case.escalated") },
  { asks: /\bsev(?:er\w*)?\b|\bhow bad\b/, byRole: true, pick: detail("severity") },
  {
    asks: /\bactor\b|\bbehind it\b|\battribut\w*|\bwho is behind|\bwho did it|\bwho attacked|\bthe attackers?\b/,
    words: /\blikely\b|\bbehind\b/g,
    pick: outcome("actor"),
  },
  { asks: /\btechniques?\b|\batt&ck\b/, words: /\bused\b|\bmitre\b/g, pick: detail("techniques") },
  {
    asks: /\bindicators?\b|\biocs?\b|\b(?:which|what) (?:domain|address|ip|hash)\w*|\bc2\b/,
    words: /\bseen\b|\bhold\w*|\bknown\b|\bused\b/g,
    pick: detail("indicators"),
  },
  {
    asks: /\bcommand(?: line)?\b|\bwhat (?:did it run|ran|was run|process)|\bprocess\b/,
    words: /\bran\b|\brun\b|\bstarted\b|\bexecuted\b/g,
    pick: detail("command"),
  },
];

const aboutWhy: readonly Topic[] = [
  {
    asks: /\bwhy\b(?=.*\b(?:isolat|contain|block|reset|disabl|revok|quarantin|kill|cut off|forensic))|\bwhy did (?:it|you|they)\b/,
    words: /\bcut off/g,
    pick: wholeAction,
  },
  {
    asks: /\bwhen\b(?=.*\b(?:isolat|contain|block|reset|disabl|revok|quarantin|kill))/,
    pick: outcome("executed"),
  },
  {
    asks: /\bpropos\w*|\brecommend\w*|\bsuggest\w*/,
    byRole: true,
    words: /\bactions?\b/g,
    pick: of("action.proposed"),
  },
  {
    asks: /\bplan(?:ned|s)?\b/,
    byRole: true,
    pick: (facts) => [...of("response.planned")(facts), ...detail("steps")(facts)],
  },
  {
    asks: /\bwhat did (?:the )?(?:sentinel|tier|ir|threat|triage)|\b(?:sentinel|tier[- ]?2|ir[- ]lead|threat[- ]intel)\b.*\b(?:find|found|conclude\w*|decide\w*|judge\w*|say|said|think|thought)/,
    byRole: true,
    words:
      /\bfind\b|\bfound\b|\bconclude\w*|\bdecided?\b|\bjudged?\b|\bsay\b|\bsaid\b|\bthink\b|\bthought\b/g,
    pick: of("alert.triaged", "case.investigated", "response.planned", "intel.reported"),
  },
  {
    asks: /\bverdict\b|\bfalse (?:positive|alarm)|\btrue positive|\bbenign\b|\bmalicious\b|\breal\b|\bharmless\b/,
    words: /\breally\b|\battack\b/g,
    pick: standingVerdict,
  },
  {
    asks: /\b(?:which|what|whose) (?:host|machine|computer|user|account|device)|\baffected\b|\binvolved\b|\bwhat happened\b|\bwhich rule|\bwhat (?:was|is) (?:reported|the alert|it about)|\bwhen did (?:it|this) (?:happen|start|begin)/,
    words: /\bstart\w*|\balert\w*/g,
    pick: of("alert.received"),
  },
];

/** The narrower first: "why was the block rejected" asks about a rejection. */
export const topics: readonly Topic[] = [...aboutDecisions, ...aboutTheCase, ...aboutFindings, ...aboutWhy];
