/** Brings each judgement of the gate what it rests on: who is on call now, how the case stands, what was proposed. */
import { logTime, type Bus, type Delivery, type Draft, type Position } from "../bus/bus.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { isCanary } from "../events/ids.ts";
import type { Principal } from "../events/vocabulary.ts";
import { standingOf } from "./authority.ts";
import { isCaseAct } from "./case-acts.ts";
import { actOnCase } from "./case-desk.ts";
import type { AskCommand, DecisionCommand } from "./commands.ts";
import { decide, rolesToAsk, wasHeard } from "./decide.ts";
import type { DirectoryAnswer } from "./directory.ts";
import type { LiveDirectory } from "./live-directory.ts";
import { overtakenBy, type Turn } from "./overtaken.ts";
import { barOf, type Policy } from "./policy.ts";
import { RecentTargets } from "./recent-targets.ts";
import { answerFromRecord } from "./record-answer.ts";
import { askOf, roleOf } from "./requests.ts";
import { answerOf, whoLooks } from "./role-answer.ts";
import type { GateState } from "./state.ts";
import { actOnTuning, isTuningAct } from "./tuning-acts.ts";

export type GateEvent =
  | "action.proposed"
  | "case.investigated"
  | "response.planned"
  | "role.failed"
  | "decision.submitted"
  | "message.posted"
  | "deadline.reached"
  | "info.requested"
  | "info.found"
  | "proposal.outdated"
  | "case.labelled"
  | "case.unlabelled"
  | "canary.passed"
  | "canary.missed";

type Told<T extends GateEvent = GateEvent> = Delivery<T, GateState>;
/** One delivery, its event known to be of a type. */
type Of<T extends GateEvent> = Omit<Told, "event"> & { readonly event: KnownEvent<T> };

export interface GateDeskOptions {
  readonly bus: Pick<Bus, "read">;
  readonly directory: Pick<LiveDirectory, "ask" | "observe">;
  readonly policy: Policy;
}

export class GateDesk {
  readonly #options: GateDeskOptions;
  readonly #recent: RecentTargets;

  constructor(options: GateDeskOptions) {
    this.#options = options;
    this.#recent = new RecentTargets(options.bus);
  }

  /** What the gate says to one event. */
  async answer(told: Told): Promise<Draft[]> {
    const { event } = told;
    if (isEvent(event, "decision.submitted")) return this.#decision({ ...told, event });
    if (isEvent(event, "message.posted")) return this.#posted({ ...told, event });
    if (isEvent(event, "deadline.reached")) return this.#deadline({ ...told, event });
    if (isEvent(event, "info.requested")) return this.#question({ ...told, event });
    if (isEvent(event, "info.found")) return this.#found({ ...told, event });
    if (isEvent(event, "proposal.outdated")) {
      const { proposalId, why, digest } = event.data;
      return decide(told.state, { kind: "outdated", proposalId, why, digest }, this.#options.policy);
    }
    return [...(await this.#asks(told)), ...(await this.#overtaken(told))];
  }

  async #decision({ event, position, state }: Of<"decision.submitted">): Promise<Draft[]> {
    const { policy } = this.#options;
    const { id: decisionId, subject: caseId, data: decision } = event;
    const when = { at: logTime(position), saidAt: Date.parse(event.time) };
    const command: DecisionCommand = { kind: "decision", decisionId, caseId, decision, ...when };
    if (wasHeard(state, decisionId)) return [];
    if (isCaseAct(decision)) return actOnCase(this.#options, command, decision);
    if (isTuningAct(decision))
      return actOnTuning(this.#options, command, { act: decision, to: position, state });
    const answer = await this.#standing(rolesToAsk(state, command, policy), decision.principal);
    const known = answer === undefined ? command : { ...command, directory: answer };
    if (decision.decision !== "need_info" || state?.phase !== "asked") return decide(state, known, policy);
    const looks = whoLooks(state.ask.proposedBy, await this.#caseUpTo(caseId, position));
    return decide(state, looks === undefined ? known : { ...known, looks }, policy);
  }

  /** Role after role until one holds the person; else what the first said. */
  async #standing(roles: readonly string[], person: Principal): Promise<DirectoryAnswer | undefined> {
    let first: DirectoryAnswer | undefined;
    for (const role of roles) {
      const answer = await this.#options.directory.ask(role, person);
      if (standingOf(answer, person, "").entitled) return answer;
      first ??= answer;
    }
    return first;
  }

  async #posted({ event, position, state }: Of<"message.posted">): Promise<Draft[]> {
    const { directory, policy } = this.#options;
    const command = { kind: "posted", eventId: event.data.eventId, at: logTime(position) } as const;
    const drafts = decide(state, command, policy);
    if (drafts.length === 0 || state?.phase !== "asked" || isCanary(event.subject)) return drafts;
    const answer = await directory.observe(state.bar.addressed.role);
    return answer === undefined ? drafts : decide(state, { ...command, directory: answer }, policy);
  }

  #deadline({ event, position, state }: Of<"deadline.reached">): Draft[] {
    const { deadline, due } = event.data;
    const when = { due: Date.parse(due), at: logTime(position), saidAt: Date.parse(event.time) };
    return decide(state, { kind: "deadline", deadline, ...when }, this.#options.policy);
  }

  /** From the record, where no role looks into it. */
  async #question({ event, position, state }: Of<"info.requested">): Promise<Draft[]> {
    if (event.data.asks !== undefined) return [];
    const answer = answerFromRecord(event.data.question, await this.#caseUpTo(event.subject, position));
    const command = { kind: "answered", requestId: event.id, answer, at: logTime(position) } as const;
    return decide(state, command, this.#options.policy);
  }

  async #found({ event, position, state }: Of<"info.found">): Promise<Draft[]> {
    const answer = answerOf(event, await this.#caseUpTo(event.subject, position));
    if (answer === undefined) return [];
    const { requestId } = event.data;
    const command = { kind: "answered", requestId, answer, at: logTime(position) } as const;
    return decide(state, { ...command, looked: roleOf(event.source) }, this.#options.policy);
  }

  async #asks({ event, position, state }: Told): Promise<Draft[]> {
    if (!isEvent(event, "action.proposed", "case.investigated", "response.planned", "role.failed")) return [];
    if (isEvent(event, "response.planned") && !(await this.#leavesNobodyAsked(event))) return [];
    const ask = askOf(event);
    if (ask === undefined) return [];
    return decide(state, await this.#counted(ask, event, position), this.#options.policy);
  }

  /**
   * A plan for an incident that proposes nothing, or nothing that policy lets anybody be asked about: nobody would hear
   * of it. Its proposals came in the same commit.
   */
  async #leavesNobodyAsked(plan: KnownEvent<"response.planned">): Promise<boolean> {
    if (plan.data.sev === "SEV-4") return false;
    const { bus, policy } = this.#options;
    for await (const { event } of bus.read({ subject: plan.subject, types: ["action.proposed"] })) {
      if (!isEvent(event, "action.proposed") || event.causationid !== plan.causationid) continue;
      if ("bar" in barOf(policy, event.data)) return false;
    }
    return true;
  }

  async #counted(ask: AskCommand, event: KnownEvent<GateEvent>, position: Position): Promise<AskCommand> {
    if (!isEvent(event, "action.proposed")) return ask;
    if (this.#options.policy.maxTargetsPerHour?.[event.data.verb] === undefined) return ask;
    return { ...ask, targetsInHour: await this.#recent.count(event, position) };
  }

  async #overtaken({ event, position }: Told): Promise<Draft[]> {
    if (!isTurn(event)) return [];
    return overtakenBy(event, await this.#caseUpTo(event.subject, position));
  }

  async #caseUpTo(subject: string, to: Position): Promise<AnyEvent[]> {
    const events: AnyEvent[] = [];
    for await (const { event } of this.#options.bus.read({ subject, to })) events.push(event);
    return events;
  }
}

const turns = [
  ...(["action.proposed", "case.investigated", "case.labelled", "case.unlabelled"] as const),
  ...(["canary.passed", "canary.missed"] as const),
] as const;

function isTurn(event: KnownEvent<GateEvent>): event is Turn {
  return isEvent(event, ...turns);
}
