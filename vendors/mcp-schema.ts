/**
 * A tool's parameters as a stranger's server describes them, made fit for use: checked to be JSON Schema, brought to a
 * bounded size without references, and freed of everything that is prose or costs time to check. What is left is looser
 * than the server's own: it checks its own patterns. Pure, but for the checkers, which are made once.
 */
import { Ajv } from "ajv";
import { Ajv2019 } from "ajv/dist/2019.js";
import { Ajv2020 } from "ajv/dist/2020.js";
import { z } from "zod";
import { visible } from "./visible.ts";

export type ToolSchema =
  | {
      readonly ok: true;
      readonly schema: Record<string, unknown>;
      /** "host: name of the host": the maker's words on each parameter, untrusted. */
      readonly notes: readonly string[];
    }
  | { readonly ok: false; readonly why: string };

const limits = { chars: 32_000, nodes: 400, depth: 12, note: 160, choice: 40, choices: 100 };

class SchemaFault extends Error {
  override readonly name = "SchemaFault";
}

export function readToolSchema(raw: unknown): ToolSchema {
  try {
    const root = Json.parse(raw);
    if (JSON.stringify(root).length > limits.chars)
      throw new SchemaFault(`its schema is longer than ${limits.chars} characters`);
    mustBeJsonSchema(root);
    if (root["type"] !== "object") throw new SchemaFault('its schema is not of type "object"');
    const schema = new Expansion(root).node(root, []);
    return { ok: true, schema, notes: notesOf(root) };
  } catch (error) {
    return { ok: false, why: whyOf(error) };
  }
}

function whyOf(error: unknown): string {
  if (error instanceof SchemaFault) return error.message;
  if (error instanceof z.ZodError) return "its schema is no JSON object";
  // A stack that overflowed, a dialect the checker does not know: whatever it is, it is not bound.
  const reason = error instanceof Error ? error.message : String(error);
  return `its schema is not JSON Schema: ${visible(reason, 160)}`;
}

const Json = z.record(z.string(), z.unknown());
type Json = z.infer<typeof Json>;

const options = { strict: false, validateFormats: false, logger: false } as const;
type Checker = Pick<Ajv, "validateSchema" | "errors">;
const makers: Readonly<Record<string, () => Checker>> = {
  "2020-12": () => new Ajv2020(options),
  "2019-09": () => new Ajv2019(options),
  "draft-07": () => new Ajv(options),
  "draft-06": () => new Ajv(options),
};
const checkers = new Map<string, Checker>();

/** By the dialect it names; without one, 2020-12, as the protocol says. */
function checkerFor({ $schema: dialect }: Json): Checker {
  const name = Object.keys(makers).find((each) => String(dialect).includes(each)) ?? "2020-12";
  const checker = checkers.get(name) ?? (makers[name] ?? (() => new Ajv2020(options)))();
  checkers.set(name, checker);
  return checker;
}

function mustBeJsonSchema(schema: Json): void {
  const { $schema: _, ...rest } = schema;
  const checker = checkerFor(schema);
  if (checker.validateSchema(rest) === true) return;
  const { instancePath, message } = { instancePath: "", message: "", ...checker.errors?.[0] };
  const where = instancePath === "" ? "its root" : visible(instancePath, 80);
  throw new SchemaFault(`its schema is not JSON Schema at ${where}: ${visible(message, 160)}`);
}

/** Of these nothing can take long to check, and nothing is prose. */
const plain = new Set([
  ...["type", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "multipleOf"],
  ...["minLength", "maxLength", "minItems", "maxItems", "minProperties", "maxProperties"],
]);
const lists = new Set(["anyOf", "oneOf", "allOf"]);

/** References are written out, so that checking an argument costs no more than the nodes there are. */
class Expansion {
  readonly #root: Json;
  #nodes = 0;

  constructor(root: Json) {
    this.#root = root;
  }

  /** `through`: the references on the way here. */
  node(schema: Json, through: readonly string[], depth = 0): Json {
    this.#nodes += 1;
    if (this.#nodes > limits.nodes || depth > limits.depth)
      throw new SchemaFault(`its schema has more than ${limits.nodes} parts or ${limits.depth} levels`);
    const { $ref: to, ...own } = schema;
    if (typeof to === "string") {
      if (through.includes(to)) throw new SchemaFault("its schema refers to itself");
      return { ...this.node(this.#at(to), [...through, to], depth), ...this.#kept(own, through, depth) };
    }
    return this.#kept(own, through, depth);
  }

  #kept(schema: Json, through: readonly string[], depth: number): Json {
    const inner = (value: unknown): unknown =>
      typeof value === "boolean" ? value : this.node(Json.parse(value), through, depth + 1);
    return Object.fromEntries(
      Object.entries(schema).flatMap(([key, value]): [string, unknown][] => {
        const made = keep(key, value, inner);
        return made === undefined ? [] : [[key, made]];
      }),
    );
  }

  #at(reference: string): Json {
    if (!reference.startsWith("#/"))
      throw new SchemaFault(`its schema refers to ${visible(reference, 80)}; expected "#/…"`);
    let found: unknown = this.#root;
    for (const part of reference.slice(2).split("/")) {
      const key = part.replaceAll("~1", "/").replaceAll("~0", "~");
      const object = Json.safeParse(found);
      found = object.success && Object.hasOwn(object.data, key) ? object.data[key] : undefined;
    }
    const target = Json.safeParse(found);
    if (target.success) return target.data;
    throw new SchemaFault(`its schema refers to ${visible(reference, 80)}, which is not in it`);
  }
}

type Keep = (value: unknown, inner: (value: unknown) => unknown) => unknown;

const kept: Readonly<Record<string, Keep>> = {
  properties: (value, inner) => properties(value, inner),
  required: (value) => z.array(z.string()).parse(value).map(parameterName),
  additionalProperties: (value, inner) => inner(value),
  items: (value, inner) => (Array.isArray(value) ? undefined : inner(value)),
  enum: (value) => (isShort(value) ? value : undefined),
  const: (value) => (isShort([value]) ? value : undefined),
};

/** A part as it is bound; undefined: it is left out. */
function keep(key: string, value: unknown, inner: (value: unknown) => unknown): unknown {
  if (plain.has(key)) return value;
  if (lists.has(key)) return z.array(z.unknown()).parse(value).map(inner);
  return Object.hasOwn(kept, key) ? kept[key]?.(value, inner) : undefined;
}

function properties(value: unknown, inner: (value: unknown) => unknown): Json {
  return Object.fromEntries(
    Object.entries(Json.parse(value)).map(([name, schema]) => [parameterName(name), inner(schema)]),
  );
}

/** A name is read by the model outside any fence: it must not hold a sentence. */
function parameterName(name: string): string {
  if (/^[\w.$@-]{1,64}$/.test(name) && name !== "__proto__") return name;
  throw new SchemaFault(
    `a parameter is called ${visible(JSON.stringify(name), 80)}; expected letters and digits`,
  );
}

/** Choices that could be prose are shown as data, with the notes, and the server checks them. */
function isShort(value: unknown): boolean {
  const Choice = z.union([z.string().max(limits.choice), z.number(), z.boolean(), z.null()]);
  return z.array(Choice).max(limits.choices).safeParse(value).success;
}

const Described = z.object({ description: z.string().optional(), enum: z.array(z.unknown()).optional() });

function notesOf(root: Json): string[] {
  const parameters = Json.safeParse(root["properties"]);
  return Object.entries(parameters.data ?? {}).flatMap(([name, schema]) => {
    const { description = "", enum: choices } = Described.safeParse(schema).data ?? {};
    const listed = choices === undefined || isShort(choices) ? "" : ` One of ${JSON.stringify(choices)}.`;
    const note = visible(description + listed, limits.note);
    return note === "" ? [] : [`- ${name}: ${note}`];
  });
}
