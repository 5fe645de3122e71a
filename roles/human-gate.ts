/**
 * The human gate: people's hat. It turns what roles propose into what one on-call role is asked, and what people
 * say into what came of it. It decides nothing itself (src/gate does, as a pure function) and executes nothing.
 */
import type { Role, RoleDeps } from "../src/agent/role.ts";
import { says, skip, type Delivery, type Handled, type Subscription } from "../src/bus/bus.ts";
import { HatrackError } from "../src/errors.ts";
import { isEvent, type KnownEvent } from "../src/events/envelope.ts";
import { GateDesk } from "../src/gate/desk.ts";
import { evolve } from "../src/gate/evolve.ts";
import { LiveDirectory } from "../src/gate/live-directory.ts";
import { gateSays } from "../src/gate/says.ts";
import { gateSource, GateState } from "../src/gate/state.ts";

const name = "human-gate";
const on = [
  "action.proposed",
  "case.investigated",
  "response.planned",
  "role.failed",
  "decision.submitted",
  "message.posted",
  "deadline.reached",
  // Its own words, each about one proposal: a question that wants an answer, a case that has moved on.
  "info.requested",
  "proposal.outdated",
  // What a role found on such a question.
  "info.found",
  "case.labelled",
  "case.unlabelled",
  "canary.passed",
  "canary.missed",
] as const;
type Heard = KnownEvent<(typeof on)[number]>;

/** The proposal, of an action or a tuning, that an event is about; what is about none has a key of its own. */
function keyOf(event: Heard): string {
  if (isEvent(event, "action.proposed", "case.investigated", "response.planned", "role.failed"))
    return event.id;
  if ("tuningId" in event.data) return event.data.tuningId;
  return "proposalId" in event.data ? (event.data.proposalId ?? event.id) : event.id;
}

function wants(event: Heard): boolean {
  if (!isEvent(event, "message.posted")) return true;
  const { kind, proposalId } = event.data;
  return (kind === "gate" || kind === "direct") && proposalId !== undefined;
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
  const desk = new GateDesk({
    ...{ bus: deps.bus, policy },
    directory: new LiveDirectory(gate.directory, { clock: deps.clock }),
  });

  const handle = async (delivery: Delivery<(typeof on)[number], GateState>): Promise<Handled> => {
    const { event } = delivery;
    const drafts = await desk.answer(delivery);
    return drafts.length > 0 ? says(...drafts) : skip(`${event.type}: nothing to do for ${keyOf(event)}`);
  };

  return deps.bus.subscribe(name, on, handle, {
    source: gateSource,
    // Most of a handling is waiting: for the log, for the directory.
    concurrency: 16,
    wants,
    ...(key === undefined ? {} : { sign: (said) => key.sign(said) }),
    state: { key: keyOf, evolve, parse: (value) => GateState.parse(value) },
  });
}

const humanGate: Role = { name, title: "Human Gate", says: gateSays, on, start };
export default humanGate;
