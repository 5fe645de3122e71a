/**
 * A card's reference serves each person once for each thing that can be done with it. What spends it is what came of
 * it, on the log: taken, or refused in a way that will not change. After "try again" it is as good as before.
 */
import type { Draft } from "../bus/bus.ts";
import type { DecisionCommand } from "./commands.ts";
import { refuse } from "./refusals.ts";
import type { GateState } from "./state.ts";

/** Refusals that stand for this person and this request, whatever else changes. */
const forGood: ReadonlySet<string> = new Set(["already_counted", "editor", "own_account", "never"]);

const usedBefore = {
  rule: "used_before",
  message: "You have used this button for this already. The card as it is now has a new one: press that.",
};

/** What the gate would say, and with it that the reference has served; or, where it had served before, a refusal. */
export function usedOnce(state: GateState | undefined, command: DecisionCommand, would: Draft[]): Draft[] {
  const { decision } = command;
  const use = decision.card?.use;
  if (use === undefined || state?.phase !== "asked") return would;
  const refusal = would.find((draft) => draft.type === "decision.refused");
  if (refusal !== undefined && !forGood.has(refusal.data.rule)) return would;
  if (state.used.includes(use)) return refusal === undefined ? [refuse(command, usedBefore)] : would;
  const { proposalId } = state;
  return [...would, { type: "card.used", data: { proposalId, by: decision.principal, use } }];
}
