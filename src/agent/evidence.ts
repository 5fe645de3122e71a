/**
 * Ties each claim of an answer to the record, in code: a prompt can ask for citations, it cannot hold a model to
 * them (lesson 24). Pure.
 */
import { z } from "zod";
import { Evidence } from "../events/vocabulary.ts";
import { madeUp } from "./claim-words.ts";

/** What a run has seen: the case file as it was shown, and the steps as they were answered. */
export interface Seen {
  readonly view: unknown;
  readonly steps: readonly {
    readonly step: number;
    readonly arguments?: unknown;
    readonly result: string;
    readonly status: string;
  }[];
}

export interface FailedClaim extends Evidence {
  /** For the model: what is wrong with it. */
  readonly why: string;
}

export interface Bound {
  /** The answer without the claims that failed; its confidence is capped if there were any. */
  readonly answer: unknown;
  readonly failed: readonly FailedClaim[];
  /** What the claims that hold cite. */
  readonly cited: readonly string[];
}

/** An answer some of whose claims had to be dropped is not surer than this. */
export const confidenceCap = 0.5;

/** Checks every entry of every array named `evidence`, however deep. */
export function bindEvidence(answer: unknown, seen: Seen): Bound {
  const failed: FailedClaim[] = [];
  const cited: string[] = [];
  let made: string | undefined;
  // Most claims name nothing that would have to be looked for in all of it.
  const record = (): string => (made ??= recordOf(seen));
  const check = (entry: unknown): boolean => {
    const claim = Evidence.safeParse(entry);
    if (!claim.success) return true; // the answer's schema judges it
    const why = whyNot(claim.data, seen) ?? whyNotSaid(claim.data, record);
    if (why === undefined) cited.push(claim.data.cites);
    else failed.push({ ...claim.data, why });
    return why === undefined;
  };
  const bound = walk(answer, check);
  return { answer: failed.length === 0 ? answer : capped(bound), failed, cited };
}

function walk(value: unknown, check: (entry: unknown) => boolean): unknown {
  if (Array.isArray(value)) return value.map((inner) => walk(inner, check));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [
      key,
      key === "evidence" && Array.isArray(inner) ? inner.filter(check) : walk(inner, check),
    ]),
  );
}

function capped(answer: unknown): unknown {
  if (answer === null || typeof answer !== "object" || !("confidence" in answer)) return answer;
  const { confidence } = answer;
  return typeof confidence === "number" && confidence > confidenceCap
    ? { ...answer, confidence: confidenceCap }
    : answer;
}

/** All a claim may rest on; of what roles made of it before, the quotes alone, which were checked when they were made. */
function recordOf({ view, steps }: Seen): string {
  const own = typeof view === "object" && view !== null ? Object.entries(view) : [];
  const shown = own.map(([key, value]: [string, unknown]) => (opinion.test(key) ? quotesIn(value) : value));
  // What failed repeats what was asked for.
  const found = steps.filter(({ status }) => status === "ok").map(({ result }) => result);
  const record = JSON.stringify([shown, found]);
  // `\n` may be a line's end or the beginning of a folder's name: a word may stand after either.
  return `${plain(record, false)} ${plain(record, true)}`;
}

const Quoted = z.object({ evidence: z.array(z.object({ quote: z.string() })) });

function quotesIn(finding: unknown): string[] {
  return (Quoted.safeParse(finding).data?.evidence ?? []).map(({ quote }) => quote);
}

function whyNotSaid({ claim }: Evidence, record: () => string): string | undefined {
  const wrong = madeUp(plain(claim, false), record);
  return wrong.length === 0 ? undefined : `the record does not hold ${wrong.slice(0, 3).join(", ")}`;
}

function whyNot({ cites, quote }: Evidence, seen: Seen): string | undefined {
  const step = /^step (\d+)$/i.exec(cites)?.[1];
  if (step !== undefined) return whyNotOfStep(Number(step), quote, seen);
  if (opinion.test(cites) && !provenQuote.test(cites))
    return `${cites} is what somebody made of the record, not the record; cite the alert or a step`;
  const text = textAt(seen.view, cites);
  if (text === undefined) return `the case file has no ${cites}`;
  return occurs(quote, text) ? undefined : `the quote does not occur in ${cites}`;
}

/** What roles said of the case, and people asked: one hat's guess must not become the next one's evidence. */
const opinion = /^(?:triage|investigation|plan|intel|escalations|proposals|failures|question)\b/i;
/** The words of the record that an earlier claim was tied to, checked when it was made. */
const provenQuote = /^(?:triage|investigation|plan|intel)\.evidence\.\d+\.quote$/i;

function whyNotOfStep(number: number, quote: string, { steps }: Seen): string | undefined {
  const step = steps.find((each) => each.step === number);
  if (step === undefined || step.status === "refused") return `there is no step ${number}`;
  if (!occurs(quote, step.result)) return `the quote does not occur in step ${number}`;
  // An error repeats what was asked for: those words are the model's own.
  const echoed = step.status === "error" && occurs(quote, JSON.stringify(step.arguments ?? {}));
  return echoed ? `step ${number} failed, and the quote is what you asked it for` : undefined;
}

/** The text at a path of own properties; JSON for what is not a string. */
function textAt(view: unknown, path: string): string | undefined {
  let at: unknown = view;
  for (const key of path.split(".")) {
    if (at === null || typeof at !== "object" || !Object.hasOwn(at, key)) return undefined;
    at = new Map<string, unknown>(Object.entries(at)).get(key);
  }
  return typeof at === "string" ? at : JSON.stringify(at);
}

/** True if the quote, or each of its parts around an ellipsis in turn, occurs in the text. */
export function occurs(quote: string, text: string): boolean {
  // `\new` is a folder in a path and a line break in JSON: either reading may be the one that was meant.
  return [false, true].some((breaks) => within(plain(quote, breaks), plain(text, breaks)));
}

function within(needle: string, hay: string): boolean {
  if (needle === hay && needle !== "") return true;
  // Brackets, commas and dashes stand in every record and say nothing.
  if (needle.replace(/[^\p{L}\p{N}]/gu, "").length < 3) return false;
  if (hay.includes(needle)) return true;
  const parts = needle.split("...").map((part) => part.trim());
  let from = 0;
  const inTurn = parts.every((part) => {
    if (part.length < 3) return part === "";
    const at = hay.indexOf(part, from);
    from = at + part.length;
    return at >= 0;
  });
  return inTurn && parts.some((part) => part !== "");
}

/**
 * One spelling for texts that read alike: case, white space, curly and JSON-escaped quotes, doubled backslashes,
 * invisible characters, and defanged indicators.
 */
function plain(text: string, breaks: boolean): string {
  const broken = breaks ? text.replace(/\\+[nrt]/g, " ") : text;
  return broken
    .normalize("NFKC")
    .toLowerCase()
    .replace(/[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g, "")
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/hxxp/g, "http")
    .replace(/[[({](\.|:|@|:\/\/|\/)[\])}]/g, "$1")
    .replace(/[[({]dot[\])}]/g, ".")
    .replace(/\\+/g, "\\")
    .replace(/\\?["\u201c\u201d]/g, "")
    .replace(/\s+/g, " ")
    .replace(/ ?([:,{}[\]]) ?/g, "$1")
    .trim();
}
