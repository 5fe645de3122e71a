/**
 * Cards of one plan stand in the plan's order, with one mention, the first's. The gate asks for each proposal on its
 * own, so that its words may reach the log in another order: a card that is asked for too early is posted together
 * with the one it had to wait for. Which one that is, the log says, not who happened to be handled first.
 */
import { isEvent, type AnyEvent } from "../src/events/envelope.ts";

export interface Plans {
  /** Proposals in the order they were made; those of one run have one cause, and are one plan. */
  readonly proposed: readonly { readonly id: string; readonly cause: string | undefined }[];
  /** Proposals in the order the gate first spoke of them. */
  readonly heard: readonly string[];
}

export const noPlans: Plans = { proposed: [], heard: [] };

export function evolvePlans(plans: Plans, event: AnyEvent): Plans {
  if (isEvent(event, "action.proposed")) {
    return { ...plans, proposed: [...plans.proposed, { id: event.id, cause: event.causationid }] };
  }
  if (!isEvent(event, "handoff.requested", "action.decided")) return plans;
  const { proposalId } = event.data;
  return plans.heard.includes(proposalId) ? plans : { ...plans, heard: [...plans.heard, proposalId] };
}

/** Less than 0: `a` comes before `b` in one plan; 0: they are of none together. */
export function inPlan({ proposed }: Plans, a: string, b: string): number {
  const [at, other] = [a, b].map((id) => proposed.findIndex((one) => one.id === id));
  if (at === undefined || other === undefined || at < 0 || other < 0) return 0;
  const cause = proposed[at]?.cause;
  return cause !== undefined && cause === proposed[other]?.cause ? at - other : 0;
}

/**
 * The proposal of its plan that this one's card waits for: an earlier one that the gate has not spoken of yet, or else
 * the last of the earlier ones that it spoke of later.
 */
export function waitsFor(plans: Plans, proposalId: string): string | undefined {
  const earlier = plans.proposed.map(({ id }) => id).filter((id) => inPlan(plans, id, proposalId) < 0);
  const unheard = earlier.find((id) => !plans.heard.includes(id));
  if (unheard !== undefined) return unheard;
  const mine = plans.heard.indexOf(proposalId);
  return earlier
    .map((id) => ({ id, at: plans.heard.indexOf(id) }))
    .filter(({ at }) => at > mine)
    .sort((a, b) => a.at - b.at)
    .at(-1)?.id;
}

/** Those whose cards wait for this one, in the plan's order. */
export function waitingFor(plans: Plans, proposalId: string): string[] {
  return plans.proposed.map(({ id }) => id).filter((id) => waitsFor(plans, id) === proposalId);
}
