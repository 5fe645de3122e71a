/**
 * The human gate: people's hat. It turns what roles propose into what one on-call role is asked, and what people
 * say into what came of it. It decides nothing itself (src/gate does, as a pure function) and executes nothing.
 */
import type { Role, RoleDeps } from "../src/agent/role.ts";
import { logTime, says, skip, type Delivery, type Handled, type Subscription } from "../src/bus/bus.ts";
import { HatrackError } from "../src/errors.ts";
import { isEvent, type KnownEvent } from "../src/events/envelope.ts";
import { isCaseAct } from "../src/gate/case-acts.ts";
import { actOnCase } from "../src/gate/case-desk.ts";
import type { DecisionCommand, GateCommand } from "../src/gate/commands.ts";
import { decide, groupToAsk } from "../src/gate/decide.ts";
import { evolve } from "../src/gate/evolve.ts";
import { LiveDirectory } from "../src/gate/live-directory.ts";
import { askOf } from "../src/gate/requests.ts";
import { gateSays } from "../src/gate/says.ts";
import { gateSource, GateState } from "../src/gate/state.ts";

const name = "human-gate";
const on = [
  "action.proposed",
  "case.investigated",
  "role.failed",
  "decision.submitted",
  "message.posted",
  "deadline.reached",
] as const;
type Heard = KnownEvent<(typeof on)[number]>;

/** The proposal an event is about; what is about none has a key of its own. */
function keyOf(event: Heard): string {
  if (isEvent(event, "action.proposed", "case.investigated", "role.failed")) return event.id;
  return "proposalId" in event.data ? (event.data.proposalId ?? event.id) : event.id;
}

function wants(event: Heard): boolean {
  if (isEvent(event, "case.investigated")) return event.data.decision === "needs_human_review";
  if (!isEvent(event, "message.posted")) return true;
  const { kind, proposalId } = event.data;
  return (kind === "gate" || kind === "direct") && proposalId !== undefined;
}

function commandOf(event: Heard, at: number): GateCommand | undefined {
  const saidAt = Date.parse(event.time);
  if (isEvent(event, "decision.submitted")) {
    const { id: decisionId, subject: caseId, data: decision } = event;
    return { kind: "decision", decisionId, caseId, decision, at, saidAt };
  }
  if (isEvent(event, "message.posted")) return { kind: "posted", eventId: event.data.eventId, at };
  if (isEvent(event, "deadline.reached")) {
    const { deadline, due } = event.data;
    return { kind: "deadline", deadline, due: Date.parse(due), at, saidAt };
  }
  return isEvent(event, "action.proposed", "case.investigated", "role.failed") ? askOf(event) : undefined;
}

function start(deps: RoleDeps): Subscription {
  const { gate } = deps;
  if (gate === undefined) {
    throw new HatrackError(
      "gate_not_configured",
      "role human-gate: needs a policy and a directory (gate: { policy, directory }); expected a soc.yaml with " +
        '"onCall" and "policy", and either Slack tokens (user groups) or explicit "users" per on-call role',
    );
  }
  const { policy, key } = gate;
  const directory = new LiveDirectory(gate.directory, { clock: deps.clock });

  const informed = async (
    command: DecisionCommand,
    state: GateState | undefined,
  ): Promise<DecisionCommand> => {
    const group = groupToAsk(state, command);
    if (group === undefined) return command;
    return { ...command, directory: await directory.ask(group, command.decision.principal) };
  };

  const handle = async (delivery: Delivery<(typeof on)[number], GateState>): Promise<Handled> => {
    const { event, position, state } = delivery;
    const command = commandOf(event, logTime(position));
    if (command === undefined) return skip(`${event.type} of ${event.subject} asks nothing of a person`);
    if (command.kind === "decision" && isCaseAct(command.decision)) {
      return says(...(await actOnCase({ bus: deps.bus, directory, policy }, command, command.decision)));
    }
    const whole = command.kind === "decision" ? await informed(command, state) : command;
    const drafts = decide(state, whole, policy);
    return drafts.length > 0 ? says(...drafts) : skip(`${event.type}: nothing to do for ${keyOf(event)}`);
  };

  return deps.bus.subscribe(name, on, handle, {
    source: gateSource,
    wants,
    ...(key === undefined ? {} : { sign: (said) => key.sign(said) }),
    state: { key: keyOf, evolve, parse: (value) => GateState.parse(value) },
  });
}

const humanGate: Role = { name, title: "Human Gate", says: gateSays, on, start };
export default humanGate;
