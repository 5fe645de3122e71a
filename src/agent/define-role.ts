/** A hat for the model: what wakes it, what it may look up, what it hands in, and the events that makes. */
import type { z } from "zod";
import type { Draft } from "../bus/bus.ts";
import { HatrackError } from "../errors.ts";
import { canonicalJson } from "../events/canonical.ts";
import { isEventType, type EventType } from "../events/catalogue.ts";
import type { KnownEvent } from "../events/envelope.ts";
import type { Evidence } from "../events/vocabulary.ts";
import type { CaseFile } from "../memory/case-file.ts";
import { answerSchemaOf, issuesOf } from "./answer-schema.ts";
import { checkDefinition, HatShape } from "./definition.ts";
import { isBlank } from "./blank.ts";
import type { Hat, Parsed } from "./hat.ts";
import type { Role } from "./role.ts";
import type { RuleBook } from "./rule-book.ts";
import { startHat } from "./start-hat.ts";

/** Which events wake a role: all of a type, or those a cheap look at the event lets through. */
export type Wakes = { readonly [T in EventType]?: true | ((event: KnownEvent<T>) => boolean) };

export interface HatDefinition<A extends z.ZodType<{ evidence: Evidence[] }>> {
  /** As the file under roles/. */
  readonly name: string;
  /** "Tier 2 Analyst". */
  readonly title: string;
  readonly on: Wakes;
  /** Names; the role's model is bound to these alone. */
  readonly tools: readonly string[];
  /** Show it what came of cases like this one (`precedent` in its case file). Default: no. */
  readonly recall?: boolean;
  readonly budget: { readonly toolCalls: number; readonly seconds: number };
  /** What the model must hand in; evidence arrays anywhere inside are checked against the record. */
  readonly answer: A;
  /** Constant, for the prefix cache: the loop adds the shared rules, and the fenced case file comes last. */
  readonly prompt: string;
  /** What the schema cannot say: a reason sends the answer back to the model as an invalid one. */
  readonly refuse?: (answer: z.output<A>) => string | undefined;
  /** Pure: answer → events. */
  readonly emit: (input: {
    readonly answer: z.output<A>;
    readonly event: KnownEvent;
    readonly casefile: CaseFile;
    readonly evidenceDropped: number;
  }) => readonly Draft[];
  /** Anything else that `emit` returns is refused by the runner. */
  readonly says: readonly EventType[];
  /** How `baseline` plays it. */
  readonly rules?: RuleBook;
}

/** @throws HatrackError `role_invalid` naming the role, the key and what was expected */
export function defineRole<A extends z.ZodType<{ evidence: Evidence[] }>>(
  definition: HatDefinition<A>,
): Role & { readonly hat: Hat } {
  checkDefinition(HatShape, definition);
  const { name, title, tools, budget, prompt, says, on } = definition;
  const defaults = definition.answer.safeParse({});
  const saysNothing = defaults.success ? canonicalJson(defaults.data) : undefined;
  const hat: Hat = {
    name,
    title,
    on: Object.keys(on).filter(isEventType),
    wants: (event) => wakes(on, event.type, event),
    tools,
    recall: definition.recall === true,
    budget,
    prompt,
    says,
    rules: definition.rules,
    answerSchema: answerSchemaOf(definition.answer),
    parse: (answer) => parse(definition, answer),
    isEmpty: (answer) =>
      isBlank(answer) || (saysNothing !== undefined && saysNothing === canonicalJson(answer)),
  };
  return { name, title, says, on: hat.on, hat, start: (deps) => startHat(hat, deps) };
}

function wakes<T extends EventType>(on: Wakes, type: T, event: KnownEvent<T>): boolean {
  const want = on[type];
  if (want === undefined) return false;
  return want === true || want(event);
}

function parse<A extends z.ZodType<{ evidence: Evidence[] }>>(
  definition: HatDefinition<A>,
  raw: unknown,
): Parsed {
  const result = definition.answer.safeParse(raw);
  if (!result.success) return { ok: false, error: issuesOf(result.error) };
  const answer = result.data;
  const refused = definition.refuse?.(answer);
  if (refused !== undefined) return { ok: false, error: refused };
  return { ok: true, emit: (input) => ofThisCase(definition.name, definition.emit({ ...input, answer })) };
}

/**
 * What a hat says is about the case it read, under its own name, whatever its file or its model makes of it.
 * @throws HatrackError `role_overstepped`
 */
function ofThisCase(role: string, drafts: readonly Draft[]): readonly Draft[] {
  const other = drafts.find((draft) => draft.subject !== undefined || draft.source !== undefined);
  if (other === undefined) return drafts;
  const of = [other.subject, other.source].filter((part) => part !== undefined).join(" as ");
  const what = `role ${role}: said ${other.type} of ${of}, expected its own case under its own name`;
  throw new HatrackError("role_overstepped", what);
}
