/** From what a role says to what a person is asked; and asking again when a person has edited it. */
import type { Draft } from "../bus/bus.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import type { Ask, Bar } from "../events/gate-events.ts";
import { isCanary } from "../events/ids.ts";
import { CaseId, RoleName } from "../events/vocabulary.ts";
import type { AskCommand } from "./commands.ts";
import { sealed, digestOf } from "./digest.ts";
import { barOf, wideClass, type BarAnswer, type Policy } from "./policy.ts";
import type { Handoff } from "./state.ts";

const longestText = 4000;

/** The ask in an event, or undefined when it asks nothing of a person. */
export function askOf(
  event: KnownEvent<"action.proposed" | "case.investigated" | "response.planned" | "role.failed">,
): AskCommand | undefined {
  const { id: proposalId, subject: caseId } = event;
  const proposedBy = roleOf(event.source);
  if (isEvent(event, "action.proposed")) {
    const { verb, target, parameters, rationale, against, evidence } = event.data;
    const why = { rationale, ...(against === undefined ? {} : { against }), evidence, proposedBy };
    return { kind: "ask", proposalId, caseId, ask: { verb, target, parameters, ...why } };
  }
  if (!CaseId.safeParse(caseId).success) return undefined;
  if (isEvent(event, "case.investigated")) {
    const { decision, summary, evidence } = event.data;
    if (decision !== "needs_human_review") return undefined;
    return {
      kind: "ask",
      proposalId,
      caseId,
      ...review(caseId, proposedBy, { rationale: summary, evidence }),
    };
  }
  if (isEvent(event, "response.planned")) {
    const { sev, summary, evidence } = event.data;
    const rationale = `The plan (${sev}) proposes no action that a person could authorise: ${summary}`;
    const why = { rationale: rationale.slice(0, longestText), evidence };
    return { kind: "ask", proposalId, caseId, ...review(caseId, proposedBy, why) };
  }
  if (!isEvent(event, "role.failed")) return undefined;
  const { title, reason, detail, role } = event.data;
  const rationale = `${title} ended without a valid answer (${reason}): ${detail}`.slice(0, longestText);
  return { kind: "ask", proposalId, caseId, ...review(caseId, role, { rationale, evidence: [] }) };
}

function review(
  caseId: string,
  role: string,
  why: Pick<Ask, "rationale" | "evidence">,
): { ask: Ask; reviewOf: string } {
  const target = { type: "case", value: caseId } as const;
  return { ask: { verb: "review_case", target, parameters: {}, ...why, proposedBy: role }, reviewOf: role };
}

/** "/roles/ir-lead" says it, "ir-lead" proposed it. */
export function roleOf(source: string): string {
  const name = RoleName.safeParse(source.slice(source.lastIndexOf("/") + 1));
  return name.success ? name.data : "unknown";
}

/** A canary's card shows that cards come through: it is for nobody, and nobody can answer it. */
const canaryBar: Bar = {
  targetClass: "canary",
  addressed: { role: "nobody", title: "Nobody: this is a canary" },
  quorum: 1,
  reversible: true,
  blastRadius: "None: nothing of this exists",
  expiresMinutes: 60,
  nextTiers: [],
  carryOutMinutes: 1,
  reminders: [],
};

/** The first request; with no rule for it nobody may authorise it, and it is cancelled there and then. */
export function decideAsk(command: AskCommand, policy: Policy): Draft[] {
  const { proposalId, caseId, ask, reviewOf } = command;
  const addressed = reviewOf === undefined ? undefined : policy.reviewerOf(reviewOf);
  const answer = isCanary(caseId)
    ? { bar: canaryBar }
    : barOf(policy, { ...ask, addressed, targetsInHour: command.targetsInHour });
  if ("none" in answer) {
    const digest = digestOf({ proposalId, caseId, ask, bar: undefined });
    const why = `Nobody can be asked: ${answer.none}.`;
    return [{ type: "action.decided", data: { proposalId, outcome: "cancelled", by: [], why, digest } }];
  }
  const { bar } = answer;
  const seal = sealed({ proposalId, caseId, ask, bar });
  return [{ type: "handoff.requested", data: { proposalId, ask, bar, ...seal } }];
}

type Editor = NonNullable<EventData<"handoff.requested">["edited"]>;
export type Edited = { readonly drafts: Draft[] } | { readonly rule: string; readonly message: string };

/** A person changed target or parameters: policy is asked again, and so is everybody. */
export function editedRequest(
  handoff: Handoff,
  edit: Pick<Ask, "target" | "parameters"> & Editor,
  policy: Policy,
): Edited {
  const { proposalId, caseId } = handoff;
  const { target, parameters, by, person, reason } = edit;
  const ask = { ...handoff.ask, target, parameters };
  const answer = barFor(handoff, ask, policy);
  if ("none" in answer) return { rule: "no_rule", message: `As edited nobody can be asked: ${answer.none}.` };
  const { bar } = answer;
  const seal = sealed({ proposalId, caseId, ask, bar });
  if (seal.digest === handoff.digest) {
    return { rule: "nothing_changed", message: "The edit changes neither target nor parameters." };
  }
  const data = { proposalId, ask, bar, ...seal, edited: { by, person, reason } };
  return { drafts: [{ type: "handoff.requested", data }] };
}

/** Policy's bar for the edited ask. Who is being asked already stays asked, if policy's chain holds that tier. */
function barFor(handoff: Handoff, ask: Ask, policy: Policy): BarAnswer {
  const addressed = ask.verb === "review_case" ? policy.reviewerOf(ask.proposedBy) : undefined;
  // One of too many stays one of too many, whatever is made of it.
  const targetsInHour = handoff.bar.targetClass === wideClass ? Number.MAX_SAFE_INTEGER : undefined;
  const answer = barOf(policy, { ...ask, addressed, targetsInHour });
  if ("none" in answer) return answer;
  const chain = [answer.bar.addressed, ...answer.bar.nextTiers];
  const now = chain.findIndex((tier) => tier.role === handoff.bar.addressed.role);
  const [first, ...nextTiers] = chain.slice(Math.max(now, 0));
  return first === undefined ? answer : { bar: { ...answer.bar, addressed: first, nextTiers } };
}
