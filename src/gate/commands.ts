/** What the gate is told. Times are milliseconds since the epoch; `at` is log time, the clock that decides. */
import type { Decision } from "../events/decision.ts";
import type { Ask } from "../events/gate-events.ts";
import type { EventData } from "../events/catalogue.ts";
import type { Evidence } from "../events/vocabulary.ts";
import type { DirectoryAnswer } from "./directory.ts";

/** A role asks for something a person must decide. */
export interface AskCommand {
  readonly kind: "ask";
  readonly proposalId: string;
  readonly caseId: string;
  readonly ask: Ask;
  /** Set for a review: the role whose reviewer is asked, whatever the rule says. */
  readonly reviewOf?: string;
  /** Targets of this verb proposed within the last hour, this one among them; left out, not counted. */
  readonly targetsInHour?: number;
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
  /** The role that looks into a question, where one does. */
  readonly looks?: string;
  /** The answer for the role that holds the person, or for the addressed one; left out when `rolesToAsk` is empty. */
  readonly directory?: DirectoryAnswer;
}

/** A card was posted. */
export interface PostedCommand {
  readonly kind: "posted";
  /** The event the card shows. */
  readonly eventId: string;
  readonly at: number;
  /** Who is in the addressed group, if it could be asked: who joins later is known by it. */
  readonly directory?: DirectoryAnswer;
}

/** A time has come. */
export interface DeadlineCommand {
  readonly kind: "deadline";
  readonly deadline: EventData<"deadline.reached">["deadline"];
  readonly due: number;
  readonly at: number;
  readonly saidAt: number;
}

/** The case has moved on without this proposal. */
export interface OutdatedCommand {
  readonly kind: "outdated";
  readonly proposalId: string;
  readonly why: string;
  /** What it is called in the record when nobody has been asked about it yet. */
  readonly digest: string;
}

/** A question was answered. */
export interface AnsweredCommand {
  readonly kind: "answered";
  readonly requestId: string;
  readonly answer: RecordAnswer;
  readonly at: number;
  /** The role that looked into it, if one did. */
  readonly looked?: string;
}

/** What the record holds on a question, or what a role found. */
export interface RecordAnswer {
  readonly text: string;
  /** Whose answer it is; left out, the record's. */
  readonly role?: { readonly name: string; readonly title: string };
  readonly evidence: readonly Evidence[];
  /** The events it is taken from. */
  readonly eventIds: readonly string[];
}

export type GateCommand =
  AskCommand | DecisionCommand | PostedCommand | DeadlineCommand | OutdatedCommand | AnsweredCommand;

/** Kinds of decisions about a proposal, as against those about a case, a rule or a role. */
export type ProposalDecision = Extract<Decision, { proposalId: string }>;

/** What a person said to a proposed tuning. */
export type TuningDecision = Extract<Decision, { tuningId: string }>;
