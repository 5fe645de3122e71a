/** What the gate is told. Times are milliseconds since the epoch; `at` is log time, the clock that decides. */
import type { Ask, Decision } from "../events/gate-events.ts";
import type { EventData } from "../events/catalogue.ts";
import type { DirectoryAnswer } from "./directory.ts";

/** A role asks for something a person must decide. */
export interface AskCommand {
  readonly kind: "ask";
  readonly proposalId: string;
  readonly caseId: string;
  readonly ask: Ask;
  /** Set for a review: the role whose reviewer is asked, whatever the rule says. */
  readonly reviewOf?: string;
}

/** A person said something. */
export interface DecisionCommand {
  readonly kind: "decision";
  readonly decisionId: string;
  /** The subject it came under. */
  readonly caseId: string;
  readonly decision: Decision;
  readonly at: number;
  /** The event's own time. */
  readonly saidAt: number;
  /** The answer for the addressed group; left out when `groupToAsk` said that none is needed. */
  readonly directory?: DirectoryAnswer;
}

/** A card was posted. */
export interface PostedCommand {
  readonly kind: "posted";
  /** The event the card shows. */
  readonly eventId: string;
  readonly at: number;
}

/** A time has come. */
export interface DeadlineCommand {
  readonly kind: "deadline";
  readonly deadline: EventData<"deadline.reached">["deadline"];
  readonly due: number;
  readonly at: number;
  readonly saidAt: number;
}

export type GateCommand = AskCommand | DecisionCommand | PostedCommand | DeadlineCommand;

/** Kinds of decisions about a proposal, as against those about a case, a rule or a role. */
export type ProposalDecision = Extract<Decision, { proposalId: string }>;
