/** A case folded from the log, and the card its last request makes. */
import { gateCard } from "../../slack/blocks/gate-card.ts";
import { foldThread, type CaseThread, type Request } from "../../slack/case-thread.ts";
import type { Look } from "../../slack/config.ts";
import type { Message } from "../../slack/limits.ts";
import { groupMention } from "../../slack/text.ts";
import type { AnyEvent, KnownEvent } from "../../src/events/envelope.ts";
import { alert, asked, caseId, openedAt, said, triage } from "./given.ts";

export const look: Look = {
  consoleHosts: ["falcon.crowdstrike.com"],
  mentions: new Map([["ir-lead-oncall", groupMention("S0IRLEAD")]]),
  department: "finance",
  paused: [],
  sameAs: () => [],
  cardRef: ({ file }, { eventId }) => `ref-${file.caseId}-${eventId}`,
};
const at = { at: openedAt };
export const fold = (...events: AnyEvent[]): CaseThread => foldThread(caseId, events, "local");
export const opened = said("alert.received", alert(), at);
export const found = said("alert.triaged", triage(), { source: "/roles/sentinel" });
export const requested = (
  id = "p1",
  over: Parameters<typeof asked>[1] = {},
): KnownEvent<"handoff.requested"> => said("handoff.requested", asked(id, over));
export const last = (thread: CaseThread): Request => {
  const request = thread.requests.at(-1);
  if (request === undefined) throw new Error("nothing was asked");
  return request;
};
export const card = (...events: AnyEvent[]): Message => {
  const thread = fold(opened, found, ...events);
  return gateCard(last(thread), { thread, look });
};
