/**
 * Runs a hat on the bus: reads the case, lets the loop find an answer, and turns what came of it into the events
 * the role may say and the trace of how it got there. All effects are the drafts it returns.
 */
import { randomBytes } from "node:crypto";
import type { StructuredToolInterface } from "@langchain/core/tools";
import {
  comparePositions,
  says,
  skip,
  stop,
  type Delivery,
  type Draft,
  type Handled,
  type Subscription,
} from "../bus/bus.ts";
import { HatrackError } from "../errors.ts";
import type { EventType } from "../events/catalogue.ts";
import { isEvent } from "../events/envelope.ts";
import { evolveCase, emptyCase, type CaseFile } from "../memory/case-file.ts";
import type { Shown } from "../memory/precedents.ts";
import { outageOf } from "../models/outage.ts";
import type { Hat } from "./hat.ts";
import type { Loop, RunResult } from "./loop.ts";
import { promptVersion } from "./prompt.ts";
import { promptView } from "./prompt-view.ts";
import type { RoleDeps, RoleModel } from "./role.ts";
import { fitTrace } from "./trace.ts";

type Deps = Pick<RoleDeps, "bus" | "clock" | "diagnostics" | "model" | "tools" | "marker" | "recall">;

/** Subscribes a hat under its own name. */
export function startHat(hat: Hat, deps: RoleDeps): Subscription {
  return deps.bus.subscribe(hat.name, hat.on, handlerOf(hat, deps), {
    source: `/roles/${hat.name}`,
    wants: (event) => hat.wants(event),
    // The run has its own deadline; what it takes to read and to commit comes on top.
    deadlineMs: hat.budget.seconds * 1000 + 60_000,
  });
}

/** The handler of a hat, for a bus or for a test that calls it directly. */
export function handlerOf(hat: Hat, deps: Deps): (delivery: Delivery) => Promise<Handled> {
  const tools = ownTools(hat, deps);
  const loops = loopsOf(hat, deps, tools);
  const marker = deps.marker ?? ((): string => randomBytes(8).toString("hex"));
  return async (delivery) => {
    const model = deps.model({ name: hat.name, rules: hat.rules });
    if (model === undefined) return stop(`${hat.name}: no model is configured`);
    const { casefile, closedNow, runs } = await readCase(hat, deps, delivery);
    if (closedNow) return skip(`${hat.name}: case ${casefile.caseId} is closed`);
    if (runs >= maxRunsOfACase) return says(sentRound(hat, model));
    const started = deps.clock.now();
    const shown = await precedentFor(hat, deps, delivery);
    const precedent = shown.arm === "on" ? { precedent: shown.precedent } : {};
    const view = promptView(casefile, { event: delivery.event, ...precedent });
    try {
      const { loop, version } = await loops(model);
      const result = await loop.run({ view, marker: marker(), signal: delivery.signal });
      if (delivery.signal.aborted) throw aborted(hat);
      const milliseconds = Math.max(0, deps.clock.now() - started);
      return says(...draftsOf(hat, { model, version, result, casefile, delivery, shown, milliseconds }));
    } catch (error) {
      return withoutOutcome(hat, model, error);
    }
  };
}

const notShown: Shown = { arm: "off", precedent: [], positions: new Map() };

function precedentFor(hat: Hat, { recall }: Deps, delivery: Delivery): Promise<Shown> {
  if (!hat.recall || recall === undefined) return Promise.resolve(notShown);
  const { partition, position } = delivery;
  return recall.for({ caseId: delivery.event.subject, partition, position });
}

/** A role works with what there is of its tools: somebody else's SOC may have no such look-up. */
function ownTools(hat: Hat, { tools, diagnostics }: Deps): StructuredToolInterface[] {
  const missing = hat.tools.filter((name) => !tools.some((tool) => tool.name === name));
  if (missing.length > 0) {
    const there = tools.map((tool) => tool.name);
    diagnostics.warn(
      { role: hat.name, missing, there },
      `role ${hat.name} works without ${missing.join(", ")}`,
    );
  }
  return hat.tools.flatMap((name) => tools.find((tool) => tool.name === name) ?? []);
}

interface Made {
  readonly loop: Loop;
  /** Of the prompt: as `role.worked` carries it. */
  readonly version: string;
}

/** One compiled loop per model; LangGraph is imported with the first event. */
function loopsOf(
  hat: Hat,
  { clock, diagnostics }: Deps,
  tools: readonly StructuredToolInterface[],
): (model: RoleModel) => Promise<Made> {
  const loops = new WeakMap<object, Promise<Made>>();
  return (model) => {
    const existing = loops.get(model.chat);
    if (existing !== undefined) return existing;
    const made = import("./loop.ts").then(({ createLoop }) => {
      const version = promptVersion(hat, model.answerBy ?? "submit");
      return { loop: createLoop(hat, { model, tools, clock, diagnostics }), version };
    });
    loops.set(model.chat, made);
    return made;
  };
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

async function readCase(hat: Hat, { bus }: Deps, { event, position }: Delivery): Promise<CaseAtEntry> {
  let casefile = emptyCase(event.subject);
  let now = casefile;
  let runs = 0;
  for await (const stored of bus.read({ subject: event.subject })) {
    now = evolveCase(now, stored.event);
    if (isEvent(stored.event, "role.worked") && stored.event.data.role === hat.name) runs += 1;
    if (comparePositions(stored.position, position) <= 0) casefile = now;
  }
  return { casefile, closedNow: now.closed !== undefined, runs };
}

/** What is wrong is not the case's fault (stop), or it is nobody's answer (role.failed), or it is a bug (thrown). */
function withoutOutcome(hat: Hat, model: RoleModel, error: unknown): Handled {
  const outage = outageOf(error);
  if (outage !== undefined && !isAborted(error))
    return stop(`${hat.name}: model ${model.name} is down: ${outage}`);
  if (!(error instanceof HatrackError) || error.code !== "no_rules") throw error;
  return says(
    failedDraft(hat, { reason: "invalid_output", detail: error.message, steps: [], model: model.name }),
  );
}

const aborted = (hat: Hat): HatrackError =>
  new HatrackError("run_aborted", `role ${hat.name}: the run was aborted by the bus`, { retryable: true });

function isAborted(error: unknown): boolean {
  return error instanceof HatrackError && error.code === "run_aborted";
}

interface Worked {
  readonly model: RoleModel;
  readonly version: string;
  readonly result: RunResult;
  readonly casefile: CaseFile;
  readonly delivery: Delivery;
  readonly shown: Shown;
  readonly milliseconds: number;
}

function draftsOf(hat: Hat, worked: Worked): Draft[] {
  const { model, result, casefile, delivery } = worked;
  const { outcome } = result;
  if (outcome.kind === "failed") {
    const { reason, detail } = outcome;
    return [failedDraft(hat, { reason, detail, steps: fitTrace(result.steps, []), model: model.name })];
  }
  const { evidenceDropped } = outcome;
  const events = outcome.emit({ event: delivery.event, casefile, evidenceDropped });
  checkSays(hat, events);
  return [...events, workedDraft(hat, worked, outcome)];
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
  { model, version, result, delivery, shown, milliseconds }: Worked,
  { evidenceDropped, cited }: { readonly evidenceDropped: number; readonly cited: readonly string[] },
): Draft {
  const { modelCalls, input, output, leg } = result.tally;
  return {
    type: "role.worked",
    data: {
      role: hat.name,
      promptVersion: version,
      model: model.name,
      leg: leg ?? model.leg,
      steps: fitTrace(result.steps, cited),
      modelCalls,
      tokens: { input, output },
      milliseconds,
      evidenceDropped,
      recallArm: shown.arm,
      positions: { [String(delivery.partition)]: delivery.position, ...Object.fromEntries(shown.positions) },
    },
  };
}

function failedDraft(
  { name, title }: Hat,
  data: Pick<Extract<Draft, { type: "role.failed" }>["data"], "reason" | "detail" | "steps" | "model">,
): Draft {
  return { type: "role.failed", data: { role: name, title, ...data } };
}
