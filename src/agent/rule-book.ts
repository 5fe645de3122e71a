/**
 * How `baseline` plays a role without an LLM: named, weighted rules over the same case file and tool results a
 * model reads. Pure; no rule holds a literal of fixtures/ (tested).
 */
import type { Evidence } from "../events/vocabulary.ts";

/** One tool call of the run so far, as the model saw its result. */
export interface PastStep {
  readonly step: number;
  readonly tool: string;
  readonly arguments: unknown;
  readonly result: string;
}

/** What the model reads: the fenced case file, parsed back, and the steps. */
export interface Facts {
  readonly casefile: unknown;
  readonly steps: readonly PastStep[];
}

export interface Rule {
  readonly name: string;
  /** Positive speaks for malicious, negative against; in the role's own scale. */
  readonly weight: number;
  /** The evidence it found, or undefined when it does not apply. */
  match(facts: Facts): Evidence | undefined;
}

export interface MatchedRule {
  readonly name: string;
  readonly weight: number;
  readonly evidence: Evidence;
}

export interface RuleBook {
  /** The tool calls to make next; none: hand in the answer. */
  lookups(facts: Facts): readonly { readonly tool: string; readonly arguments: Record<string, unknown> }[];
  readonly rules: readonly Rule[];
  /** The role's answer; checked by the same schema as a model's. */
  conclude(matched: readonly MatchedRule[], facts: Facts): unknown;
}
