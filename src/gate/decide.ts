/**
 * The gate: what comes of a command in a state. Pure; the same state and command give the same events. No events
 * means that there is nothing to do; a decision always leaves at least one.
 */
import type { Draft } from "../bus/bus.ts";
import type { DeadlineCommand, DecisionCommand, GateCommand, PostedCommand } from "./commands.ts";
import { decideDeadline, decidePosted } from "./deadlines.ts";
import { answer } from "./answers.ts";
import { door } from "./door.ts";
import type { Policy } from "./policy.ts";
import { decideAsk } from "./requests.ts";
import type { GateState, Handoff } from "./state.ts";

export function decide(state: GateState | undefined, command: GateCommand, policy: Policy): Draft[] {
  switch (command.kind) {
    case "ask":
      return state === undefined || state.phase === "none" ? decideAsk(command, policy) : [];
    case "decision": {
      const opened = door(state, command);
      return opened.open ? answer(opened, command, policy) : opened.drafts;
    }
    case "posted":
    case "deadline":
      return state?.phase === "asked" ? decideTime(state, command) : [];
  }
}

function decideTime(handoff: Handoff, command: PostedCommand | DeadlineCommand): Draft[] {
  return command.kind === "posted" ? decidePosted(handoff, command) : decideDeadline(handoff, command);
}

/**
 * The on-call role whose members must be looked up before this decision can be judged; undefined when it is
 * refused whoever they are.
 */
export function groupToAsk(state: GateState | undefined, command: DecisionCommand): string | undefined {
  const opened = door(state, command);
  return opened.open ? opened.handoff.bar.addressed.role : undefined;
}
