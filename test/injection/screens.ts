/** Everything Slack would be sent about a case, through the real builders, and what in it Slack would act on. */
import type { View } from "@slack/types";
import { caseAnswer } from "../../slack/blocks/answers.ts";
import { caseActTypes, caseNotice } from "../../slack/blocks/case-notices.ts";
import { findingMessage, findingTypes } from "../../slack/blocks/finding.ts";
import { gateCard } from "../../slack/blocks/gate-card.ts";
import { editForm } from "../../slack/blocks/edit-form.ts";
import { authoriseForm, evidenceView, rejectForm, requestEvidenceView } from "../../slack/blocks/modals.ts";
import { directMessage, infoAnswered, infoRequested, refusal, reminder } from "../../slack/blocks/notices.ts";
import { explainAnswer } from "../../slack/blocks/record-answers.ts";
import { rootMessage } from "../../slack/blocks/root.ts";
import { foldThread } from "../../slack/case-thread.ts";
import { breaches, viewBreaches, type Message } from "../../slack/limits.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { explainEvents } from "../../src/memory/explain.ts";
import { look } from "../slack/folded.ts";
import { caseId, mia } from "../slack/given.ts";
import { canary } from "./obeying.ts";

export interface Told {
  readonly events: readonly KnownEvent[];
  readonly displayName?: string | undefined;
  readonly question?: string | undefined;
}

export interface Screens {
  readonly messages: readonly Message[];
  readonly views: readonly View[];
}

const card = "https://x.slack.com/archives/C1/p1";

export function screensOf({ events, displayName, question }: Told): Screens {
  const thread = foldThread(caseId, events, "local");
  const findings = events.flatMap((event) => (isEvent(event, ...findingTypes) ? [event] : []));
  const requests = thread.requests;
  const on = (request: (typeof requests)[number]) => ({
    ...{ request, thread, refOf: () => "r1", now: 0 },
    origin: { caseId, proposalId: request.handoff.proposalId, channel: "C1", ts: "1.1", ref: "r1" },
  });
  const explanation = explainEvents(caseId, events);
  const names = new Map(displayName === undefined ? [] : [[mia.user, displayName]]);
  return {
    messages: [
      rootMessage(thread, look),
      caseAnswer(thread, look),
      ...findings.map((finding) => findingMessage(finding, thread)),
      ...requests.flatMap((request) => [
        gateCard(request, { thread, look }),
        directMessage(thread, request, card),
        reminder(thread, request, look),
      ]),
      ...events.flatMap(noticesOf),
      explainAnswer({ explanation, question: undefined, names }),
      explainAnswer({ explanation, question: question ?? "what happened?", names }),
    ],
    views: [
      ...findings.map((finding) => evidenceView(finding, new Map())),
      ...requests.flatMap((request) => [
        requestEvidenceView(request, thread),
        ...[authoriseForm, rejectForm, editForm].map((form) => form(on(request))),
      ]),
    ],
  };
}

function noticesOf(event: KnownEvent): Message[] {
  if (isEvent(event, ...caseActTypes)) return [caseNotice(event)];
  if (isEvent(event, "info.requested")) return [infoRequested(caseId, event.data, "r1")];
  if (isEvent(event, "info.answered")) return [infoAnswered(caseId, event.data, new Map())];
  if (isEvent(event, "decision.refused")) {
    return [refusal(event.data, { titles: ["IR Lead On-Call"], people: [mia] })];
  }
  return [];
}

const hosts = new Set(["x.slack.com", "falcon.crowdstrike.com"]);
/** What we put there ourselves: the on-call group's mention, people who acted, moments. */
const ourMarkup = /<!subteam\^S0IRLEAD>|<@U0MIA>|<!date\^[^>]*>/g;
const unseen = /[\p{Cf}\p{Zl}\p{Zp}\uFE00-\uFE0F]|(?!\n)\p{Cc}/u;
const inert: ReadonlySet<string> = new Set(["text", "date", "user", "link"]);

/** Each thing that Slack would act on and that is not ours; in words, for the table's report. */
export function liveIn({ messages, views }: Screens): string[] {
  return [
    ...messages.flatMap((message) => [...mrkdwnIn(message.text), ...partsIn(message), ...breaches(message)]),
    ...views.flatMap((view) => [...partsIn(view), ...viewBreaches(view)]),
  ];
}

function mrkdwnIn(text: string): string[] {
  const left = text.replace(ourMarkup, "");
  const found = /<[^>]*>|:[a-z_]+:/.exec(left)?.[0];
  const words = left.includes(canary) ? ["untrusted words as mrkdwn"] : [];
  return found === undefined ? words : [...words, `mrkdwn ${found}`];
}

function partsIn(value: unknown): string[] {
  if (typeof value === "string") return textIn(value);
  if (Array.isArray(value)) return value.flatMap(partsIn);
  if (value === null || typeof value !== "object") return [];
  const entries = new Map<string, unknown>(Object.entries(value));
  // What a person is about to edit stands in a field as it is: Slack reads nothing in it, and the card beside it shows it.
  const read = [...entries].filter(([key]) => key !== "initial_value").map(([, inner]) => inner);
  return [...ofElement(entries), ...read.flatMap(partsIn)];
}

function textIn(text: string): string[] {
  const hidden = unseen.test(text) ? ["an unseen character"] : [];
  return /https?:\/\/evil|evil\.example/i.test(text) ? [...hidden, "a live address"] : hidden;
}

function ofElement(element: ReadonlyMap<string, unknown>): string[] {
  const type = element.get("type");
  const text = element.get("text");
  const parsed = (type === "mrkdwn" || type === "markdown") && typeof text === "string" ? mrkdwnIn(text) : [];
  const url = element.get("url") ?? element.get("image_url");
  const away = typeof url === "string" && !hosts.has(new URL(url).host) ? [`a link to ${url}`] : [];
  const drawn = element.get("emoji") === true ? ["emoji by name"] : [];
  return [...parsed, ...away, ...drawn, ...richIn(element)];
}

/** Of rich_text's elements: mentions, emoji, colours and channels that we never write. */
function richIn(element: ReadonlyMap<string, unknown>): string[] {
  const type = element.get("type");
  if (type === "user" && element.get("user_id") !== mia.user) return ["a mention of a person"];
  if (type !== "rich_text_section" && type !== "rich_text_preformatted") return [];
  const inner: unknown = element.get("elements");
  if (!Array.isArray(inner)) return [];
  return inner.flatMap((one: unknown) => {
    const kind: unknown = one !== null && typeof one === "object" && "type" in one ? one.type : undefined;
    return typeof kind === "string" && inert.has(kind) ? [] : [`rich_text ${String(kind)}`];
  });
}
