/**
 * A Sigma filter (sigma-filters-specification 2.0), read strictly and tried on events. What we propose is read back
 * from its own YAML before anybody sees it: what does not parse here is not proposed.
 */
import { parseDocument } from "yaml";
import { z } from "zod";
import { HatrackError } from "../../errors.ts";
import { holds, namesIn, parseCondition, type Condition } from "./condition.ts";
import { matches, saysSomething } from "./pattern.ts";

const Day = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/, "expected a date such as 2026-03-02");
const Word = z.string().regex(/^[a-z0-9_-]+$/, "expected small letters, digits, _ and -");
const LogSource = z
  .strictObject({ category: Word.optional(), product: Word.optional(), service: Word.optional() })
  .refine((source) => Object.keys(source).length > 0, "expected a category, a product or a service");

const Scalar = z.union([z.string(), z.number(), z.boolean(), z.null()]);
const Fields = z
  .record(z.string().min(1), z.union([Scalar, z.array(Scalar).min(1)]))
  .refine((map) => Object.keys(map).length > 0, "expected at least one field");
const Search = z.union([Fields, z.array(Fields).min(1), z.array(z.string().min(1)).min(1)]);

const Shape = z.strictObject({
  title: z.string().min(1).max(256),
  id: z.uuid().optional(),
  description: z.string().max(65_535).optional(),
  author: z.string().optional(),
  date: Day.optional(),
  modified: Day.optional(),
  references: z.array(z.string()).optional(),
  logsource: LogSource,
  filter: z
    .object({
      rules: z
        .array(z.string().min(1))
        .min(1)
        .refine((names) => new Set(names).size === names.length, "names one twice"),
      selection: Search,
      condition: z.string().min(1),
    })
    .catchall(Search),
});

/** What a field's content is held against: each as text, as events carry it. */
export type SigmaEvent = Readonly<Record<string, string | undefined>>;

export interface SigmaFilter {
  readonly rules: readonly string[];
  readonly logsource: z.infer<typeof LogSource>;
  /** Whether the filter lets an event pass; one it does not lets no rule it names fire. */
  readonly passes: (event: SigmaEvent) => boolean;
}

/** @throws HatrackError `sigma_invalid` naming the path and what was expected */
export function parseFilter(yaml: string): SigmaFilter {
  const document = parseDocument(yaml, { strict: true, uniqueKeys: true, prettyErrors: false });
  const [broken] = [...document.errors, ...document.warnings];
  if (broken !== undefined) throw invalid(broken.message);
  const read = Shape.safeParse(document.toJS());
  if (!read.success) {
    const [issue] = read.error.issues;
    throw invalid(`${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "not a filter"}`);
  }
  const { rules, condition: text, ...searches } = read.data.filter;
  const all = new Map(Object.entries(searches).map(([name, search]) => [name, searchOf(name, search)]));
  const condition = conditionOf(text, [...all.keys()]);
  return {
    rules,
    logsource: read.data.logsource,
    passes: (event) => holds(condition, [...all.keys()], (name) => all.get(name)?.(event) ?? false),
  };
}

function conditionOf(text: string, all: readonly string[]): Condition {
  const condition = parseCondition(text);
  const used = namesIn(condition, all);
  const unknown = used.find((name) => !all.includes(name));
  if (unknown !== undefined)
    throw invalid(`filter.condition: "${unknown}" is no search of this filter (${all.join(", ")})`);
  const idle = all.find((name) => !used.includes(name));
  if (idle !== undefined) throw invalid(`filter.${idle}: the condition "${text}" does not use it`);
  return condition;
}

type Test = (event: SigmaEvent) => boolean;

function searchOf(name: string, search: z.infer<typeof Search>): Test {
  if (!/^[A-Za-z_]\w*$/.test(name)) throw invalid(`filter.${name}: expected a name of letters, digits and _`);
  if (!Array.isArray(search)) return mapOf(name, search);
  const tests = search.map((one, i): Test => {
    if (typeof one !== "string") return mapOf(`${name}.${i}`, one);
    // A word alone is looked for in every field.
    demandMeaning(`filter.${name}.${i}`, one);
    return (event) =>
      Object.values(event).some(
        (content) => content !== undefined && matches(content, one, { at: "contains" }),
      );
  });
  return (event) => tests.some((test) => test(event));
}

function mapOf(name: string, map: z.infer<typeof Fields>): Test {
  const tests = Object.entries(map).map(([key, value]) => fieldOf(`filter.${name}.${key}`, key, value));
  return (event) => tests.every((test) => test(event));
}

const places = ["contains", "startswith", "endswith"] as const;

interface Modifiers {
  readonly at: "whole" | (typeof places)[number];
  readonly all: boolean;
  readonly cased: boolean;
  readonly re: boolean;
  readonly exists: boolean;
}

/** Sigma knows more; what we do not try we do not let through. */
const known: readonly string[] = [...places, "all", "cased", "re", "exists"];

function modifiersOf(where: string, names: readonly string[]): Modifiers {
  const stray = names.find((name) => !known.includes(name));
  if (stray !== undefined)
    throw invalid(`${where}: modifier "${stray}": expected one of ${known.join(", ")}`);
  if (new Set(names).size < names.length) throw invalid(`${where}: a modifier stands there twice`);
  const at = places.filter((place) => names.includes(place));
  const has = (name: string): boolean => names.includes(name);
  if (
    at.length > 1 ||
    (has("re") && (at.length > 0 || has("cased"))) ||
    (has("exists") && names.length > 1)
  ) {
    throw invalid(`${where}: modifiers ${names.join(" and ")} do not go together`);
  }
  return { at: at[0] ?? "whole", all: has("all"), cased: has("cased"), re: has("re"), exists: has("exists") };
}

function fieldOf(where: string, key: string, value: z.infer<typeof Fields>[string]): Test {
  const [field = "", ...names] = key.split("|");
  if (!/^[\w.@-]+$/.test(field)) throw invalid(`${where}: expected a field's name before its modifiers`);
  const modifiers = modifiersOf(where, names);
  const values = Array.isArray(value) ? value : [value];
  if (modifiers.exists) return existence(where, field, values);
  if (modifiers.all && values.length < 2) throw invalid(`${where}: "all" of a single value`);
  const tests = values.map((one) => valueOf(where, one, modifiers));
  return (event) => {
    const content = event[field];
    return modifiers.all ? tests.every((test) => test(content)) : tests.some((test) => test(content));
  };
}

function existence(where: string, field: string, values: readonly unknown[]): Test {
  const [wanted, more] = values;
  if (typeof wanted !== "boolean" || more !== undefined) throw invalid(`${where}: expected true or false`);
  return (event) => (event[field] !== undefined) === wanted;
}

function valueOf(
  where: string,
  value: z.infer<typeof Scalar>,
  { at, cased, re }: Modifiers,
): (content: string | undefined) => boolean {
  if (value === null || value === "") return (content) => content === undefined || content === "";
  const text = String(value);
  if (re) {
    const pattern = regular(where, text);
    return (content) => content !== undefined && pattern.test(content);
  }
  demandMeaning(where, text);
  return (content) => content !== undefined && matches(content, text, { at, cased });
}

function regular(where: string, text: string): RegExp {
  try {
    return new RegExp(text, "u");
  } catch (cause) {
    throw new HatrackError("sigma_invalid", `sigma filter: ${where}: "${text}" is no regular expression`, {
      cause,
    });
  }
}

function demandMeaning(where: string, value: string): void {
  if (!saysSomething(value)) throw invalid(`${where}: "${value}" matches whatever there is`);
}

function invalid(why: string): HatrackError {
  return new HatrackError("sigma_invalid", `sigma filter: ${why}`);
}
