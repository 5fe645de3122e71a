/**
 * What a server says it offers, judged tool by tool: what may be bound, what may not and why. And what came of it when
 * the server is asked again: a tool that is not what it was at first is out, until hatrack is started anew. Pure.
 */
import { z } from "zod";
import { canonicalJson, sha256 } from "../src/events/canonical.ts";
import type { EventData } from "../src/events/catalogue.ts";
import { readToolSchema } from "./mcp-schema.ts";
import { visible } from "./visible.ts";

export interface Usable {
  /** The server's own name for it. */
  readonly name: string;
  readonly schema: Record<string, unknown>;
  /** Of annotations and schema as the server wrote them. */
  readonly digest: string;
  /** Its maker's words: untrusted. */
  readonly says: string;
}

export type Judged =
  | { readonly ok: true; readonly tool: Usable }
  | { readonly ok: false; readonly name: string; readonly why: string };

const Raw = z.looseObject({
  name: z.string().min(1).max(200),
  description: z.string().optional().catch(undefined),
  inputSchema: z.unknown().optional(),
  annotations: z.record(z.string(), z.unknown()).optional().catch({}),
  execution: z.looseObject({ taskSupport: z.unknown().optional() }).optional().catch(undefined),
});
type Raw = z.infer<typeof Raw>;

/** A model's server takes 64 characters of a name, and "SERVER__" comes before it. */
const namePattern = /^[A-Za-z0-9_./-]{1,40}$/;
const maxWords = 600;

export function judge(raw: unknown): Judged {
  const parsed = Raw.safeParse(raw);
  if (!parsed.success) return { ok: false, name: "(no name)", why: "it is no tool: it has no name" };
  const { name, description = "", inputSchema, annotations = {} } = parsed.data;
  const refuse = (why: string): Judged => ({ ok: false, name: visible(name, 60), why });
  const why = whyNot(parsed.data);
  if (why !== undefined) return refuse(why);
  const schema = readToolSchema(inputSchema);
  if (!schema.ok) return refuse(schema.why);
  const digest = sha256(canonicalJson([annotations, inputSchema]));
  const says = [visible(description, maxWords) || "(nothing)", ...schema.notes]
    .join("\n")
    .slice(0, 3 * maxWords);
  return { ok: true, tool: { name, schema: schema.schema, digest, says } };
}

function whyNot({ name, annotations = {}, execution }: Raw): string | undefined {
  if (!namePattern.test(name)) return "its name is not 1 to 40 letters, digits, dots, dashes or slashes";
  if (annotations["readOnlyHint"] !== true) return "it is not marked read-only (readOnlyHint: true)";
  if (annotations["destructiveHint"] !== undefined && annotations["destructiveHint"] !== false)
    return "it is marked destructive (destructiveHint)";
  return execution?.taskSupport === "required" ? "it runs as a task, in the background" : undefined;
}

/** Two tools of one name: neither is known to be the one that was looked at. */
export function judgeAll(listed: readonly unknown[]): Judged[] {
  const judged = listed.map(judge);
  const names = judged.map(nameOf);
  return judged.map((each) => {
    const name = nameOf(each);
    const bound = names.filter((other) => boundPart(other) === boundPart(name));
    return bound.length === 1 ? each : { ok: false, name, why: "it is listed more than once" };
  });
}

export function nameOf(judged: Judged): string {
  return judged.ok ? judged.tool.name : judged.name;
}

/** As a model's server takes it. */
export function boundPart(name: string): string {
  return name.replace(/[./]/g, "_");
}

/** How it was first, and how it is now: usable, or why it is not. */
interface KnownTool {
  readonly first: Usable | undefined;
  readonly why: string | undefined;
  readonly digest?: string;
}
export type Known = ReadonlyMap<string, KnownTool>;
export type Change = EventData<"tools.changed">["changes"][number];

export interface Rechecked {
  readonly known: Known;
  readonly usable: readonly Usable[];
  /** Against what was known; all of it the first time. */
  readonly changes: readonly Change[];
  readonly first: boolean;
}

/** Of a server that has had so many names, no further one is taken: what it was at first is kept for as long as we run. */
const mostKnown = 1_000;

const gone = "the server offers it no more";
const altered =
  "its annotations or its schema are not what they were; start hatrack again to take them as they are now";

export function recheck(known: Known, listed: readonly Judged[]): Rechecked {
  const now = new Map<string, KnownTool>([...known].map(([name, { first }]) => [name, { first, why: gone }]));
  for (const each of listed) take(now, known.get(nameOf(each))?.first, each);
  return {
    known: now,
    first: known.size === 0,
    usable: [...now.values()].flatMap(({ first, why }) =>
      first !== undefined && why === undefined ? first : [],
    ),
    changes: [...now].flatMap(([tool, { why, digest }]): Change[] => {
      const before = known.get(tool);
      if (before !== undefined && before.why === why) return [];
      const is = { usable: why === undefined, why: visible(why ?? "read-only", 300) };
      return [{ tool: visible(tool, 60), ...is, ...(digest === undefined ? {} : { digest }) }];
    }),
  };
}

function take(now: Map<string, KnownTool>, before: Usable | undefined, each: Judged): void {
  const name = nameOf(each);
  if (!now.has(name) && now.size >= mostKnown) return;
  const first = before ?? (each.ok ? each.tool : undefined);
  const why = each.ok ? (each.tool.digest === first?.digest ? undefined : altered) : each.why;
  now.set(name, { first, why, ...(each.ok ? { digest: each.tool.digest } : {}) });
}
