/** Parts that several pages are made of. Pure; every cell is markup that escaped what it holds. */
import { html, type Html, type Part } from "../../slack/workspace/page/html.ts";
import { HatrackError } from "../../src/errors.ts";
import type { Sev, Verdict } from "../../src/events/vocabulary.ts";
import { coarsely, said, utc, verdictWords } from "../said.ts";

export interface Column {
  readonly name: string;
  /** Right-aligned tabular figures. */
  readonly figures?: boolean;
  /** Says what it is by itself: on a narrow screen it stands without the column's name. */
  readonly plain?: boolean;
}

export interface Table {
  readonly caption: string;
  readonly columns: readonly Column[];
  /** The first cell of a row is its header. A column without a word in any row is left out. */
  readonly rows?: readonly Cells[];
  /** Rows under a heading of their own. */
  readonly groups?: readonly { readonly name: Part; readonly rows: readonly Cells[] }[];
  /** Said instead of a table without rows. */
  readonly empty?: string;
}

export type Cells = readonly Part[];

/** On a narrow screen each row becomes a block whose cells carry their column's name. */
export function table({ caption, columns, rows = [], groups = [], empty }: Table): Html {
  const all = [...rows, ...groups.flatMap((group) => group.rows)];
  const odd = all.find((cells) => cells.length !== columns.length);
  if (odd !== undefined) {
    const expected = `expected ${columns.length} cells a row, found ${odd.length}`;
    throw new HatrackError("bad_table", `dashboard: table "${caption}": ${expected}`);
  }
  if (all.length === 0) return html`<p class="quiet">${empty ?? "Nothing."}</p>`;
  const shown = columns.flatMap((column, at) =>
    all.some((cells) => says(cells[at])) ? [{ ...column, at }] : [],
  );
  return html`<table class="rows">
    <caption>
      ${caption}
    </caption>
    <thead>
      <tr>
        ${shown.map(({ name, figures }) => html`<th scope="col" ${aligned(figures)}>${name}</th>`)}
      </tr>
    </thead>
    ${
      rows.length > 0 &&
      html`<tbody>
        ${rows.map((cells) => rowOf(cells, shown))}
      </tbody>`
    }
    ${groups.map(
      ({ name, rows: ofGroup }) =>
        html`<tbody>
          <tr class="group">
            <th scope="rowgroup" colspan="${shown.length}">${name}</th>
          </tr>
          ${ofGroup.map((cells) => rowOf(cells, shown))}
        </tbody>`,
    )}
  </table>`;
}

function says(cell: Part): boolean {
  return cell !== undefined && cell !== "" && cell !== false;
}

function rowOf(cells: Cells, columns: readonly (Column & { readonly at: number })[]): Html {
  return html`<tr>
    ${columns.map(({ name, figures, plain, at }) => {
      if (at === 0) return html`<th scope="row">${cells[at]}</th>`;
      const named = plain !== true && html`data-name="${name}: "`;
      return html`<td ${aligned(figures)} ${named}>${cells[at]}</td>`;
    })}
  </tr>`;
}

function aligned(figures: boolean | undefined): Html {
  return figures === true ? html`class="figures"` : html``;
}

/** A page with nothing to show yet says what fills it. */
export function empty(what: string, how: readonly (readonly [does: string, command: string])[]): Html {
  return html`<div class="empty">
    <p>${what}</p>
    ${how.map(
      ([does, command]) =>
        html`<p>${does}</p>
          <pre><code>${command}</code></pre>`,
    )}
  </div>`;
}

const marks: Readonly<Record<Verdict, string>> = {
  true_positive: "●",
  suspicious: "◐",
  insufficient_data: "?",
  benign: "○",
  false_positive: "○",
};

/** A verdict by a mark, a colour and its name. */
export function verdictBadge(verdict: Verdict): Html {
  return html`<span class="badge ${verdict}"
    ><span aria-hidden="true">${marks[verdict]}</span> ${verdictWords(verdict)}</span
  >`;
}

export function sevBadge(sev: Sev): Html {
  return html`<span class="badge sev ${sev.toLowerCase()}">${sev}</span>`;
}

/** A moment: UTC here, the reader's zone where there is a script. */
export function moment(ms: number): Html {
  return html`<time datetime="${new Date(ms).toISOString()}">${utc(ms)}</time>`;
}

/** "3 min ago", and when that was. */
export function ago(ms: number, now: number): Html {
  const iso = new Date(ms).toISOString();
  return html`<time datetime="${iso}" title="${utc(ms)}" class="ago"
    >${coarsely(Math.max(0, now - ms))} ago</time
  >`;
}

export function caseLink(caseId: string): Html {
  return html`<a class="id" href="/follow/${caseId}">${caseId}</a>`;
}

/** A value of an alert: never a link, in a face in which look-alikes differ. */
export function value(text: string, max = 300): Html {
  return html`<code>${said(text, max)}</code>`;
}

export function facts(pairs: readonly (readonly [name: string, value: Part])[]): Html {
  return html`<dl class="facts">
    ${pairs.map(
      ([name, shown]) =>
        html`<div>
          <dt>${name}</dt>
          <dd>${shown}</dd>
        </div>`,
    )}
  </dl>`;
}
