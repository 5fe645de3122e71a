/** One case from hand to hand: the track it took, the step that is looked at, and all steps down the log. */
import { html, type Html } from "../../slack/workspace/page/html.ts";
import type { Judge } from "../../src/memory/case-record.ts";
import type { Page } from "../page.ts";
import { stateOf, verdictOf, type CaseLine } from "../read/case-list.ts";
import { paceOf, type Step } from "../read/follow.ts";
import { counted, lasting, roleTitle, said } from "../said.ts";
import { stateWords } from "./cases.ts";
import { facts, moment, sevBadge, verdictBadge } from "./parts.ts";
import { cameTo, stepBody } from "./step.ts";

export interface FollowView {
  readonly caseId: string;
  readonly line: CaseLine | undefined;
  readonly steps: readonly Step[];
  /** The step that is looked at, from 1; undefined: all of them, as they come. */
  readonly step: number | undefined;
}

/** "3" of "?step=3", held inside what there is. */
export function stepAsked(query: URLSearchParams, steps: number): number | undefined {
  const asked = Number(query.get("step") ?? NaN);
  return Number.isInteger(asked) && steps > 0 ? Math.min(Math.max(1, asked), steps) : undefined;
}

export function followPage(view: FollowView): Page {
  const { caseId, step } = view;
  const regions = [
    { id: "head", html: head(view) },
    { id: "player", html: player(view) },
    { id: "track", html: track(view) },
    { id: "steps", html: stepList(view) },
  ];
  const title = step === undefined ? caseId : `${caseId}, step ${step}`;
  return { title, at: "follow", regions };
}

export function stepTitle({ kind, who }: Step): string {
  if (kind === "person") return `Person ${said(who, 40)}`;
  if (kind === "alert") return `Alert, ${said(who, 40)}`;
  return roleTitle(who);
}

function head({ caseId, line, steps }: FollowView): Html {
  const judged = line === undefined ? undefined : verdictOf(line);
  const title =
    line === undefined || line.title === "" ? "Its alert is no longer on the log" : said(line.title, 300);
  const { total } = paceOf(steps);
  const by = judged === undefined ? "" : ` by ${judgeWords[judged.by]}`;
  return html`<p class="crumb"><a href="/follow">All cases</a></p>
    <h1><span class="id">${caseId}</span> ${title}</h1>
    ${facts([
      ["Verdict", judged === undefined ? "not yet" : html`${verdictBadge(judged.verdict)}${by}`],
      ...(line?.sev === undefined ? [] : [["Severity", sevBadge(line.sev)] as const]),
      ["State", line === undefined ? "" : stateWords[stateOf(line)]],
      ["Opened", line === undefined ? "" : moment(line.openedAt)],
      ["On the way", `${counted(steps.length, "step")} in ${lasting(total)}`],
    ])}`;
}

const judgeWords: Readonly<Record<Judge, string>> = {
  person: "a person",
  source: "the source's own people",
  tier2: roleTitle("tier2"),
  sentinel: roleTitle("sentinel"),
};

/** Plain links; a script adds a play button that follows "Next" at the chosen pace. */
function player({ caseId, steps, step }: FollowView): Html {
  const n = steps.length;
  const to = (wanted: number, words: string, rel: string): Html =>
    wanted < 1 || wanted > n
      ? html`<span class="button off" aria-hidden="true">${words}</span>`
      : html`<a class="button" rel="${rel}" href="/follow/${caseId}?step=${wanted}">${words}</a>`;
  const links =
    step === undefined
      ? to(1, "Step by step", "next")
      : html`${to(1, "First", "first")} ${to(step - 1, "Back", "prev")} ${to(step + 1, "Next", "next")}`;
  return html`<div class="player" role="group" aria-label="Replay">
    ${links}
    <span class="pace" hidden>
      <button type="button" class="button primary" id="play">Play</button>
      <label for="pace">a step every</label>
      <select id="pace">
        <option value="1000">1 s</option>
        <option value="2500" selected>2.5 s</option>
        <option value="5000">5 s</option>
        <option value="10000">10 s</option>
      </select>
    </span>
    <span class="where" aria-live="polite"
      >${
        step === undefined
          ? html`All ${counted(n, "step")}, as they come`
          : html`Step ${step} of ${n} · <a href="/follow/${caseId}">show all, live</a>`
      }</span
    >
  </div>`;
}

/** The way at a glance: one node a step, in order, what is past filled. */
function track({ caseId, steps, step }: FollowView): Html {
  const seen = step ?? steps.length;
  const { gaps } = paceOf(steps);
  return html`<ol class="track" aria-label="The way of the case">
    ${steps.map((one, i) => {
      const state = i + 1 === seen ? "here" : i + 1 < seen ? "past" : "ahead";
      const failed = one.failed === undefined ? "" : "failed";
      return html`<li class="${state} ${one.kind} ${failed}">
        <a href="/follow/${caseId}?step=${i + 1}" ${i + 1 === step && html`aria-current="step"`}
          ><span class="dot" aria-hidden="true">${glyphs[one.kind]}</span
          ><span class="name">${stepTitle(one)}</span
          ><span class="gap">${i > 0 && `+${lasting(gaps[i] ?? 0)}`}</span></a
        >
      </li>`;
    })}
  </ol>`;
}

const glyphs: Readonly<Record<Step["kind"], string>> = {
  alert: "!",
  role: "●",
  gate: "◆",
  person: "☻",
  other: "·",
};

function stepList({ steps, step }: FollowView): Html {
  if (steps.length === 0) return html`<p class="quiet">The log says nothing of this case.</p>`;
  const { gaps } = paceOf(steps);
  const shown = step === undefined ? steps : steps.slice(0, step);
  return html`<ol class="steps">
    ${shown.map((one, i) => stepItem(one, { n: i + 1, gap: gaps[i] ?? 0, looked: step }))}
  </ol>`;
}

interface StepPlace {
  readonly n: number;
  /** Milliseconds since the step before. */
  readonly gap: number;
  /** The step that is looked at, whole; those before it stand as one line. */
  readonly looked: number | undefined;
}

function stepItem(one: Step, { n, gap, looked }: StepPlace): Html {
  const { kind, at, run, failed } = one;
  const here = n === looked;
  return html`<li
    id="step-${n}"
    class="step ${kind} ${failed === undefined ? "" : "failed"} ${here ? "here" : ""}"
    ${here && html`aria-current="step"`}
  >
    <h2><span class="n">${n}</span> ${stepTitle(one)}</h2>
    <p class="meta">
      ${moment(at)}${gap > 0 && html` · <span title="since the step before">+${lasting(gap)}</span>`}
      ${run?.milliseconds !== undefined && html` · worked ${lasting(run.milliseconds)}`}
      ${run !== undefined && html` · played by ${modelWords(run.model)}`}
    </p>
    ${looked === undefined || here ? stepBody(one, { n, open: here }) : cameTo(one)}
  </li>`;
}

function modelWords(model: string): string {
  return model === "baseline" ? "rules (baseline)" : said(model, 80);
}
