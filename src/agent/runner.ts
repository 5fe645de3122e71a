/**
 * Runs a hat on the bus: reads the case, lets the loop find an answer, and turns what came of it into the events
 * the role may say and the trace of how it got there. All effects are the drafts it returns.
 */
import { randomBytes } from "node:crypto";
import {
  comparePositions,
  logTime,
  says,
  skip,
  stop,
  type Delivery,
  type Draft,
  type Handled,
} from "../bus/bus.ts";
import { HatrackError } from "../errors.ts";
import type { EventType } from "../events/catalogue.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { evolveCase, emptyCase, type CaseFile } from "../memory/case-file.ts";
import type { Shown } from "../memory/precedents.ts";
import { ModelsUnavailable } from "../models/failover/unavailable.ts";
import { outageOf } from "../models/outage.ts";
import { approvalWaits, withUrgency } from "../models/urgency.ts";
import type { ForeignTool } from "../seams/tools.ts";
import { viewChars } from "./context-fit.ts";
import { noForeign, serversOf } from "./foreign.ts";
import type { Hat } from "./hat.ts";
import type { RunResult } from "./loop.ts";
import { loopsOf, ownTools } from "./loops.ts";
import { patienceFor } from "./patience.ts";
import { promptView, type View } from "./prompt-view.ts";
import { shippedRedactor, type Redactor } from "./redact.ts";
import type { RoleDeps, RoleModel } from "./role.ts";
import { fitTrace } from "./trace.ts";

export type RunnerDeps = Pick<
  RoleDeps,
  "bus" | "clock" | "diagnostics" | "model" | "tools" | "foreign" | "marker" | "recall" | "redactor"
>;

/** The handler of a hat, for a bus or for a test that calls it directly. */
export function handlerOf(hat: Hat, deps: RunnerDeps): (delivery: Delivery) => Promise<Handled> {
  const tools = ownTools(hat, deps);
  const loops = loopsOf(hat, deps, tools);
  const marker = deps.marker ?? ((): string => randomBytes(8).toString("hex"));
  return async (delivery) => {
    const model = deps.model({ name: hat.name, rules: hat.rules });
    if (model === undefined) return stop(`${hat.name}: no model is configured`);
    const { casefile, closedNow, runs } = await readCase(hat, deps, delivery);
    if (closedNow) return skip(`${hat.name}: case ${casefile.caseId} is closed`);
    if (runs >= maxRunsOfACase) return says(sentRound(hat, model));
    const spent = await model.budget?.spent();
    if (spent !== undefined)
      return waits(hat, deps, { model, casefile, delivery, ...spent, reason: "budget_exhausted" });
    const started = deps.clock.now();
    const shown = await precedentFor(hat, deps, delivery);
    const view = viewFor(model, deps, { casefile, shown, delivery });
    const foreign = deps.foreign?.of(hat.name) ?? noForeign;
    try {
      const { loop, version } = await loops(model, foreign);
      const run = { view, marker: marker(), signal: delivery.signal };
      const result = await withUrgency(urgencyOf(casefile), () => loop.run(run));
      if (delivery.signal.aborted) throw aborted(hat);
      const milliseconds = Math.max(0, deps.clock.now() - started);
      const { redactor } = deps;
      const worked = { model, version, foreign, result, casefile, delivery, shown, milliseconds, redactor };
      return says(...draftsOf(hat, worked));
    } catch (error) {
      return withoutOutcome(hat, deps, { model, casefile, delivery, error });
    }
  };
}

/** What the model is shown of the case, as far as its context holds. */
function viewFor(
  model: RoleModel,
  { redactor }: RunnerDeps,
  { casefile, shown, delivery }: { casefile: CaseFile; shown: Shown; delivery: Delivery },
): View {
  const maxChars = viewChars(model.contextTokens?.());
  const room = maxChars === undefined ? {} : { maxChars };
  const precedent = shown.arm === "on" ? { precedent: shown.precedent } : {};
  return promptView(casefile, { event: delivery.event, ...precedent, ...room, redactor });
}

const notShown: Shown = { arm: "off", precedent: [], positions: new Map() };

function precedentFor(hat: Hat, { recall }: RunnerDeps, delivery: Delivery): Promise<Shown> {
  if (!hat.recall || recall === undefined) return Promise.resolve(notShown);
  const { partition, position } = delivery;
  return recall.for({ caseId: delivery.event.subject, partition, position });
}

/** Two roles that keep sending a case to each other end here: a person looks. Runs of one role on one case. */
const maxRunsOfACase = 10;

function sentRound(hat: Hat, model: RoleModel): Draft {
  const detail = `The case was sent to ${hat.title} more than ${maxRunsOfACase} times: roles keep handing it to each other.`;
  return failedDraft(hat, { reason: "budget_exhausted", detail, steps: [], model: model.name });
}

interface CaseAtEntry {
  /** As it stood at this entry. */
  readonly casefile: CaseFile;
  readonly closedNow: boolean;
  /** How often this role has worked on it before. */
  readonly runs: number;
}

async function readCase(hat: Hat, { bus }: RunnerDeps, { event, position }: Delivery): Promise<CaseAtEntry> {
  let casefile = emptyCase(event.subject);
  let now = casefile;
  let runs = 0;
  const questions = new Set<string>();
  for await (const stored of bus.read({ subject: event.subject })) {
    now = evolveCase(now, stored.event);
    if (stored.event.type === "info.requested") questions.add(stored.event.id);
    else if (isRunOf(hat, stored.event) && !questions.has(stored.event.causationid ?? "")) runs += 1;
    if (comparePositions(stored.position, position) <= 0) casefile = now;
  }
  // People may ask as often as they like.
  return { casefile, closedNow: now.closed !== undefined, runs: event.type === "info.requested" ? 0 : runs };
}

function isRunOf({ name }: Hat, event: AnyEvent): boolean {
  return isEvent(event, "role.worked") && event.data.role === name;
}

/** An open approval that may turn on this run comes first, then what the case's priority says. */
function urgencyOf({ proposals, triage, alert }: CaseFile): number {
  if (proposals.some(({ status }) => status === "pending")) return approvalWaits;
  return triage?.priority ?? severityUrgency[alert?.severity ?? "medium"];
}

const severityUrgency = { informational: 1, low: 2, medium: 4, high: 7, critical: 9 } as const;

interface Unanswered {
  readonly model: RoleModel;
  readonly casefile: CaseFile;
  readonly delivery: Delivery;
}

/** What is wrong is not the case's fault (stop), or it is nobody's answer (role.failed), or it is a bug (thrown). */
function withoutOutcome(
  hat: Hat,
  deps: RunnerDeps,
  failed: Unanswered & { readonly error: unknown },
): Handled {
  const { model, error } = failed;
  const outage = outageOf(error);
  if (outage !== undefined && !isAborted(error)) {
    const waitMs = error instanceof ModelsUnavailable ? error.retryAfterMs : undefined;
    const why = `model ${model.name} is down: ${outage}`;
    return waits(hat, deps, { ...failed, why, waitMs, reason: "model_unavailable" });
  }
  if (!(error instanceof HatrackError) || error.code !== "no_rules") throw error;
  return says(
    failedDraft(hat, { reason: "invalid_output", detail: error.message, steps: [], model: model.name }),
  );
}

interface Waiting extends Unanswered {
  readonly why: string;
  readonly waitMs: number | undefined;
  readonly reason: "model_unavailable" | "budget_exhausted";
}

/** The role pauses and nothing is spent, until the case's own time has passed: then a person is asked. */
function waits(
  hat: Hat,
  { clock, redactor }: RunnerDeps,
  { model, casefile, delivery, why, waitMs, reason }: Waiting,
): Handled {
  const patienceMs = patienceFor(casefile.alert?.severity);
  const waited = clock.now() - logTime(delivery.position);
  if (waited < patienceMs) return stop(`${hat.name}: ${why}`, Math.min(waitMs ?? 5_000, 60_000));
  const detail = `The case has waited ${Math.floor(waited / 60_000)} minutes, as long as it may: ${why}`;
  const failed = { reason, detail: detail.slice(0, 2000), steps: [], model: model.name };
  return says(failedDraft(hat, failed, redactor));
}

const aborted = (hat: Hat): HatrackError =>
  new HatrackError("run_aborted", `role ${hat.name}: the run was aborted by the bus`, { retryable: true });

function isAborted(error: unknown): boolean {
  return error instanceof HatrackError && error.code === "run_aborted";
}

interface Worked {
  readonly redactor: Redactor | undefined;
  readonly model: RoleModel;
  readonly version: string;
  readonly foreign: readonly ForeignTool[];
  readonly result: RunResult;
  readonly casefile: CaseFile;
  readonly delivery: Delivery;
  readonly shown: Shown;
  readonly milliseconds: number;
}

function draftsOf(hat: Hat, worked: Worked): Draft[] {
  const { result, casefile, delivery } = worked;
  const { outcome } = result;
  if (outcome.kind === "failed") {
    const { reason, detail } = outcome;
    const failed = { reason, detail, ...costOf(worked), steps: fitTrace(result.steps, []) };
    return [failedDraft(hat, failed, worked.redactor)];
  }
  const { evidenceDropped } = outcome;
  const events = outcome.emit({ event: delivery.event, casefile, evidenceDropped });
  checkSays(hat, events);
  return [...events, workedDraft(hat, worked, outcome)];
}

type Cost = Pick<
  Extract<Draft, { type: "role.worked" }>["data"],
  "model" | "leg" | "modelCalls" | "tokens" | "milliseconds" | "servers"
>;
type Failed = Extract<Draft, { type: "role.failed" }>["data"];

/** Who was asked, with whose tools, and what it took. */
function costOf({ model, foreign, result, milliseconds }: Worked): Cost {
  const { modelCalls, input, output, leg, model: answered } = result.tally;
  const by = { model: answered ?? model.name, leg: leg ?? model.leg };
  return { ...by, modelCalls, tokens: { input, output }, milliseconds, ...serversOf(foreign) };
}

/** @throws HatrackError `role_overstepped`: a role can only say its own events */
export function checkSays(
  role: { name: string; says: readonly EventType[] },
  events: readonly Draft[],
): void {
  for (const { type } of events) {
    if (role.says.includes(type)) continue;
    const own = role.says.join(", ") || "nothing";
    throw new HatrackError("role_overstepped", `role ${role.name}: said ${type}, expected only ${own}`);
  }
}

function workedDraft(
  hat: Hat,
  worked: Worked,
  { evidenceDropped, cited }: { readonly evidenceDropped: number; readonly cited: readonly string[] },
): Draft {
  const { version, result, delivery, shown } = worked;
  return {
    type: "role.worked",
    data: {
      role: hat.name,
      promptVersion: version,
      ...costOf(worked),
      steps: fitTrace(result.steps, cited),
      evidenceDropped,
      recallArm: shown.arm,
      positions: { [String(delivery.partition)]: delivery.position, ...Object.fromEntries(shown.positions) },
    },
  };
}

/** What a server or a model said of it may hold a secret. */
function failedDraft(
  { name, title }: Hat,
  data: Omit<Failed, "role" | "title">,
  { text }: Redactor = shippedRedactor,
): Draft {
  return { type: "role.failed", data: { role: name, title, ...data, detail: text(data.detail) } };
}
