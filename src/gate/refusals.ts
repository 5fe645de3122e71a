/** Every refusal is on the record: which rule, in words for the person, and who can answer instead. */
import type { Draft } from "../bus/bus.ts";
import type { Decision } from "../events/decision.ts";
import { samePrincipal } from "./authority.ts";
import type { DecisionCommand } from "./commands.ts";
import type { GateState, Handoff } from "./state.ts";

export interface Refusal {
  readonly rule: string;
  readonly message: string;
  readonly whoCan?: string;
}

export function refuse(command: DecisionCommand, { rule, message, whoCan }: Refusal): Draft {
  const { decisionId, decision } = command;
  return {
    type: "decision.refused",
    data: {
      decisionId,
      decision: decision.decision,
      ...("proposalId" in decision ? { proposalId: decision.proposalId } : {}),
      principal: decision.principal,
      rule,
      message: message.slice(0, 2000),
      ...(whoCan === undefined ? {} : { whoCan: whoCan.slice(0, 200) }),
    },
  };
}

/** "two people of IR Lead On-Call" */
export function whoCan({ bar }: Pick<Handoff, "bar">): string {
  return bar.quorum === 1 ? bar.addressed.title : `${bar.quorum} people of ${bar.addressed.title}`;
}

/** Names who decided and when, to the person who comes after: the first decision wins. */
export function alreadyDecided(
  status: string,
  settled: Extract<GateState, { phase: "unasked" }>["settled"],
  reader?: Pick<Decision, "principal">,
): Refusal {
  const by = settled.by
    .map((one) => (reader !== undefined && samePrincipal(one, reader.principal) ? "you" : one.user))
    .join(", ");
  const who = by === "" ? "" : ` by ${by}`;
  return { rule: "already_decided", message: `Already ${status}${who} at ${settled.at}: ${settled.why}` };
}

export const unsupported = (decision: Decision): Refusal => ({
  rule: "not_supported",
  message: `"${decision.decision.replaceAll("_", " ")}" is not said of a proposal. It is on the record; nothing was changed.`,
});
