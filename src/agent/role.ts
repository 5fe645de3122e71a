/**
 * A role reads events and returns events; it knows no other role. Kinds: a hat for the model (define-role.ts), a
 * hat that wakes on the calendar and computes (define-calendar-role.ts), and people (roles/human-gate.ts).
 */
import type { StructuredToolInterface } from "@langchain/core/tools";
import type { BaseChatModel } from "@langchain/core/language_models/chat_models";
import type { Bus, Subscription } from "../bus/bus.ts";
import type { Clock } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import type { EventType } from "../events/catalogue.ts";
import type { Directory } from "../gate/directory.ts";
import type { SigningKey } from "../gate/keys.ts";
import type { Policy } from "../gate/policy.ts";
import type { MemoryOptions } from "../memory/case-memory.ts";
import type { Precedents } from "../memory/precedents.ts";
import type { OutputFault } from "../models/output-faults.ts";
import type { TokenBudget } from "../models/token-budget.ts";
import type { ForeignTools } from "../seams/tools.ts";
import type { Redactor } from "./redact.ts";
import type { RuleBook } from "./rule-book.ts";

/** What a role may ask of the outside. Everything here is an argument; nothing is global. */
export interface RoleDeps {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** The model this role thinks with, its name and leg for the trace; undefined: none is configured. */
  readonly model: ModelOf;
  /** All tools there are; a role is bound to its own names only. */
  readonly tools: readonly StructuredToolInterface[];
  /** Tools that others keep; it says which role may use which. */
  readonly foreign?: ForeignTools;
  /** Precedent for the hats that want it; left out: none is shown, and every run is in the arm "off". */
  readonly recall?: Pick<Precedents, "for">;
  /** How a role that looks over all cases keeps and reads memory. */
  readonly memory?: Pick<MemoryOptions, "benign" | "snapshot">;
  /** Marks the fence around untrusted text, anew for each run: eight characters or more that nobody can guess. */
  readonly marker?: () => string;
  /** Takes secrets out of what a role reads, what its tools say and what it answers. Default: what comes with hatrack. */
  readonly redactor?: Redactor;
  /** For the human gate alone. */
  readonly gate?: GateDeps;
}

export interface GateDeps {
  readonly policy: Policy;
  readonly directory: Directory;
  /** The gate's signature; left out, what it says is not signed. */
  readonly key?: SigningKey;
}

/** What a role's check makes of a model's answers, told to whoever keeps the models. */
export interface AnswerGuard {
  /** Each answer that was checked; undefined: it was accepted. */
  judged(leg: string | undefined, fault: OutputFault | undefined): void;
  /** True when this leg says just this in other cases too. */
  isEcho(leg: string | undefined, said: { readonly caseId: string; readonly answer: unknown }): boolean;
  /** True when this leg cannot answer a simple question either: then no case is at fault. */
  isDown(leg: string | undefined): Promise<boolean>;
}

export interface RoleModel {
  readonly chat: BaseChatModel;
  /** "baseline", "qwen3-32b". */
  readonly name: string;
  /** Host of the server it runs on, or "embedded". */
  readonly leg: string;
  /** How the answer is handed in: by the `submit` tool, or as JSON-schema output where the server offers it. */
  readonly answerBy?: "submit" | "json-schema";
  /** Told what became of its answers. */
  readonly guard?: AnswerGuard;
  /** Tokens its context holds; undefined while nobody has said. */
  readonly contextTokens?: () => number | undefined;
  /** What this role may use in a day. */
  readonly budget?: TokenBudget;
}

export type ModelOf = (role: { name: string; rules: RuleBook | undefined }) => RoleModel | undefined;

export interface Role {
  /** As its file under roles/; the name of its consumer group. */
  readonly name: string;
  /** "Tier 2 Analyst", as Slack shows it. */
  readonly title: string;
  /** Anything else it returns is refused by the runner. */
  readonly says: readonly EventType[];
  readonly on: readonly EventType[];
  start(deps: RoleDeps): Subscription;
}
