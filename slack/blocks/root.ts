/** The card at the head of a case's thread: what it is, how bad, who has looked, who is waited for. */
import type { KnownBlock } from "@slack/types";
import type { Look } from "../config.ts";
import { rootOf, type CaseThread } from "../case-thread.ts";
import { slackActions } from "../ids.ts";
import type { Message } from "../limits.ts";
import { bold, date, dotted, richText, section, text } from "../rich.ts";
import {
  asMarkup,
  caseRef,
  configured,
  fallback,
  joined,
  mrkdwn,
  ours,
  plain,
  untrusted,
  type Markup,
  type Ours,
} from "../text.ts";
import { verdictOf, type CaseFile, type Proposal } from "../../src/memory/case-file.ts";
import { consoleName, hats, outcomes, playedByRules, verdictBy, verdicts } from "../words/shared.ts";
import * as say from "../words/root.ts";

const dot = ours` · `;

export function rootMessage(thread: CaseThread, look: Look): Message {
  const { file } = thread;
  const head = headline(file);
  const caseId = caseRef(file.caseId);
  const link = consoleLink(file, look);
  const blocks: KnownBlock[] = [
    {
      type: "section",
      text: mrkdwn`${lamp(file)} *${head} · ${caseId}*`,
      ...(link === undefined ? {} : { accessory: link }),
    },
    richText(section(...summary(thread, look))),
    { type: "context", elements: [mrkdwn`${progress(thread, look)}`] },
  ];
  return { text: fallback`${caseId}: ${head}`, blocks };
}

/** "SEV-2", else the verdict, else that it is new. */
function headline(file: CaseFile): Ours {
  if (file.closed !== undefined) return say.closed;
  if (file.plan !== undefined) return configured(file.plan.sev);
  const verdict = verdictOf(file);
  return verdict === undefined ? say.newWord : verdicts[verdict.verdict];
}

/** Full while somebody should look, empty when not: the words say the rest, so no colour is needed to read it. */
function lamp(file: CaseFile): Ours {
  const verdict = verdictOf(file)?.verdict;
  const calm = file.closed !== undefined || verdict === "benign" || verdict === "false_positive";
  return calm ? say.empty : say.full;
}

function summary({ file, openedAt }: CaseThread, look: Look): ReturnType<typeof text>[] {
  const newline = text(ours`\n`);
  const { alert } = file;
  const title = alert === undefined ? say.noAlert : untrusted(alert.title, { max: 300 });
  const host = alert?.host?.name ?? "";
  const where = [look.department, alert?.user?.name, alert?.title.includes(host) === true ? "" : host]
    .filter((part) => part !== undefined && part !== "")
    .map((part) => [text(untrusted(part ?? "", { max: 120 }))]);
  const opened = openedAt === undefined ? [] : [[text(say.opened), date(openedAt)]];
  const facts = [...where, ...opened, ...repeats(file)];
  return [bold(title), newline, ...verdictLine(file), newline, ...dotted(facts, dot)];
}

function repeats({ repeats: more }: CaseFile): ReturnType<typeof text>[][] {
  return more === undefined ? [] : [[bold(say.alerts(more + 1))]];
}

function verdictLine(file: CaseFile): ReturnType<typeof text>[] {
  const counted = verdictOf(file);
  if (counted === undefined) return [text(say.noVerdictYet)];
  const finding = file.investigation ?? file.triage;
  const outcome = finding === undefined ? undefined : outcomes[finding.outcome];
  const words = verdicts[counted.verdict];
  const by = verdictBy[counted.by];
  const groups = [[bold(outcome === undefined ? words : ours`${words}, ${outcome}`)]];
  if (by !== undefined) groups.push([text(by)]);
  if (finding !== undefined) groups.push([text(say.confidence(hundredths(finding.confidence)))]);
  if (file.triage !== undefined) groups.push([text(say.priority(file.triage.priority))]);
  return dotted(groups, dot);
}

function hundredths(share: number): Ours {
  return configured(share.toFixed(2));
}

/** "✓ Sentinel  ✓ Tier 2  … Threat Intel · *1 approval waiting* for @ir-lead-oncall · played by rules" */
function progress(thread: CaseThread, look: Look): Markup {
  const { file } = thread;
  const marks = hats.flatMap(({ role, short }) => {
    const mark = markOf(file, role);
    return mark === undefined ? [] : [ours`${mark} ${short}`];
  });
  const parts = [joined(marks.map(asMarkup), "  ")];
  parts.push(...waitingFor(file, look));
  parts.push(...waiting(file.proposals, look), ...undone(file.proposals));
  if (file.models.includes("baseline")) parts.push(asMarkup(playedByRules));
  return joined(parts, " · ");
}

const working = ours`…`;

/** Why the roles that were asked and have not answered do not. */
function waitingFor(file: CaseFile, { modelDown, paused }: Look): Markup[] {
  const asked = file.closed === undefined ? hats.filter(({ role }) => markOf(file, role) === working) : [];
  const stopped = asked.filter(({ role }) => paused.includes(role));
  const waits = stopped.map(({ short }) => asMarkup(say.isPaused(short)));
  if (modelDown === true && asked.length > stopped.length) waits.push(say.noModelAnswers);
  return waits.length === 0 ? [] : [say.waits(joined(waits, ", "))];
}

/** ✓ it answered, ✗ it could not, … it is at work; undefined: nobody asked it. */
function markOf(file: CaseFile, role: string): Ours | undefined {
  const done: Readonly<Record<string, unknown>> = {
    sentinel: file.triage,
    tier2: file.investigation,
    "ir-lead": file.plan,
    "threat-intel": file.intel,
  };
  if (done[role] !== undefined) return say.done;
  if (file.failures.some((failure) => failure.role === role)) return say.failedMark;
  const asked = role === "sentinel" || file.escalations.some((escalation) => escalation.toRole === role);
  return asked || (role === "threat-intel" && file.plan !== undefined) ? working : undefined;
}

function waiting(proposals: readonly Proposal[], look: Look): Markup[] {
  const open = proposals.filter((proposal) => proposal.status === "pending");
  if (open.length === 0) return [];
  const roles = new Map(open.map(({ handoff }) => [handoff.bar.addressed.role, handoff.bar.addressed.title]));
  const names = [...roles].map(([role, title]) => look.mentions.get(role) ?? asMarkup(configured(title)));
  const count = open.length === 1 ? say.oneApproval : say.approvals(open.length);
  return [say.waitingFor(count, joined(names, ", "))];
}

function undone(proposals: readonly Proposal[]): Markup[] {
  const open = proposals.filter((proposal) => proposal.status === "authorised").length;
  return open === 0 ? [] : [say.authorisedNotDone(open)];
}

type UrlButton = Extract<
  NonNullable<Extract<KnownBlock, { type: "section" }>["accessory"]>,
  { type: "button" }
>;

/** A link to the alert's console, only over https and only to a host that is allow-listed. */
export function consoleLink(file: CaseFile, look: Look): UrlButton | undefined {
  const { alert } = file;
  const link = alert?.link;
  if (alert === undefined || link === undefined || !URL.canParse(link)) return undefined;
  const url = new URL(link);
  const plainAddress = url.username === "" && url.password === "" && url.port === "";
  if (url.protocol !== "https:" || !plainAddress || !look.consoleHosts.includes(url.hostname))
    return undefined;
  const label = plain(say.openIn(consoleName(alert.source)));
  return { type: "button", action_id: slackActions.openConsole, text: label, url: url.href };
}

/** Suspicious or worse, or urgent, or anything a person is asked about. */
export function worthThread({ file, ...thread }: CaseThread, fromPriority: number): boolean {
  if (file.proposals.length > 0 || rootOf({ file, ...thread }) !== undefined) return true;
  if ((file.triage?.priority ?? 0) >= fromPriority) return true;
  const verdict = verdictOf(file)?.verdict;
  return verdict === "true_positive" || verdict === "suspicious" || verdict === "insufficient_data";
}
