/** The roles one by one: how often right, how well they know it, against something simple, with and without recall. */
import { html, type Html, type Part } from "../../slack/workspace/page/html.ts";
import type { Comparison, Scorecard } from "../../src/replay/scorecard-schema.ts";
import { bandsOf, type RoleBand } from "../read/proof.ts";
import { counted, lasting, percent, roleTitle, said } from "../said.ts";
import { table } from "./parts.ts";
import { band, chance, delta, rate } from "./rates.ts";

export function bands(card: Scorecard): Html {
  return html`<h2>Role by role</h2>
    ${table({
      caption: "How often each said what people say of the case; coloured by the lower end of its interval",
      columns: [
        ...[{ name: "Role" }, { name: "Right" }, { name: "Band" }, { name: "n", figures: true }],
        ...[
          { name: "Did not know", figures: true },
          { name: "Failed", figures: true },
        ],
        ...[
          { name: "Brier", figures: true },
          { name: "Median", figures: true },
          { name: "Tokens", figures: true },
        ],
      ],
      rows: bandsOf(card).map(bandRow),
      empty: "No role answered.",
    })}`;
}

function bandRow({ role, right, colour, abstained, failed, runs, brier, cost }: RoleBand): Part[] {
  const failures = Object.values(failed).reduce((sum, n) => sum + n, 0);
  const median = cost?.milliseconds.median ?? null;
  const tokens = cost === undefined ? 0 : cost.tokens.input + cost.tokens.output;
  return [
    html`${roleTitle(role)} <span class="quiet">${counted(runs, "run")}</span>`,
    rate(right),
    band(colour),
    right.n,
    abstained,
    failures,
    brier === null ? "" : brier.toFixed(2),
    median === null ? "" : lasting(median),
    tokens === 0 ? "" : tokens.toLocaleString("en-GB"),
  ];
}

export function calibration({ result }: Scorecard, name: string): Html {
  const sure = result.roles.filter(({ calibration: { bins } }) => bins.length > 0);
  if (sure.length === 0) return html``;
  const picture = (theme: string): string =>
    `/proof/calibration.svg?card=${encodeURIComponent(name)}&theme=${theme}`;
  return html`<h2>Does it know how sure it may be?</h2>
    <div class="side-by-side">
      <picture class="graph">
        <source srcset="${picture("dark")}" media="screen and (prefers-color-scheme: dark)" />
        <img src="${picture("light")}" alt="${calibrationAlt(result)}" />
      </picture>
      ${table({
        caption: "Said, and how often right",
        columns: [{ name: "Sure between" }, { name: "Right", figures: true }, { name: "n", figures: true }],
        groups: sure.map(({ role, calibration: { bins } }) => ({
          name: roleTitle(role),
          rows: bins.map(({ from, to, n, rate: right }): Part[] => [
            `${Math.round(from * 100)} and ${percent(to)}`,
            percent(right),
            n,
          ]),
        })),
      })}
    </div>
    <p class="quiet">
      ${sure.map(
        ({ role, calibration: { error } }, i) =>
          html`${i > 0 && "; "}${roleTitle(role)}: mean gap
          ${error === null ? "not measured" : error.toFixed(2)}`,
      )}.
    </p>`;
}

export function calibrationAlt({ roles }: Scorecard["result"]): string {
  const sure = roles.filter(({ calibration: { bins } }) => bins.length > 0);
  const gaps = sure.map(
    ({ role, calibration: { error } }) =>
      `${roleTitle(role)} is off by ${(error ?? 0).toFixed(2)} on average`,
  );
  return `How often each role was right by how sure it said it was. ${gaps.join("; ")}. The table beside it says the same.`;
}

export function baselines({ result }: Scorecard): Html {
  if (result.baselines.length === 0) return html``;
  return html`<h2>Against something simple</h2>
    ${table({
      caption: "The same tickets, the later half; a review counts as asking",
      columns: [
        { name: "Who else" },
        { name: "Precision" },
        { name: "Recall" },
        { name: "F1" },
        { name: "Ours, F1" },
      ],
      rows: result.baselines.map(({ name, what, test, ours }): Part[] => [
        html`${said(name, 80)} <span class="quiet">${said(what, 160)}</span>`,
        ...([test.withReview.precision, test.withReview.recall, test.withReview.f1] as const).map(
          ({ value }) => (value === null ? html`<span class="quiet">not measured</span>` : percent(value)),
        ),
        delta(ours),
      ]),
    })}`;
}

export function comparison({ result }: Scorecard): Html {
  if (result.recall === undefined) return html``;
  const { headline, n, flipped } = result.recall;
  return html`<h2>With and without recall</h2>
    <p>${said(headline.charAt(0).toUpperCase() + headline.slice(1), 400)}</p>
    ${ways(result.recall)}
    <details id="flips" class="screen-only">
      <summary>${counted(flipped.length, "ticket")} of ${n} came out differently</summary>
      <ol class="misses">
        ${flipped
          .slice(0, 100)
          .map(
            ({ title, ticketId, right }) =>
              html`<li>
                ${said(title, 200)} <span class="quiet">${said(ticketId, 60)}</span>: right
                ${right === "a" ? said(result.recall?.a ?? "", 60) : said(result.recall?.b ?? "", 60)}
              </li>`,
          )}
      </ol>
    </details>`;
}

function ways({ a, b, withReview, withoutReview }: Comparison): Html {
  const row = (name: string, way: typeof withReview): Part[] => [
    name,
    delta(way.precision),
    delta(way.recall),
    delta(way.f1),
    html`${way.mcnemar.onlyB} only with, ${way.mcnemar.onlyA} only without; p ${chance(way.mcnemar.p)}`,
  ];
  return table({
    caption: `${said(b, 60)} less ${said(a, 60)}, the same tickets; exact McNemar`,
    columns: [
      { name: "Counted" },
      { name: "Precision" },
      { name: "Recall" },
      { name: "F1" },
      { name: "Right" },
    ],
    rows: [row("A review counts", withReview), row("Only a proposal", withoutReview)],
  });
}
