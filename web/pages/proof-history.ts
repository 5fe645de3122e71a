/** Runs over time, what could not be read, and how right the roles were at work, by the labels people gave. */
import { html, type Html, type Part } from "../../slack/workspace/page/html.ts";
import type { Accuracy } from "../../src/memory/accuracy.ts";
import { playedByRules, type ProofView, type Result } from "../read/proof.ts";
import { counted, percent, roleTitle, said } from "../said.ts";
import { moment, table } from "./parts.ts";
import { band, rate } from "./rates.ts";

export function byLabels({ cases, labelled, unsettled, rows, recall }: Accuracy): Html {
  const found = recall.measured
    ? html`Of real attacks ${percent(recall.rate)} were escalated (${percent(recall.interval.low)} to
      ${percent(recall.interval.high)}), by ${recall.sampled} random cases.`
    : html`Recall at work is not measured: ${said(recall.why, 300)}.`;
  const settles = unsettled === 0 ? "" : `, ${counted(unsettled, "label")} of which settle nothing`;
  return html`<h2>At work, by people's labels</h2>
    <p class="quiet">
      ${labelled.toLocaleString("en-GB")} of ${counted(cases, "case")} on this log are labelled${settles}.
      ${found}
    </p>
    ${
      rows.length > 0 &&
      table({
        caption: "How often each role said what people say of the case",
        columns: [
          { name: "Role" },
          { name: "Recall arm" },
          { name: "Right" },
          { name: "" },
          { name: "n", figures: true },
          { name: "Played by" },
        ],
        rows: rows.map(({ role, arm, n, rate: value, interval, colour, models }): Part[] => [
          roleTitle(role),
          arm,
          rate(n === 0 ? { value: null, low: null, high: null } : { value, ...interval }),
          band(colour),
          n,
          models.map((model) => said(model, 60)).join(", "),
        ]),
      })
    }`;
}

export function history({ history: results, shown, dryRuns, problems }: ProofView): Html {
  return html`<div class="screen-only">
    ${
      results.length > 0 &&
      html`<h2>Runs</h2>
        ${results.length > 1 && historyPicture(results)}
        ${table({
          caption: "Scorecards, the newest first",
          columns: [
            ...[{ name: "Run" }, { name: "When" }, { name: "Played by" }, { name: "Tickets", figures: true }],
            ...[
              { name: "Precision", figures: true },
              { name: "Recall", figures: true },
              { name: "F1", figures: true },
            ],
          ],
          rows: results.map((result) => runRow(result, result === shown)),
        })}`
    }
    ${
      dryRuns.length > 0 &&
      html`<p class="quiet">
        ${counted(dryRuns.length, "dry run")} beside them: canned answers prove the plumbing and are no
        result, so they are not shown.
      </p>`
    }
    ${
      problems.length > 0 &&
      html`<h3>Not readable</h3>
        <ul>
          ${problems.map(({ name, problem }) => html`<li><strong>${said(name, 120)}</strong>: ${said(problem, 400)}</li>`)}
        </ul>`
    }
  </div>`;
}

function runRow({ name, ranAt, card, shipped }: Result, isShown: boolean): Part[] {
  const { result } = card;
  const { precision, recall, f1 } = result.escalation[result.headlinePart].withReview;
  const by = playedByRules(card) ? "rules (baseline)" : said(result.run.models.join(", "), 100);
  return [
    html`<a href="/proof?card=${encodeURIComponent(name)}" ${isShown && html`aria-current="true"`}
        >${said(name, 120)}</a
      >${
        shipped && html` <span class="quiet">invented tickets</span>`
      }${result.run.mode === "shadow" && html` <span class="quiet">shadow</span>`}`,
    moment(ranAt),
    by,
    result.tickets.labelled,
    ...[precision, recall, f1].map(({ value }) => (value === null ? "" : percent(value))),
  ];
}

function historyPicture(results: readonly Result[]): Html {
  const picture = (theme: string): string => `/proof/history.svg?theme=${theme}`;
  return html`<picture class="graph">
    <source srcset="${picture("dark")}" media="screen and (prefers-color-scheme: dark)" />
    <img src="${picture("light")}" alt="${historyAlt(results)}" />
  </picture>`;
}

export function historyAlt(results: readonly Result[]): string {
  return `Precision, recall and F1 of ${counted(results.length, "run")}, the oldest first. The table below says the same.`;
}
