/**
 * A case as it went from hand to hand: the alert, each role's run with what it found, what it rests on and what it
 * looked up, and what people were asked and said. The fold of one case's events in log order; pure.
 */
import { isEvent, isForeign, type AnyEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { TraceStep } from "../../src/events/run-events.ts";
import type { Evidence, Sev, Verdict } from "../../src/events/vocabulary.ts";
import { factsOf } from "../../src/memory/explain-facts.ts";
import { findingOf, type Finding } from "./finding.ts";

/** How a run was made. */
export interface Run {
  readonly model: string;
  /** What is left out is not known of a run that failed. */
  readonly leg?: string;
  readonly milliseconds?: number;
  readonly modelCalls?: number;
  readonly tokens?: number;
  readonly precedent?: boolean;
  readonly evidenceDropped?: number;
}

export interface Step {
  /** "alert", "role" (a hat's run), "gate" (asks, or says what came of it), "person", "other". */
  readonly kind: "alert" | "role" | "gate" | "person" | "other";
  /** A role's name, a source's, or "human-gate". */
  readonly who: string;
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** What it came to. */
  readonly verdict?: Verdict;
  readonly sev?: Sev;
  readonly finding?: Finding;
  /** Sentences of the record: what people were asked, what they said, what the gate made of it. */
  readonly sentences: readonly string[];
  /** Actions it proposes, and why. */
  readonly proposes: readonly { readonly what: string; readonly why: string }[];
  readonly evidence: readonly Evidence[];
  readonly tools: readonly TraceStep[];
  readonly run?: Run;
  readonly failed?: { readonly reason: string; readonly detail: string };
  /** Roles it was handed on to. */
  readonly to: readonly string[];
  /** Requests it put before people: by on-call role. */
  readonly asks: readonly { readonly of: string; readonly what: string }[];
  readonly eventIds: readonly string[];
}

/** What the log says of a case, in steps. */
export function stepsOf(events: readonly AnyEvent[]): Step[] {
  const sentences = new Map(
    factsOf(events)
      .filter(({ detail }) => detail === undefined)
      .map(({ cites: [eventId = ""], text }) => [eventId, text]),
  );
  const steps: Step[] = [];
  /** Run → where its step stands: a run's events need not stand side by side. */
  const runs = new Map<string, number>();
  for (const event of events) {
    if (isMachinery(event)) continue;
    const key = runOf(event);
    const at = runs.get(key ?? "") ?? adjoining(steps, event);
    const before = at === undefined ? undefined : steps[at];
    if (at === undefined || before === undefined) {
      if (key !== undefined) runs.set(key, steps.length);
      steps.push(withEvent(emptyStep(event), event, sentences.get(event.id)));
    } else steps[at] = withEvent(before, event, sentences.get(event.id));
  }
  return steps;
}

/** Where a message stands, when a clock ran: nothing a reader follows a case by. */
function isMachinery(event: AnyEvent): boolean {
  return isEvent(event, "message.posted", "deadline.reached", "handoff.opened", "proposal.outdated");
}

/** The gate handles a word of a person in one go; a role's run is one handling too. */
function runOf(event: AnyEvent): string | undefined {
  const { source, causationid } = event;
  if (!source.startsWith("/roles/") || causationid === undefined) return undefined;
  return isEvent(event, "handoff.requested") ? undefined : `${source} ${causationid}`;
}

/** The requests of one plan are one step; so is what a role said in a row, in a log that does not name causes. */
function adjoining(steps: readonly Step[], event: AnyEvent): number | undefined {
  const at = steps.length - 1;
  const last = steps[at];
  if (last === undefined) return undefined;
  if (isEvent(event, "handoff.requested")) return last.asks.length > 0 ? at : undefined;
  const { kind, who } = speakerOf(event);
  const goesOn = kind === "role" && last.kind === "role" && last.who === who && last.run === undefined;
  return goesOn && event.causationid === undefined ? at : undefined;
}

function emptyStep(event: AnyEvent): Step {
  const { kind, who } = speakerOf(event);
  const empty = { sentences: [], proposes: [], evidence: [], tools: [], to: [], asks: [], eventIds: [] };
  return { kind, who, at: Date.parse(event.time), ...empty };
}

function speakerOf(event: AnyEvent): Pick<Step, "kind" | "who"> {
  const { source } = event;
  const name = source.slice(source.lastIndexOf("/") + 1);
  if (isForeign(event)) return { kind: "other", who: name };
  if (isEvent(event, "alert.received", "alert.grouped", "alert.suppressed"))
    return { kind: "alert", who: name };
  if (isEvent(event, "decision.submitted")) return { kind: "person", who: event.data.principal.user };
  if (source === "/roles/human-gate") return { kind: "gate", who: name };
  return { kind: source.startsWith("/roles/") ? "role" : "other", who: name };
}

function withEvent(step: Step, event: AnyEvent, sentence: string | undefined): Step {
  const next = { ...step, eventIds: [...step.eventIds, event.id] };
  if (isForeign(event)) return { ...next, sentences: [...step.sentences, event.type] };
  if (isEvent(event, "role.worked", "role.failed")) return withRun(next, event);
  if (isEvent(event, "case.escalated")) return { ...next, to: [...step.to, event.data.toRole] };
  if (isEvent(event, "handoff.requested")) return withAsk(next, event);
  if (isEvent(event, "decision.submitted")) return { ...next, sentences: [decisionWords(event)] };
  const found = findingOf(event);
  if (found !== undefined) return { ...next, ...found };
  if (isEvent(event, "action.proposed")) return withProposal(next, event);
  return { ...next, sentences: [...step.sentences, sentence ?? event.type] };
}

function withProposal(step: Step, { data }: KnownEvent<"action.proposed">): Step {
  const { verb, target, rationale: why, evidence } = data;
  const what = `${verb.replaceAll("_", " ")} ${target.value}`;
  return {
    ...step,
    proposes: [...step.proposes, { what, why }],
    evidence: together(step.evidence, evidence),
  };
}

/** The actions of a plan rest on much the same. */
function together(before: readonly Evidence[], more: readonly Evidence[]): readonly Evidence[] {
  const isNew = ({ claim, cites, quote }: Evidence): boolean =>
    !before.some((one) => one.claim === claim && one.cites === cites && one.quote === quote);
  return [...before, ...more.filter(isNew)];
}

function withRun(step: Step, { data }: KnownEvent<"role.worked" | "role.failed">): Step {
  const { role, model, leg, milliseconds, modelCalls, tokens, steps: tools } = data;
  const run: Run = {
    model,
    ...(leg === undefined ? {} : { leg }),
    ...(milliseconds === undefined ? {} : { milliseconds }),
    ...(modelCalls === undefined ? {} : { modelCalls }),
    ...(tokens === undefined ? {} : { tokens: tokens.input + tokens.output }),
  };
  if ("reason" in data) {
    const { reason, detail } = data;
    return { ...step, who: role, tools, run, failed: { reason, detail } };
  }
  const { evidenceDropped, recallArm } = data;
  return { ...step, tools, run: { ...run, evidenceDropped, precedent: recallArm === "on" } };
}

function withAsk(step: Step, { data }: KnownEvent<"handoff.requested">): Step {
  const { ask, bar } = data;
  const people = bar.quorum === 1 ? "" : ` (${bar.quorum} people)`;
  const what = `${ask.verb.replaceAll("_", " ")} ${ask.target.value}`;
  return { ...step, asks: [...step.asks, { of: `${bar.addressed.title}${people}`, what }] };
}

function decisionWords({ data }: KnownEvent<"decision.submitted">): string {
  const why = "reason" in data ? data.reason : "question" in data ? data.question : undefined;
  const words = `says: ${data.decision.replaceAll("_", " ")}`;
  return why === undefined ? words : `${words}. ${why}`;
}

/** Time on the way: from the alert to the last step, and how much of it roles and people took. */
export interface Pace {
  readonly total: number;
  /** Between two steps, so that what is waiting for shows. */
  readonly gaps: readonly number[];
}

export function paceOf(steps: readonly Step[]): Pace {
  const gaps = steps.map(({ at }, i) => Math.max(0, at - (steps[i - 1]?.at ?? at)));
  return { gaps, total: gaps.reduce((sum, gap) => sum + gap, 0) };
}
