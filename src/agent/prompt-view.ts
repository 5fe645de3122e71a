/**
 * The case as a model reads it: the JSON in the fence, and the record its evidence is checked against. Sized to a
 * budget. What goes first when it is too large, until it fits:
 *   1. `alert.raw`              what the source sent beside the normalised fields
 *   2. indicators after the 40th
 *   3. the evidence of earlier findings (their summaries stay)
 *   4. the precedent after the second case
 *   5. all but the last 10 proposals, escalations and failures
 *   6. strings over 2,000, then over 500 characters are cut, and say so
 * `trimmed` names what went, so that a model does not take a gap for an absence.
 */
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import type { CaseFile, Proposal } from "../memory/case-file.ts";
import type { Precedent } from "../memory/precedent.ts";
import { shippedRedactor, type Redactor } from "./redact.ts";
import { selectRaw } from "./select-raw.ts";

export type View = Readonly<Record<string, unknown>>;

/** Characters of JSON: some 8,000 tokens, which leaves a 32k context room for thirty capped tool results. */
const defaultChars = 28_000;

/** Types whose data the case file already holds; of any other, a role that woke on it needs the data itself. */
const folded: ReadonlySet<string> = new Set([
  "alert.received",
  "alert.triaged",
  "case.escalated",
  "case.investigated",
  "response.planned",
  "intel.reported",
  "info.requested",
]);

export interface ViewOptions {
  readonly maxChars?: number;
  /** What woke the role. */
  readonly event?: KnownEvent;
  /** What came of cases like this one; undefined: the role is not shown any, which is not the same as none. */
  readonly precedent?: readonly Precedent[];
  readonly redactor?: Redactor | undefined;
}

export function promptView(
  file: CaseFile,
  { maxChars = defaultChars, event, precedent, redactor = shippedRedactor }: ViewOptions = {},
): View {
  const whole = redactor.value({
    caseId: file.caseId,
    wokenBy: event === undefined ? undefined : wokenBy(event),
    question: event === undefined ? undefined : questionIn(event, file),
    alert: alertOf(file),
    triage: finding(file.triage),
    escalations: file.escalations.map(finding),
    investigation: finding(file.investigation),
    plan: finding(file.plan),
    intel: finding(file.intel),
    proposals: file.proposals.map(proposalOf),
    failures: file.failures.map(({ role, reason, detail }) => ({ role, reason, detail })),
    label: finding(file.label),
    precedent,
  });
  // Through JSON once, so that what is checked later is exactly what was read.
  return fitted(jsonOf(whole), maxChars);
}

function wokenBy(event: KnownEvent): unknown {
  return folded.has(event.type) ? { type: event.type } : { type: event.type, data: event.data };
}

/** What a person asks, and of which proposal. */
function questionIn(event: KnownEvent, { proposals }: CaseFile): unknown {
  if (!isEvent(event, "info.requested")) return undefined;
  const { proposalId, question } = event.data;
  const about = proposals.find((proposal) => proposal.proposalId === proposalId);
  return { asked: question, about: about === undefined ? undefined : proposalOf(about) };
}

function alertOf({ alert }: CaseFile): unknown {
  if (alert === undefined) return undefined;
  const { eventId: _id, caseId: _case, link: _link, raw, ...shown } = alert;
  return { ...shown, raw: selectRaw(raw, shown) };
}

function finding(kept: { readonly eventId: string; readonly time: string } | undefined): unknown {
  if (kept === undefined) return undefined;
  const { eventId: _, ...shown } = kept;
  return shown;
}

function proposalOf({ status, handoff, decided }: Proposal): unknown {
  const { verb, target, parameters, rationale, proposedBy } = handoff.ask;
  const outcome = decided === undefined ? { status } : { status, why: decided.why };
  return { verb, target, parameters, rationale, proposedBy, ...outcome };
}

type Trim = readonly [what: string, trim: (view: View) => View];

const trims: readonly Trim[] = [
  ["alert.raw", (view) => within(view, "alert", (alert) => without(alert, "raw"))],
  ["indicators", (view) => within(view, "alert", (alert) => firstOf(alert, "indicators", 40))],
  ["earlier evidence", (view) => findings.reduce((v, key) => within(v, key, dropEvidence), view)],
  ["precedent", (view) => firstOf(view, "precedent", 2)],
  ["older entries", (view) => lists.reduce((v, key) => lastOf(v, key, 10), view)],
  ["strings over 2,000 characters", (view) => jsonOf(cutStrings(view, 2000))],
  ["strings over 500 characters", (view) => jsonOf(cutStrings(view, 500))],
];
const findings = ["triage", "investigation", "plan", "intel"] as const;
const lists = ["proposals", "escalations", "failures"] as const;

function fitted(whole: View, maxChars: number): View {
  let view = whole;
  const trimmed: string[] = [];
  for (const [what, trim] of trims) {
    if (JSON.stringify(view).length <= maxChars) break;
    const { trimmed: _, ...before } = view;
    const after = trim(before);
    if (JSON.stringify(after) !== JSON.stringify(before)) trimmed.push(what);
    view = trimmed.length === 0 ? after : { ...after, trimmed: [...trimmed] };
  }
  return view;
}

function within(view: View, key: string, change: (part: View) => View): View {
  const part = view[key];
  return isView(part) ? { ...view, [key]: change(part) } : view;
}

function without(view: View, key: string): View {
  return Object.fromEntries(Object.entries(view).filter(([name]) => name !== key));
}

const dropEvidence = (part: View): View => without(part, "evidence");

function firstOf(view: View, key: string, count: number): View {
  const list = view[key];
  return Array.isArray(list) ? { ...view, [key]: list.slice(0, count) } : view;
}

function lastOf(view: View, key: string, count: number): View {
  const list = view[key];
  return Array.isArray(list) ? { ...view, [key]: list.slice(-count) } : view;
}

/** Cuts long strings, and says how much went. */
export function cutStrings(value: unknown, length: number): unknown {
  if (typeof value === "string") {
    if (value.length <= length) return value;
    return `${value.slice(0, length)}… ${(value.length - length).toLocaleString("en-GB")} more characters`;
  }
  if (Array.isArray(value)) return value.map((inner) => cutStrings(inner, length));
  if (value === null || typeof value !== "object") return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]: [string, unknown]) => [key, cutStrings(inner, length)]),
  );
}

function isView(value: unknown): value is View {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function jsonOf(value: unknown): View {
  const parsed: unknown = JSON.parse(JSON.stringify(value));
  return isView(parsed) ? parsed : {};
}
