/** Proof: what the roles got right, what they missed first, and how sure that is. Prints on one page. */
import { html, type Html, type Part } from "../../slack/workspace/page/html.ts";
import type { Row, Scorecard, Trace } from "../../src/replay/scorecard-schema.ts";
import type { Page } from "../page.ts";
import { playedByRules, type ProofView, type Result } from "../read/proof.ts";
import { counted, percent, roleTitle, said, verdictWords } from "../said.ts";
import { empty, moment, table } from "./parts.ts";
import { byLabels, history } from "./proof-history.ts";
import { baselines, bands, calibration, comparison } from "./proof-roles.ts";
import { rate } from "./rates.ts";

export function proofPage(view: ProofView): Page {
  const { shown } = view;
  const regions = [
    { id: "head", html: shown === undefined ? noResult(view) : head(shown, view) },
    ...(shown === undefined ? [] : resultRegions(shown)),
    { id: "labels", html: byLabels(view.accuracy) },
    { id: "history", html: history(view) },
  ];
  return { title: "Proof", at: "proof", regions };
}

function resultRegions({ name, card }: Result): Page["regions"] {
  return [
    { id: "matrix", html: matrix(card) },
    { id: "missed", html: missed(card) },
    { id: "bands", html: bands(card) },
    { id: "calibration", html: calibration(card, name) },
    { id: "baselines", html: baselines(card) },
    { id: "comparison", html: comparison(card) },
    { id: "missing", html: missing(card) },
  ];
}

const howTo: readonly (readonly [string, string])[] = [
  [
    "Run past tickets through the real roles, every side effect absent:",
    "npm run -s hatrack -- replay tickets.jsonl --recall both --out data/scorecards/first.json",
  ],
];

function noResult({ dryRuns, notShown }: ProofView): Html {
  const dry =
    dryRuns.length === 0 ? "" : ` (${counted(dryRuns.length, "dry run")} only: canned answers are no result)`;
  return html`<h1>Proof</h1>
    ${notShown !== undefined && html`<p class="notice">${said(notShown, 400)}</p>`}
    ${empty(`There is no scorecard yet${dry}. How right the roles are is measured on tickets that people have closed.`, howTo)}`;
}

function head({ card, ranAt, shipped, name }: Result, { notShown }: ProofView): Html {
  const { result, measured } = card;
  const { run, tickets } = result;
  const by = playedByRules(card)
    ? "Played by rules (baseline): the number a model has to beat"
    : `Played by ${run.models.join(", ")}`;
  const provenance = [
    `${counted(tickets.labelled, "labelled ticket")} of ${counted(tickets.worked, "worked", "worked")}`,
    ...(run.mode === "shadow"
      ? [`in the shadow of the live ones${run.days === undefined ? "" : ` for ${run.days} days`}`]
      : []),
    `recall ${run.recall}`,
    `seed ${run.seed}`,
    `data ${run.dataHash.slice(0, 8)}`,
    ...(measured.revision === undefined ? [] : [`revision ${measured.revision.slice(0, 10)}`]),
  ];
  return html`<h1>Proof</h1>
    ${notShown !== undefined && html`<p class="notice">${said(notShown, 400)}; the latest result is shown instead.</p>`}
    ${
      shipped &&
      html`<p class="notice">
        <strong>Played by rules on invented tickets.</strong> This scorecard comes with hatrack and says
        nothing of your SOC, nor of any model: in tests a scripted server stands in for one. A run on your own
        tickets takes its place.
        <code class="screen-only">hatrack replay tickets.jsonl --out data/scorecards/first.json</code>
      </p>`
    }
    ${headline(result.headline)}
    <p class="quiet">
      ${said(by, 300)}. ${said(provenance.join(" · "), 400)} · ${moment(ranAt)} ·
      <span class="name">${said(name, 120)}</span>
    </p>`;
}

/** Its first sentence is what one remembers; the rest is read. */
function headline(text: string): Html {
  const [first = "", ...rest] = text.split(/(?<=\.)\s+(?=\p{L})/u);
  return html`<p class="headline">${said(first, 500)}</p>
    ${rest.length > 0 && html`<p class="rest">${said(rest.join(" "), 1000)}</p>`}`;
}

/** The half the headline speaks of. */
function scoredPart({ result }: Scorecard): Scorecard["result"]["escalation"]["all"] {
  return result.escalation[result.headlinePart];
}

function matrix(card: Scorecard): Html {
  const part = scoredPart(card);
  const { tp, fp, fn, tn } = part.withReview.confusion;
  const half =
    card.result.headlinePart === "test"
      ? "the later half of the tickets, which nothing was tuned on"
      : "all tickets";
  return html`<h2>Did it ask a person when it should have?</h2>
    <p class="quiet">
      Over ${half}: ${counted(part.n, "ticket")}, of which people escalated ${percentOf(part.baseRate.value)}.
    </p>
    <div class="side-by-side">
      <table class="matrix">
        <caption>
          What hatrack did, against what people did
        </caption>
        <thead>
          <tr>
            <td></td>
            <th scope="col">Asked</th>
            <th scope="col">Did not ask</th>
            <th scope="col">All</th>
          </tr>
        </thead>
        <tbody>
          <tr>
            <th scope="row">People escalated</th>
            <td class="good"><b>${tp}</b> <span>caught</span></td>
            <td class="${fn > 0 ? "bad" : "good"}"><b>${fn}</b> <span>missed</span></td>
            <td>${tp + fn}</td>
          </tr>
          <tr>
            <th scope="row">People did not</th>
            <td class="${fp > 0 ? "doubt" : "good"}"><b>${fp}</b> <span>asked for nothing</span></td>
            <td class="good"><b>${tn}</b> <span>rightly quiet</span></td>
            <td>${fp + tn}</td>
          </tr>
          <tr class="sum">
            <th scope="row">All</th>
            <td>${tp + fp}</td>
            <td>${fn + tn}</td>
            <td>${part.n}</td>
          </tr>
        </tbody>
      </table>
      ${rates(card)}
    </div>`;
}

function percentOf(share: number | null): string {
  return share === null ? "none that counts" : percent(share);
}

function rates(card: Scorecard): Html {
  const { withReview, withoutReview } = scoredPart(card);
  const row = (name: string, of: (way: typeof withReview) => Parameters<typeof rate>[0]): Part[] => [
    name,
    rate(of(withReview)),
    rate(of(withoutReview)),
  ];
  const weighted = withReview.precisionAt.filter(({ precision }) => precision !== null);
  return html`<div>
    ${table({
      caption: "With 95 % intervals",
      columns: [{ name: "Rate" }, { name: "A review counts as asking" }, { name: "Only a proposal does" }],
      rows: [
        row("Precision", ({ precision }) => precision),
        row("Recall", ({ recall }) => recall),
        row("False alarms", ({ falseAlarms }) => falseAlarms),
        row("F1", ({ f1 }) => f1),
      ],
    })}
    ${
      weighted.length > 0 &&
      html`<p class="quiet weighted">
        Precision by the share of tickets that need a person:
        ${weighted.map(
          ({ baseRate, of, precision }, i) =>
            html`${i > 0 && "; "}${said(of, 80)} (${percentOf(baseRate)}) ${percentOf(precision)}`,
        )}.
      </p>`
    }
  </div>`;
}

const inSight = 5;

function missed({ result }: Scorecard): Html {
  const { missed: all, askedForNothing } = result;
  const rest = all.slice(inSight);
  return html`<h2>What it missed</h2>
    ${
      all.length === 0
        ? html`<p>Nothing: a person was asked about every ticket that people escalated.</p>`
        : html`<p class="quiet">
              ${counted(all.length, "ticket")} of both halves that people escalated, and nobody was asked.
              Worst first.
            </p>
            <ol class="misses">
              ${all.slice(0, inSight).map(miss)}
            </ol>
            ${
              rest.length > 0 &&
              html`<details id="more-missed" class="screen-only">
                <summary>${counted(rest.length, "more", "more")}</summary>
                <ol class="misses" start="${inSight + 1}">
                  ${rest.slice(0, 200).map(miss)}
                </ol>
              </details>`
            }`
    }
    ${
      askedForNothing.length > 0 &&
      html`<details id="for-nothing" class="screen-only">
        <summary>${counted(askedForNothing.length, "time")} somebody was asked for nothing</summary>
        <ol class="misses">
          ${askedForNothing.slice(0, 200).map(miss)}
        </ol>
      </details>`
    }`;
}

function miss({ title, host, ticketId, human, trace, asked }: Row): Html {
  const words = human?.verdict === undefined ? "" : `, who said ${verdictWords(human.verdict).toLowerCase()}`;
  const did =
    human?.escalated === true ? `People escalated it${words}` : `People did not escalate it${words}`;
  const asking = asked.length === 0 ? "" : `; asked for a ${asked.join(" and a ")}`;
  return html`<li>
    <strong>${said(title, 200)}</strong>${host !== undefined && html` on ${said(host, 80)}`}
    <span class="quiet">${said(ticketId, 60)}</span>
    <p>${did}${asking}. ${trace.map((one, i) => html`${i > 0 && " "}${traceWords(one)}`)}</p>
  </li>`;
}

function traceWords({ role, verdict, confidence, sev, decision, failed, because }: Trace): Html {
  const came = [
    ...(failed === undefined ? [] : [`failed, ${said(failed.replaceAll("_", " "), 60)}`]),
    ...(verdict === undefined ? [] : [verdictWords(verdict).toLowerCase()]),
    ...(confidence === undefined ? [] : [`sure ${confidence.toFixed(2)}`]),
    ...(sev === undefined ? [] : [sev]),
    ...(decision === undefined ? [] : [said(decision.replaceAll("_", " "), 40)]),
  ];
  const why = because[0] === undefined ? "" : `: ${said(because[0], 160)}`;
  return html`<span><b>${roleTitle(role)}</b> ${came.join(", ")}${why}.</span>`;
}

function missing({ result }: Scorecard): Html {
  const { unworked, problems, lines, worked } = result.tickets;
  const left = [...Object.entries(unworked), ...Object.entries(problems)];
  const lost = left.map(([why, n]) => `${n} ${said(why.replaceAll("_", " "), 80)}`).join(", ");
  if (result.missing.length === 0 && left.length === 0) return html``;
  return html`<h2>What is not measured</h2>
    <ul>
      ${result.missing.map((sentence) => html`<li>${said(sentence, 400)}</li>`)}
      ${left.length > 0 && html`<li>Of ${counted(lines, "line")} ${worked.toLocaleString("en-GB")} were worked: ${lost}.</li>`}
    </ul>`;
}
