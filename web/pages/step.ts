/** What one step holds: the finding, what it rests on, what was looked up, and whom it went to. */
import { html, type Html } from "../../slack/workspace/page/html.ts";
import { placeWords } from "../../slack/blocks/evidence.ts";
import type { TraceStep } from "../../src/events/run-events.ts";
import type { Finding } from "../read/finding.ts";
import type { Step } from "../read/follow.ts";
import { counted, lasting, roleTitle, said, saidInLines, spelt } from "../said.ts";
import { facts, sevBadge, value, verdictBadge } from "./parts.ts";

export interface Shown {
  readonly n: number;
  /** The step that is looked at: its folds stand open. */
  readonly open: boolean;
}

export function stepBody(step: Step, shown: Shown): Html {
  const { finding, sentences } = step;
  return html`${cameTo(step)} ${failure(step)} ${finding !== undefined && found(finding)}
  ${sentences.map((sentence) => html`<p class="lines">${saidInLines(sentence, 2000)}</p>`)} ${proposals(step)}
  ${asks(step)} ${evidence(step, shown)} ${tools(step, shown)} ${handedOn(step)}`;
}

function proposals({ proposes }: Step): Html {
  if (proposes.length === 0) return html``;
  return html`<h3>Proposes</h3>
    <ul>
      ${proposes.map(({ what, why }) => html`<li><strong>${said(what, 700)}</strong>: ${said(why, 1000)}</li>`)}
    </ul>`;
}

/** Verdict and SEV of a step, if it came to one. */
export function cameTo({ verdict, sev }: Step): Html {
  if (verdict === undefined && sev === undefined) return html``;
  return html`<p class="came-to">
    ${verdict !== undefined && verdictBadge(verdict)} ${sev !== undefined && sevBadge(sev)}
  </p>`;
}

function failure({ failed }: Step): Html {
  if (failed === undefined) return html``;
  return html`<p class="failure lines">
    <strong>No valid answer: ${spelt(failed.reason)}.</strong> ${saidInLines(failed.detail)}
  </p>`;
}

function found({ summary, command, facts: pairs, lists }: Finding): Html {
  return html`<p class="summary lines">${saidInLines(summary)}</p>
    ${command !== undefined && html`<pre class="command"><code>${said(command, 4000)}</code></pre>`}
    ${pairs.length > 0 && facts(pairs.map(([name, text]) => [name, said(text, 400)]))}
    ${lists.length > 0 && html`<div class="lists">${lists.map(([name, items]) => itemList(name, items))}</div>`}`;
}

function asks({ asks: all }: Step): Html {
  if (all.length === 0) return html``;
  return html`<p>Asks people, by role:</p>
    <ul class="asks">
      ${all.map(({ of, what }) => html`<li><strong>${said(of, 140)}</strong>: ${said(what, 700)}</li>`)}
    </ul>`;
}

/** A long list folds after its first items. */
const inSight = 8;

function itemList(name: string, items: readonly string[]): Html {
  const li = (item: string): Html => html`<li>${said(item, 700)}</li>`;
  const rest = items.slice(inSight);
  // A hash is longer than a column: it would stand in four lines.
  const wide = name.startsWith("Indicators");
  return html`<div ${wide && html`class="wide"`}>
    <h3>${name}</h3>
    <ul>
      ${items.slice(0, inSight).map(li)}
    </ul>
    ${
      rest.length > 0 &&
      html`<details>
        <summary>${counted(rest.length, "more", "more")}</summary>
        <ul>
          ${rest.map(li)}
        </ul>
      </details>`
    }
  </div>`;
}

function evidence({ evidence: all, tools: looked, run }: Step, { n, open }: Shown): Html {
  const dropped = run?.evidenceDropped ?? 0;
  if (all.length === 0 && dropped === 0) return html``;
  const steps = new Map(looked.map(({ step, tool }) => [step, tool]));
  return html`<details id="evidence-${n}" ${open && html`open`}>
    <summary>Evidence: ${counted(all.length, "claim")}, each found in what it cites</summary>
    <ul class="evidence">
      ${all.map(
        ({ claim, cites, quote }) =>
          html`<li>
            ${said(claim, 700)} ${value(quote, 700)} <span class="quiet">${placeWords(cites, steps)}</span>
          </li>`,
      )}
    </ul>
    ${
      dropped > 0 &&
      html`<p class="quiet">
        ${counted(dropped, "claim")} could not be tied to the record, and ${dropped === 1 ? "was" : "were"}
        dropped.
      </p>`
    }
  </details>`;
}

function tools({ tools: all, run }: Step, { n, open }: Shown): Html {
  if (run === undefined) return html``;
  const calls = [
    all.length === 0 ? "Looked nothing up" : `Looked up: ${counted(all.length, "call")}`,
    run.modelCalls === undefined ? "" : counted(run.modelCalls, "model call"),
    run.tokens === undefined || run.tokens === 0 ? "" : counted(run.tokens, "token"),
    run.precedent === true ? "with precedent" : run.precedent === false ? "without precedent" : "",
  ].filter((words) => words !== "");
  if (all.length === 0) return html`<p class="quiet">${calls.join(" · ")}</p>`;
  return html`<details id="tools-${n}" ${open && html`open`}>
    <summary>${calls.join(" · ")}</summary>
    <ol class="tools">
      ${all.map(toolCall)}
    </ol>
  </details>`;
}

function toolCall({ step, tool, arguments: given, result, status, milliseconds }: TraceStep): Html {
  return html`<li value="${step}">
    <p>
      <strong>${spelt(tool)}</strong> ${value(argumentsText(given), 500)}
      <span class="quiet">${status === "ok" ? "" : `${status} · `}${lasting(milliseconds)}</span>
    </p>
    <pre><code>${saidInLines(result, 1500)}</code></pre>
  </li>`;
}

/** A call without arguments has nothing to show. */
function argumentsText(given: unknown): string {
  const text: unknown = JSON.stringify(given);
  return typeof text === "string" && text !== "{}" ? text : "";
}

function handedOn({ to }: Step): Html {
  if (to.length === 0) return html``;
  return html`<p class="to">
    <span aria-hidden="true">→</span> Goes on to ${to.map((role) => roleTitle(role)).join(", ")}
  </p>`;
}
