/** What the gate said of a request, a line each: what it was, who, and what there is to know about them. */
import { isEvent, type KnownEvent } from "../src/events/envelope.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import type { GateSaying } from "../src/gate/says.ts";

export function historyLine(event: KnownEvent<GateSaying>): string {
  return [event.time, event.type, detail(event)].filter((part) => part !== "").join("  ");
}

function detail(event: KnownEvent<GateSaying>): string {
  if (isEvent(event, "approval.recorded")) {
    const { by, have, need, joinedAfter } = event.data;
    const late =
      joinedAfter === undefined ? "" : `; joined the group after the card was posted (${joinedAfter})`;
    return `${account(by)}, ${have} of ${need}${late}`;
  }
  if (isEvent(event, "action.decided")) {
    const { outcome, by, why } = event.data;
    return [outcome, by.map(account).join(", "), why].filter((part) => part !== "").join(": ");
  }
  if (isEvent(event, "decision.refused")) {
    const { principal, decision, rule } = event.data;
    return `${account(principal)}: ${decision.replaceAll("_", " ")} (${rule})`;
  }
  return questionOrRest(event);
}

function questionOrRest(event: KnownEvent<GateSaying>): string {
  if (isEvent(event, "info.requested")) return `${account(event.data.by)}: ${event.data.question}`;
  if (isEvent(event, "info.answered")) return answer(event);
  if (isEvent(event, "handoff.rerouted")) return `${event.data.bar.addressed.title}: ${event.data.why}`;
  const by = "by" in event.data ? event.data.by : undefined;
  const who = by !== undefined && typeof by === "object" && "user" in by ? account(by) : "";
  const why = "why" in event.data ? event.data.why : "";
  return [who, why].filter((part) => part !== "").join(": ");
}

function answer({ data: { by, role, answer } }: KnownEvent<"info.answered">): string {
  const who = by === undefined ? (role?.title ?? "the record") : account(by);
  return `${who}: ${answer.replaceAll("\n", " ")}`;
}

function account({ team, user }: Principal): string {
  return `${team}/${user}`;
}
