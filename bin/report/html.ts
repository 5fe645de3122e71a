/** A report as one page that needs nothing else: no script, no link, no picture, printable. */
import type { CaseReport } from "../../src/memory/case-report.ts";
import { html, type Html } from "../../slack/workspace/page/html.ts";
import { sectionsOf, type Approval, type Facts, type Line } from "./sections.ts";

const style = `
  :root { color-scheme: light dark; --soft: color-mix(in srgb, currentColor 60%, transparent); }
  body { font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; overflow-wrap: anywhere; }
  h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; border-bottom: 1px solid var(--soft); }
  h3 { font-size: 1rem; margin: 1.5rem 0 0.5rem; }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.2rem 1rem; } dt { color: var(--soft); } dd { margin: 0; }
  ol { list-style: none; padding: 0; } li { margin: 0.35rem 0; } ol time { color: var(--soft); font-variant-numeric: tabular-nums; }
  code { font-size: 0.75rem; color: var(--soft); margin-left: 0.4rem; }
  article { border: 1px solid var(--soft); border-radius: 6px; padding: 0 1rem 0.5rem; margin: 1rem 0; break-inside: avoid; }
  @media (max-width: 30rem) { dl { grid-template-columns: 1fr; } dt { margin-top: 0.4rem; } }`;

export function htmlReport(report: CaseReport): string {
  const { title, facts, summary, timeline, approvals, indicators } = sectionsOf(report);
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width" />
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'" />
        <title>${title}</title>
        <style>
          STYLE
        </style>
      </head>
      <body>
        <main>
          <h1>${title}</h1>
          ${factList(facts)}
          <h2>What happened</h2>
          ${lineList(summary)}
          <h2>Timeline</h2>
          ${lineList(timeline)}
          <h2>Approvals</h2>
          ${approvals.length === 0 ? html`<p>Nobody was asked to approve anything.</p>` : approvals.map(approvalPart)}
          <h2>Indicators</h2>
          ${
            indicators.length === 0
              ? html`<p>None.</p>`
              : html`<ul>
                  ${indicators.map((one) => html`<li>${one}</li>`)}
                </ul>`
          }
        </main>
      </body>
    </html> `;
  // Of ours alone, and no text of the record can hold its place: that one is escaped.
  return page.toString().replace(/<style>\s*STYLE\s*<\/style>/, `<style>${style}</style>`);
}

function factList(facts: Facts): Html {
  return html`<dl>
    ${facts.map(
      ([name, value]) =>
        html`<dt>${name}</dt>
          <dd>${value}</dd>`,
    )}
  </dl>`;
}

function lineList(lines: readonly Line[]): Html {
  const items = lines.map(({ time, text, cites }) => {
    const at = time === undefined ? "" : html`<time>${time}</time> `;
    return html`<li>${at}${text}${cites.map((id) => html`<code>${id}</code>`)}</li>`;
  });
  return html`<ol>
    ${items}
  </ol>`;
}

function approvalPart({ title, facts, evidence, steps }: Approval): Html {
  const found = html`<p>Evidence</p>
    <ul>
      ${evidence.map((one) => html`<li>${one}</li>`)}
    </ul>`;
  return html`<article>
    <h3>${title}</h3>
    ${factList(facts)} ${evidence.length === 0 ? "" : found}
    ${steps.length === 0 ? html`<p>Nobody has answered.</p>` : lineList(steps)}
  </article>`;
}
