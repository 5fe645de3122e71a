/** The list to pick a case from: search by words, verdict, SEV and state. A form of its own, so it works without a script. */
import { html, type Html } from "../../slack/workspace/page/html.ts";
import { Sev, Verdict } from "../../src/events/vocabulary.ts";
import type { Page } from "../page.ts";
import {
  caseStates,
  stateOf,
  verdictOf,
  type CaseLine,
  type CasePage,
  type CaseQuery,
  type CaseState,
} from "../read/case-list.ts";
import { briefly, counted, said, verdictWords } from "../said.ts";
import { ago, caseLink, empty, moment, sevBadge, table, verdictBadge } from "./parts.ts";

export const stateWords: Readonly<Record<CaseState, string>> = {
  asked: "Waits for a person",
  undone: "Authorised, not done",
  working: "With a role",
  settled: "Settled",
  closed: "Closed",
};

/** What the address asks for; what it asks wrongly for is not asked for. */
export function caseQuery(query: URLSearchParams): CaseQuery {
  const page = Number(query.get("page") ?? 1);
  return {
    // What nobody sees in the box nobody typed.
    text: (query.get("q") ?? "").replaceAll(/[\p{Cc}\p{Cf}]/gu, " ").slice(0, 200),
    verdict: Verdict.safeParse(query.get("verdict")).data,
    sev: Sev.safeParse(query.get("sev")).data,
    state: caseStates.find((state) => state === query.get("state")),
    page: Number.isInteger(page) && page > 0 ? page : 1,
  };
}

export interface CasesView {
  readonly query: CaseQuery;
  readonly found: CasePage;
  readonly total: number;
  readonly now: number;
}

export function casesPage({ query, found, total, now }: CasesView): Page {
  const regions = [
    {
      id: "head",
      html: html`<h1>Follow an alert</h1>
        <p class="lead">Pick a case to see it go from role to role.</p>`,
    },
    { id: "search", html: total === 0 ? html`` : searchForm(query) },
    { id: "cases", html: total === 0 ? noCases() : list({ query, found, total, now }) },
  ];
  return { title: "Follow an alert", at: "follow", regions };
}

function noCases(): Html {
  return empty("The log holds no case yet. A case opens with its alert.", [
    ["Run the whole SOC on the sample alerts:", "npm start"],
    ["Or take alerts of your own:", "npm run -s hatrack -- start --alerts file:alerts.jsonl"],
  ]);
}

function searchForm({ text, verdict, sev, state }: CaseQuery): Html {
  return html`<form class="search" method="get" action="/follow" role="search" aria-label="Cases">
    <p class="wide">
      <label for="q">Words</label
      ><input
        id="q"
        name="q"
        type="search"
        value="${text}"
        autocomplete="off"
        placeholder="case, title, rule, host, user"
      />
    </p>
    ${choice(
      "verdict",
      "Verdict",
      Verdict.options.map((one) => [one, verdictWords(one)]),
      verdict,
    )}
    ${choice(
      "sev",
      "Severity",
      Sev.options.map((one) => [one, one]),
      sev,
    )}
    ${choice(
      "state",
      "State",
      caseStates.map((one) => [one, stateWords[one]]),
      state,
    )}
    <p><button class="button">Search</button></p>
  </form>`;
}

function choice(
  name: string,
  label: string,
  options: readonly (readonly [value: string, words: string])[],
  chosen: string | undefined,
): Html {
  return html`<p>
    <label for="${name}">${label}</label
    ><select id="${name}" name="${name}">
      <option value="">any</option>
      ${options.map(
        ([value, words]) =>
          html`<option value="${value}" ${value === chosen && html`selected`}>${words}</option>`,
      )}
    </select>
  </p>`;
}

function list({ query, found, total, now }: CasesView): Html {
  const caption =
    found.found === total
      ? counted(total, "case")
      : `${counted(found.found, "case")} of ${total.toLocaleString("en-GB")}`;
  return html`${table({
    caption: `${caption}, the newest first`,
    columns: [
      { name: "Case" },
      { name: "What", plain: true },
      { name: "Verdict", plain: true },
      { name: "SEV", plain: true },
      { name: "State", plain: true },
      { name: "Opened" },
    ],
    rows: found.lines.map((line) => rowOf(line, now)),
    empty: "No case is like that. Fewer words, or “any”, find more.",
  })}
  ${pager(query, found)}`;
}

function rowOf(line: CaseLine, now: number): (Html | string)[] {
  const judged = verdictOf(line);
  return [
    caseLink(line.caseId),
    html`<span class="what"
        >${line.title === "" ? "Its alert is no longer on the log" : briefly(line.title)}</span
      >
      ${line.host !== "" && html`<span class="quiet">${said(line.host, 80)}</span>`}`,
    judged === undefined ? html`<span class="quiet">not yet</span>` : verdictBadge(judged.verdict),
    line.sev === undefined ? "" : sevBadge(line.sev),
    stateCell(line),
    html`${moment(line.openedAt)} <span class="quiet">${ago(line.openedAt, now)}</span>`,
  ];
}

function stateCell(line: CaseLine): Html {
  const state = stateOf(line);
  const waiting = state === "asked" ? line.asked.length : state === "undone" ? line.undone.length : 0;
  return html`<span class="state ${state}">${stateWords[state]}</span>${
      waiting > 1 && html` <span class="quiet">${counted(waiting, "request")}</span>`
    }`;
}

function pager(query: CaseQuery, { page, pages }: CasePage): Html {
  if (pages === 1) return html``;
  const to = (wanted: number, words: string): Html =>
    wanted < 1 || wanted > pages
      ? html`<span class="quiet">${words}</span>`
      : html`<a href="/follow?${addressOf(query, wanted)}">${words}</a>`;
  return html`<nav class="pager" aria-label="Pages">
    ${to(page - 1, "Newer")} <span>Page ${page} of ${pages}</span> ${to(page + 1, "Older")}
  </nav>`;
}

function addressOf({ text, verdict, sev, state }: CaseQuery, page: number): string {
  const all = { q: text, verdict: verdict ?? "", sev: sev ?? "", state: state ?? "", page: String(page) };
  return new URLSearchParams(Object.entries(all).filter(([, value]) => value !== "")).toString();
}
