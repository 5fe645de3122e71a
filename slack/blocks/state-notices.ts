/** New messages for what an edited card would tell nobody: an ending nobody chose, an authorisation gone, one overdue. */
import type { RichTextElement } from "@slack/types";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Principal } from "../../src/events/vocabulary.ts";
import { proposalOf, type CaseThread } from "../case-thread.ts";
import type { Look } from "../config.ts";
import type { Message } from "../limits.ts";
import { bold, dotted, richText, section, text, who } from "../rich.ts";
import {
  caseRef,
  configured,
  fallback,
  isUserId,
  joined,
  Markup,
  mrkdwn,
  ours,
  untrusted,
  userMention,
  type Ours,
} from "../text.ts";
import { verbs } from "../words/shared.ts";
import { briefly } from "./action-words.ts";
import * as say from "../words/state-notices.ts";

/** Events that get a message of their own in the case's thread. */
export const stateTypes = [
  "action.decided",
  "action.lapsed",
  "action.overdue",
  "action.revoked",
  "action.rolled_back",
] as const;
export type StateEvent = KnownEvent<(typeof stateTypes)[number]>;

const decidedHeads: Readonly<Record<KnownEvent<"action.decided">["data"]["outcome"], Ours | undefined>> = {
  authorised: undefined,
  rejected: undefined,
  cancelled: undefined,
  expired: say.expired,
  superseded: say.superseded,
};

export function stateNotice(event: StateEvent, thread: CaseThread, look: Look): Message | undefined {
  const head = headOf(event);
  const proposal = proposalOf(thread, event.data.proposalId);
  if (head === undefined || proposal === undefined) return undefined;
  const { ask, code } = proposal.handoff;
  const caseId = caseRef(thread.file.caseId);
  const what = dotted(
    [[bold(briefly(ask, 200))], [text(say.code(configured(code)))], ...details(event)],
    ours` · `,
  );
  const called = joined(calledBy(event, thread, look), " ");
  return {
    text: fallback`${head} ${verbs[ask.verb].headline}, ${caseId}`,
    blocks: [{ type: "section", text: mrkdwn`*${head}* ${called}` }, richText(section(...what))],
  };
}

const heads = {
  "action.lapsed": say.lapsed,
  "action.overdue": say.overdue,
  "action.revoked": say.revoked,
  "action.rolled_back": say.rolledBackItWasDoneAnd,
} as const;

/** What somebody must hear; undefined where the card says it to whom it concerns. */
function headOf(event: StateEvent): Ours | undefined {
  return event.type === "action.decided" ? decidedHeads[event.data.outcome] : heads[event.type];
}

function details(event: StateEvent): RichTextElement[][] {
  if (event.type === "action.overdue") return [];
  const why = [text(untrusted(event.data.why, { brief: 400 }))];
  const by = "by" in event.data ? [event.data.by].flat()[0] : undefined;
  return by === undefined ? [why] : [[text(say.by), who(by)], why];
}

/** Whoever authorised it or has taken it on must hear that it no longer holds; the role that was asked, that it ended. */
function calledBy(event: StateEvent, thread: CaseThread, { mentions }: Look): Markup[] {
  if (event.type === "action.overdue") {
    return overdueFor(event, mentions);
  }
  const { proposalId } = event.data;
  const proposal = proposalOf(thread, proposalId);
  if (event.type === "action.decided") {
    return present(mentions.get(proposal?.handoff.bar.addressed.role ?? ""));
  }
  return mentioned([...(proposal?.decided?.by ?? []), ...present(thread.progress[proposalId]?.onIt)]);
}

function overdueFor({ data }: KnownEvent<"action.overdue">, mentions: Look["mentions"]): Markup[] {
  return [...mentioned(data.owners), ...present(mentions.get(data.nextTier?.role ?? ""))];
}

function present<T>(value: T | undefined): T[] {
  return value === undefined ? [] : [value];
}

function mentioned(people: readonly Principal[]): Markup[] {
  return [...new Set(people.map(({ user }) => user))].filter(isUserId).map(userMention);
}
