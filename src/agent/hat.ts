/** A hat as the runner and the loop see it: the type of its answer is closed over, nothing here is generic. */
import type { Draft } from "../bus/bus.ts";
import type { EventType } from "../events/catalogue.ts";
import type { KnownEvent } from "../events/envelope.ts";
import type { CaseFile } from "../memory/case-file.ts";
import type { RuleBook } from "./rule-book.ts";

/** What came of handing a raw answer to the role's schema and to its own `refuse`. */
export type Parsed =
  | { readonly ok: true; readonly emit: (input: EmitInput) => readonly Draft[] }
  /** `error` is text for the model: paths and what was expected. */
  | { readonly ok: false; readonly error: string };

export interface EmitInput {
  readonly event: KnownEvent;
  readonly casefile: CaseFile;
  readonly evidenceDropped: number;
}

export interface Hat {
  readonly name: string;
  readonly title: string;
  readonly on: readonly EventType[];
  wants(event: KnownEvent): boolean;
  readonly tools: readonly string[];
  /** It is shown what came of cases like this one. */
  readonly recall: boolean;
  readonly budget: { readonly toolCalls: number; readonly seconds: number };
  readonly prompt: string;
  readonly says: readonly EventType[];
  readonly rules: RuleBook | undefined;
  /** JSON schema of what `submit` takes. */
  readonly answerSchema: Record<string, unknown>;
  parse(answer: unknown): Parsed;
  /** True for the answer that says nothing: all blank, or nothing but the schema's own defaults. */
  isEmpty(answer: unknown): boolean;
}
