/** How rules read: a field of the case file or the result of a step, and the words found there as evidence. */
import type { Facts, PastStep, Rule } from "../../src/agent/rule-book.ts";
import type { Evidence } from "../../src/events/vocabulary.ts";

/** The value at "alert.process.commandLine"; undefined where there is none. */
export function valueAt(casefile: unknown, path: string): unknown {
  let value: unknown = casefile;
  for (const key of path.split(".")) {
    if (value === null || typeof value !== "object") return undefined;
    value = Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined;
  }
  return value;
}

export function textAt(facts: Facts, path: string): string | undefined {
  const value = valueAt(facts.casefile, path);
  return typeof value === "string" && value !== "" ? value : undefined;
}

/** As the bus stores it; only the parts that rules read. */
export function indicatorsOf(facts: Facts): readonly { type: string; value: string }[] {
  const list = valueAt(facts.casefile, "alert.indicators");
  if (!Array.isArray(list)) return [];
  return list.flatMap((entry: unknown) => {
    const type = valueAt(entry, "type");
    const value = valueAt(entry, "value");
    return typeof type === "string" && typeof value === "string" ? [{ type, value }] : [];
  });
}

export function stepsOf(facts: Facts, tool: string): readonly PastStep[] {
  return facts.steps.filter((step) => step.tool === tool);
}

interface Reading {
  readonly name: string;
  readonly weight: number;
  /** What is claimed when the pattern is found. */
  readonly claim: string;
  readonly pattern: RegExp;
}

/** A rule that looks for a pattern in one of several fields. */
export function inField(reading: Reading & { readonly paths: readonly string[] }): Rule {
  return {
    name: reading.name,
    weight: reading.weight,
    match: (facts) => {
      for (const path of reading.paths) {
        const found = quoteOf(textAt(facts, path), reading.pattern);
        if (found !== undefined) return evidence(reading.claim, path, found);
      }
      return undefined;
    },
  };
}

/** A rule that looks for a pattern in what a tool answered. */
export function inStep(reading: Reading & { readonly tool: string }): Rule {
  return {
    name: reading.name,
    weight: reading.weight,
    match: (facts) => {
      for (const step of stepsOf(facts, reading.tool)) {
        const found = quoteOf(step.result, reading.pattern);
        if (found !== undefined) return evidence(reading.claim, `step ${step.step}`, found);
      }
      return undefined;
    },
  };
}

/** How many of the past cases shown a person has judged, here or where the alert came from; a role's belief is no witness. */
export interface Witnesses {
  /** Confirmed to be an attack. */
  readonly attacks: number;
  /** Found harmless. */
  readonly cleared: number;
}

/** A rule on what people made of the past cases shown, which cites the first of these verdicts. */
export function inPrecedents(
  reading: Omit<Reading, "pattern"> & {
    readonly verdicts: readonly string[];
    readonly holds: (witnesses: Witnesses) => boolean;
  },
): Rule {
  return {
    name: reading.name,
    weight: reading.weight,
    match: (facts) => {
      const judged = judgedBefore(facts);
      const of = (...verdicts: readonly string[]): number =>
        judged.filter(({ verdict }) => verdicts.includes(verdict)).length;
      const witnesses = { attacks: of("true_positive"), cleared: of("benign", "false_positive") };
      const cited = judged.find(({ verdict }) => reading.verdicts.includes(verdict));
      if (cited === undefined || !reading.holds(witnesses)) return undefined;
      return evidence(reading.claim, `precedent.${cited.i}.verdict`, cited.verdict);
    },
  };
}

function judgedBefore(facts: Facts): { readonly i: number; readonly verdict: string }[] {
  const cases = valueAt(facts.casefile, "precedent");
  return (Array.isArray(cases) ? cases : []).flatMap((past: unknown, i) => {
    const verdict = valueAt(past, "verdict");
    const judge = valueAt(past, "confirmedBy");
    return (judge === "person" || judge === "source") && typeof verdict === "string" ? [{ i, verdict }] : [];
  });
}

function quoteOf(text: string | undefined, pattern: RegExp): string | undefined {
  const found = text === undefined ? null : pattern.exec(text);
  return found === null ? undefined : found[0].slice(0, 200);
}

function evidence(claim: string, cites: string, quote: string): Evidence {
  return { claim, cites, quote };
}

/** Calls not made yet, each once, in order. */
export function notYet(
  facts: Facts,
  wanted: readonly { tool: string; arguments: Record<string, unknown> }[],
): readonly { tool: string; arguments: Record<string, unknown> }[] {
  const key = (call: { tool: string; arguments: unknown }): string =>
    JSON.stringify([call.tool, call.arguments]);
  const made = new Set(facts.steps.map(key));
  const fresh = new Map(wanted.map((call) => [key(call), call]));
  return [...fresh].filter(([name]) => !made.has(name)).map(([, call]) => call);
}
