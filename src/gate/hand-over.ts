/** Handing a request on: to another on-call role, which is asked anew, or to a person of the one that is asked. */
import type { Draft } from "../bus/bus.ts";
import { isoTime } from "../clock.ts";
import type { Decision } from "../events/decision.ts";
import { ofAnother, standingOf, type Members } from "./authority.ts";
import type { DecisionCommand } from "./commands.ts";
import { sealed } from "./digest.ts";
import { chainFrom, type Policy } from "./policy.ts";
import { refuse } from "./refusals.ts";
import { answerableUntil } from "./deadlines.ts";
import type { Handoff } from "./state.ts";

interface HandingOver {
  readonly command: DecisionCommand;
  readonly decision: Extract<Decision, { decision: "delegate" }>;
  readonly answer: Members;
  readonly policy: Policy;
}

/** Each hand-over gives the request a new clock: it is not passed around for ever. */
const mostHandOvers = 3;

export function handOver(handoff: Handoff, handing: HandingOver): Draft[] {
  const { decision, policy } = handing;
  return Object.hasOwn(policy.onCall, decision.to) ? toRole(handoff, handing) : toPerson(handoff, handing);
}

/** Only to a role that policy names for this: handing it to whoever asks less would lower the bar. */
function toRole(handoff: Handoff, { command, decision, policy }: HandingOver): Draft[] {
  const { bar, proposalId, caseId, ask, tier } = handoff;
  const refused = (rule: string, message: string): Draft[] => [refuse(command, { rule, message })];
  if (handoff.status !== "pending") {
    return refused("already_decided", "It is authorised: hand it to a person, who then carries it out.");
  }
  const allowed = [...bar.nextTiers, ...(bar.handTo ?? [])];
  const to = allowed.find(({ role }) => role === decision.to);
  if (to === undefined) {
    const names = allowed.map(({ title }) => title).join(", ");
    const message = `Policy does not let this be handed to "${decision.to}"; it can go to ${names || "nobody else"}.`;
    return refused("not_entitled", message);
  }
  if (handoff.handedOn >= mostHandOvers) {
    return refused("handed_on", `It has been handed on ${mostHandOvers} times: decide it, or let it expire.`);
  }
  const [addressed = to, ...rest] = chainFrom(policy, to.role);
  // Whoever was to be asked next still is.
  const later = [...rest, ...bar.nextTiers].filter(({ role }) => role !== addressed.role);
  const nextTiers = later.filter(({ role }, at) => later.findIndex((each) => each.role === role) === at);
  const changed = { ...bar, addressed, nextTiers: nextTiers.slice(0, 5) };
  const seal = sealed({ proposalId, caseId, ask, bar: changed });
  const why = decision.reason ?? `${bar.addressed.title} handed it to ${addressed.title}.`;
  const data = { proposalId, tier: tier + 1, bar: changed, ...seal, why, by: decision.principal };
  return [{ type: "handoff.rerouted", data }];
}

function toPerson(handoff: Handoff, { command, decision, answer }: HandingOver): Draft[] {
  const { proposalId, bar } = handoff;
  const to = { team: decision.principal.team, user: decision.to };
  const standing = standingOf(answer, to, bar.addressed.title);
  if (!standing.entitled) {
    const message = ofAnother(standing, bar.addressed.title);
    return [refuse(command, { rule: standing.rule, message })];
  }
  return [{ type: "case.assigned", data: { proposalId, to, by: decision.principal } }];
}

/** Moves the reminder, never the expiry. */
export function snooze(
  handoff: Handoff,
  command: DecisionCommand,
  decision: Extract<Decision, { decision: "snooze" }>,
): Draft[] {
  const until = command.at + decision.minutes * 60_000;
  const end = answerableUntil(handoff);
  if (end !== undefined && until >= Date.parse(end)) {
    const message = `It expires at ${end}: a reminder after that would be none, and snoozing does not move the expiry.`;
    return [refuse(command, { rule: "past_expiry", message })];
  }
  const { proposalId } = handoff;
  return [{ type: "handoff.snoozed", data: { proposalId, by: decision.principal, until: isoTime(until) } }];
}
