/** One reply a role and case: what the hat found, with the record it rests on. Edited when the role reworks it. */
import type { KnownBlock, RichTextBlock } from "@slack/types";
import { RoleName, type Evidence } from "../../src/events/vocabulary.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { slackActions } from "../ids.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, richText, section, text } from "../rich.ts";
import { caseRef, configured, fallback, ours, plain, untrusted, type Ours, type Shown } from "../text.ts";
import { buttons, hatOf, outcomes, verdicts } from "../words/shared.ts";
import { stepsOf, type Steps } from "../traces.ts";
import type { CaseThread, Rating } from "../case-thread.ts";
import { brief, evidenceItem } from "./evidence.ts";
import * as say from "../words/finding.ts";

export const findingTypes = [
  "alert.triaged",
  "case.investigated",
  "response.planned",
  "intel.reported",
  "role.failed",
] as const;
export type Finding = KnownEvent<(typeof findingTypes)[number]>;

interface Told {
  readonly conclusion: Ours;
  readonly summary: string;
  /** Headed lists: next steps, containment, … */
  readonly lists: readonly (readonly [Ours, readonly string[]])[];
  readonly evidence: readonly Evidence[];
  readonly dropped: number;
}

/** Evidence in the thread; the rest opens in a modal. */
const shownEvidence = 3;

export function findingMessage(
  finding: Finding,
  { traces, ratings }: Pick<CaseThread, "traces" | "ratings">,
): Message {
  const title = titleOf(finding);
  const caseId = caseRef(finding.subject);
  const told = toldBy(finding);
  const head = section(bold(title), text(ours` · `), text(told.conclusion));
  const body = section(text(untrusted(told.summary, { max: 1500, lines: true })));
  const parts = [head, body, ...told.lists.flatMap(([name, items]) => listed(name, items))];
  const steps = stepsOf(traces, finding.id);
  const blocks: KnownBlock[] = [richText(...parts), ...evidenceBlocks(told, steps)];
  // A plan's count takes in its proposals' claims, which stand on their own cards.
  const all = isEvent(finding, "response.planned") ? undefined : told.evidence.length + told.dropped;
  if (told.dropped > 0) blocks.push(untied(told.dropped, all));
  blocks.push(...thumbs(finding, told.evidence.length > 0), ...rated(ratings[finding.id] ?? []));
  return { text: fallback`${caseId}: ${title}, ${told.conclusion}`, blocks };
}

/** Never in the event's own words: whoever can write the log would have them read out with our notifications. */
export function titleOf(finding: Finding): Ours {
  const role = roleOf(finding);
  if (role === undefined) return say.unknownRole;
  return hatOf(role);
}

/** "/roles/tier2" → "tier2"; undefined where whoever said it has not the name of a role. */
export function roleOf(finding: Finding): string | undefined {
  if (isEvent(finding, "role.failed")) return finding.data.role;
  return RoleName.safeParse(/^\/roles\/(.+)$/.exec(finding.source)?.[1]).data;
}

export function evidenceOf(finding: Finding): readonly Evidence[] {
  return isEvent(finding, "role.failed") ? [] : finding.data.evidence;
}

function toldBy(finding: Finding): Told {
  if (isEvent(finding, "alert.triaged")) return triaged(finding);
  if (isEvent(finding, "case.investigated")) return investigated(finding);
  if (isEvent(finding, "response.planned")) return planned(finding);
  if (isEvent(finding, "intel.reported")) return reported(finding);
  return failed(finding);
}

function triaged({ data }: KnownEvent<"alert.triaged">): Told {
  const lists = [
    [say.against, data.mitigatingFactors],
    [say.onlyAPersonCanAnswer, data.questions],
  ] as const;
  const conclusion = say.triagedAs(verdictWords(data), share(data.confidence), data.priority);
  return { conclusion, summary: data.summary, lists, ...tied(data) };
}

function investigated({ data }: KnownEvent<"case.investigated">): Told {
  const next = { escalate: say.escalated, close: say.toClose, needs_human_review: say.needsAPerson };
  const before = verdicts[data.originalVerdict];
  const changed = data.originalVerdict === data.verdict ? ours`` : say.was(before);
  return {
    conclusion: say.investigatedAs(verdictWords(data), changed, share(data.confidence), next[data.decision]),
    summary: data.summary,
    lists: [[say.next, data.nextSteps]],
    ...tied(data),
  };
}

function planned({ data }: KnownEvent<"response.planned">): Told {
  const bridge = data.bridgeRequired ? say.bridgeRequired : ours``;
  return {
    conclusion: ours`${configured(data.sev)}${bridge}`,
    summary: data.summary,
    lists: [
      [say.containment, data.containment],
      [say.eradication, data.eradication],
      [say.recovery, data.recovery],
      [say.notify, data.notifications],
    ],
    ...tied(data),
  };
}

function reported({ data }: KnownEvent<"intel.reported">): Told {
  const advice = {
    raise: say.advisesAHigherSev,
    keep: say.keepsTheSev,
    lower: say.advisesALowerSev,
  };
  const actor =
    data.actor === undefined ? [] : [say.actorNamed(data.actor.name, data.actor.confidence.toFixed(2))];
  return {
    conclusion: advice[data.severityAdvice],
    summary: data.summary,
    lists: [
      [say.likelyActor, actor],
      [say.campaigns, data.campaigns],
      [say.techniques, data.techniques.length === 0 ? [] : [data.techniques.join(", ")]],
      [
        say.indicators,
        data.indicators.map(({ type, value, reputation }) => `${type} ${value}: ${reputation}`),
      ],
    ],
    ...tied(data),
  };
}

function failed({ data }: KnownEvent<"role.failed">): Told {
  const reasons = {
    budget_exhausted: say.budgetSpent,
    invalid_output: say.didNotParse,
    empty_output: say.saidNothing,
    tool_failed: say.toolFailed,
    model_unavailable: say.noModelAnswered,
  };
  return { conclusion: reasons[data.reason], summary: data.detail, lists: [], evidence: [], dropped: 0 };
}

function tied(data: {
  evidence: readonly Evidence[];
  evidenceDropped: number;
}): Pick<Told, "evidence" | "dropped"> {
  return { evidence: data.evidence, dropped: data.evidenceDropped };
}

function verdictWords(data: { verdict: keyof typeof verdicts; outcome: keyof typeof outcomes }): Ours {
  const outcome = outcomes[data.outcome];
  return outcome === undefined ? verdicts[data.verdict] : ours`${verdicts[data.verdict]}, ${outcome}`;
}

function share(confidence: number): Ours {
  return configured(confidence.toFixed(2));
}

/** At most this many items of a list, each this long: the rest is counted. */
const listItems = 5;
const itemLength = 200;

function listed(name: Ours, items: readonly string[]): RichTextBlock["elements"] {
  if (items.length === 0) return [];
  const shown: Shown[] = items.slice(0, listItems).map((item) => untrusted(item, { max: itemLength }));
  if (items.length > listItems) shown.push(say.andMore(items.length - listItems));
  return [section(bold(name)), bullets(shown.map((item) => section(text(item))))];
}

function evidenceBlocks({ evidence }: Told, steps: Steps): KnownBlock[] {
  if (evidence.length === 0) return [];
  const shown = evidence.slice(0, shownEvidence).map((item) => evidenceItem(item, steps, brief));
  const left = evidence.length - shownEvidence;
  const more = left > 0 ? [section(text(say.moreUnderAllEvidence(left)))] : [];
  return [richText(section(bold(say.evidence)), bullets(shown), ...more)];
}

function untied(dropped: number, all: number | undefined): KnownBlock {
  const of = all === undefined ? ours`` : say.of(all);
  const words =
    dropped === 1
      ? say.oneClaimRemoved(of, all === undefined ? say.claim : say.claims)
      : say.claimsRemoved(dropped, of);
  return { type: "context", elements: [plain(words)] };
}

/** A thumb says whether it was right; Wrong… asks what is right. Nothing stands under a role that gave no answer. */
function thumbs(finding: Finding, evidence: boolean): KnownBlock[] {
  if (isEvent(finding, "role.failed")) return [];
  const value = `${finding.subject}:${finding.id}`;
  const ids = [
    [slackActions.right, buttons.right],
    [slackActions.wrong, buttons.wrong],
    ...(evidence ? ([[slackActions.evidence, buttons.evidence]] as const) : []),
  ] as const;
  const elements = ids.map(([actionId, label]) => ({
    ...({ type: "button", action_id: actionId, text: plain(label), value } as const),
  }));
  return [{ type: "actions", elements }];
}

function rated(ratings: readonly Rating[]): KnownBlock[] {
  if (ratings.length === 0) return [];
  const right = ratings.filter((rating) => rating.right).length;
  const words = [
    ...(right === 0 ? [] : [say.right(right)]),
    ...(ratings.length === right ? [] : [say.wrong(ratings.length - right)]),
  ];
  const [first = ours``, second] = words;
  const said = second === undefined ? first : ours`${first}, ${second}`;
  return [{ type: "context", elements: [plain(say.peopleSay(said))] }];
}
