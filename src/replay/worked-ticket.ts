/** What a backtest leaves of one ticket: the human outcome beside what the roles said, and nothing of the alert. */
import type { EventData } from "../events/catalogue.ts";
import type { RecallArm } from "../memory/precedents.ts";
import type { Sev, Severity, Verdict } from "../events/vocabulary.ts";

export type FailureReason = EventData<"role.failed">["reason"];

/** One role's run, or its last one where it worked twice on the case. */
export interface WorkedRole {
  /** "sentinel", "tier2", "ir-lead", "threat-intel", or a role of one's own. */
  readonly role: string;
  readonly verdict?: Verdict;
  /** 0 to 1. */
  readonly confidence?: number;
  readonly sev?: Sev;
  /** Tier 2's decision, where it is one. */
  readonly decision?: "escalate" | "close" | "needs_human_review";
  /** It said that it does not know: `insufficient_data`, or left to human review. */
  readonly abstained: boolean;
  /** Set: it did not end in a valid answer. */
  readonly failed?: FailureReason;
  readonly model: string;
  /** Left out where it failed: `role.failed` does not carry it; what the run cost stands there all the same. */
  readonly promptVersion?: string;
  readonly toolCalls: number;
  readonly tokens: { readonly input: number; readonly output: number };
  /** Of a backtest: of the machine's time, the waits for a model that was away included; of a shadow: as its trace says. */
  readonly milliseconds: number;
  /** Events of the replay's log in which it can be read: what it said, then its trace. */
  readonly eventIds: readonly string[];
  /** At most five claims of its evidence, the heaviest first: what a person reads of the trace. */
  readonly because: readonly string[];
}

/** Why a person was asked: an action was proposed, a role left it to review, a role failed. */
export type AskedFor = "proposal" | "review" | "failure";

export interface WorkedTicket {
  readonly ticketId: string;
  readonly caseId: string;
  readonly createdAt: string;
  readonly closedAt?: string;
  /** Title, host and rule as a person would name the case; of the alert, never of the label. */
  readonly title: string;
  readonly rule: string;
  readonly host?: string;
  /** The alert's own severity: what the threshold baseline goes by. */
  readonly alertSeverity: Severity;
  readonly human?: { readonly escalated: boolean; readonly verdict?: Verdict; readonly severity?: Sev };
  readonly arm: RecallArm;
  /** How many past cases its roles were shown. */
  readonly precedents: number;
  /** Each way in which a person was asked, once; none: nobody was. */
  readonly asked: readonly AskedFor[];
  /** On-call roles that were addressed: "ir-lead-oncall". */
  readonly addressed: readonly string[];
  /** In the order in which they worked. */
  readonly roles: readonly WorkedRole[];
  /** Set: the roles did not come to an end with it ("model unavailable"); it is counted as missing, not scored. */
  readonly unworked?: string;
}
