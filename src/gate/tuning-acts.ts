/**
 * What comes of a person's answer to a proposed tuning: rights first, then whether it was ever proposed and is still
 * open. Accepting one puts it on a list; nothing here changes a rule.
 */
import type { Bus, Draft, Position } from "../bus/bus.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import type { Decision } from "../events/decision.ts";
import { recordOf, standingOf } from "./authority.ts";
import { bestOf, titles } from "./case-acts.ts";
import type { DecisionCommand, TuningDecision } from "./commands.ts";
import type { DirectoryAnswer } from "./directory.ts";
import type { LiveDirectory } from "./live-directory.ts";
import type { Policy } from "./policy.ts";
import { alreadyDecided, refuse } from "./refusals.ts";
import type { GateState } from "./state.ts";

export function isTuningAct(decision: Decision): decision is TuningDecision {
  return "tuningId" in decision;
}

/** Nobody but the Detection Engineer proposes tunings: its own subject is read, not the log. */
const reportedUnder = "calendar:detection-engineer";

/** A tuning as it was last proposed. */
export interface ProposedTuning {
  readonly rule: string;
  readonly reportId: string;
}

export interface ToldOfTuning {
  readonly command: DecisionCommand;
  readonly act: TuningDecision;
  readonly answers: readonly DirectoryAnswer[];
  /** Undefined: nobody has proposed it. */
  readonly proposed: ProposedTuning | undefined;
  readonly state: GateState | undefined;
}

/** The on-call roles whose members may answer; where soc.yaml says nothing of tuning, those who may mute a rule. */
export function rolesForTuning({ rights }: Policy): readonly string[] {
  return rights?.tune ?? rights?.mute ?? [];
}

/** Always one event: what came of it, or which rule refused. */
export function decideTuning(
  { command, act, answers, proposed, state }: ToldOfTuning,
  policy: Policy,
): Draft {
  const who = titles(rolesForTuning(policy), policy);
  const standing = bestOf(answers, act, who);
  if (!standing.entitled) return refuse(command, { ...standing, whoCan: who });
  const { tuningId } = act;
  if (proposed === undefined) {
    return refuse(command, { rule: "unknown_tuning", message: `Nobody has proposed a tuning ${tuningId}.` });
  }
  if (state?.phase === "tuned") return refuse(command, alreadyDecided(state.outcome, state.settled));
  return {
    type: "tuning.decided",
    data: {
      ...{ tuningId, ...proposed, by: act.principal, directory: recordOf(standing.answer) },
      outcome: act.decision === "accept_tuning" ? "accepted" : "declined",
      ...(act.reason === undefined ? {} : { reason: act.reason }),
    },
  };
}

export interface TuningDesk {
  readonly bus: Pick<Bus, "read">;
  readonly directory: Pick<LiveDirectory, "ask">;
  readonly policy: Policy;
}

/** Brings the judgement what it rests on: who has the right now, and what was proposed before it was answered. */
export async function actOnTuning(
  { bus, directory, policy }: TuningDesk,
  command: DecisionCommand,
  { act, to, state }: { act: TuningDecision; to: Position; state: GateState | undefined },
): Promise<Draft[]> {
  const answers: DirectoryAnswer[] = [];
  for (const role of rolesForTuning(policy)) {
    const answer = await directory.ask(role, act.principal);
    answers.push(answer);
    if (standingOf(answer, act.principal, "").entitled) break;
  }
  let proposed: ProposedTuning | undefined;
  for await (const { event } of bus.read({ subject: reportedUnder, types: ["tuning.reported"], to })) {
    proposed = proposedIn(event, act.tuningId) ?? proposed;
  }
  return [decideTuning({ command, act, answers, proposed, state }, policy)];
}

function proposedIn(event: AnyEvent, tuningId: string): ProposedTuning | undefined {
  if (!isEvent(event, "tuning.reported")) return undefined;
  const found = event.data.rules.find((rule) => rule.tuningId === tuningId);
  return found && { rule: found.rule, reportId: event.id };
}
