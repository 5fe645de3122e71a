/** What every kind of role definition has to keep; a mistake in a role's file is found when the file is loaded. */
import { z } from "zod";
import { HatrackError } from "../errors.ts";
import { catalogue, eventTypes, isEventType, type EventType } from "../events/catalogue.ts";
import { RoleName } from "../events/vocabulary.ts";

const aFunction = z.custom<unknown>((value) => typeof value === "function", "expected a function");

/** A type some role may say; what only the gate, a front end or a schedule says is not in it (lesson 32). */
export function aRoleMaySay(type: EventType): boolean {
  return catalogue[type].saidBy.some((speaker) => speaker.startsWith("role:"));
}

const KnownType = z.string().refine(isEventType, { error: ({ input }) => unknownType(String(input)) });

const Says = z.array(
  KnownType.refine((type) => !isEventType(type) || aRoleMaySay(type), {
    error: ({ input }) => `${String(input)} may be said by ${speakers(String(input))} alone, not by a role`,
  }),
);

const common = { name: RoleName, title: z.string().min(1).max(100), says: Says, emit: aFunction };

const Schema = z.custom<unknown>(
  (value) => z.object({ safeParse: aFunction }).safeParse(value).success,
  "expected a zod schema",
);
const Book = z.looseObject({ lookups: aFunction, rules: z.array(z.unknown()), conclude: aFunction });

export const HatShape = z.strictObject({
  ...common,
  on: z
    .record(z.string(), z.union([z.literal(true), aFunction]).optional())
    .refine((on) => Object.keys(on).length > 0, "expected at least one event type to wake on")
    .superRefine((on, context) => {
      for (const type of Object.keys(on).filter((key) => !isEventType(key)))
        context.addIssue(unknownType(type));
    }),
  tools: z.array(z.string().regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a tool name such as "host_details"')),
  recall: z.boolean().optional(),
  budget: z.strictObject({ toolCalls: z.int().min(0).max(100), seconds: z.number().positive().max(3600) }),
  answer: Schema,
  prompt: z.string().min(1),
  refuse: aFunction.optional(),
  rules: Book.optional(),
});

export const CalendarShape = z.strictObject({
  ...common,
  compute: aFunction,
  wording: z.strictObject({
    prompt: z.string().min(1),
    seconds: z.number().positive().max(3600).optional(),
    of: aFunction.optional(),
    plain: aFunction.optional(),
  }),
});

/**
 * Checks a definition against its shape.
 * @throws HatrackError `role_invalid` naming the role, the key and what was expected
 */
export function checkDefinition(shape: z.ZodType, definition: { readonly name: unknown }): void {
  const result = shape.safeParse(definition);
  if (result.success) return;
  const why = result.error.issues
    .map((issue) => `${issue.path.map(String).join(".") || "definition"}: ${issue.message}`)
    .join("; ");
  throw new HatrackError("role_invalid", `role ${String(definition.name)}: ${why}`, { cause: result.error });
}

function unknownType(type: string): string {
  return `${type} is no event type; expected one of ${eventTypes.join(", ")}`;
}

function speakers(type: string): string {
  return isEventType(type) ? catalogue[type].saidBy.join(", ") : "nobody";
}
