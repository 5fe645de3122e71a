/** Campaigns: cases that no single case shows to belong together, as a picture and as tables. */
import { html, type Html, type Part } from "../../slack/workspace/page/html.ts";
import { defangValue } from "../../src/indicators/defang.ts";
import type { Page } from "../page.ts";
import type { Campaign, Campaigns } from "../read/campaigns.ts";
import { briefly, counted, said, spelt } from "../said.ts";
import { caseLink, empty, moment, table, verdictBadge } from "./parts.ts";

/** What the address asks for: "?days=30&id=CAMPAIGN-…". */
export function daysAsked(query: URLSearchParams): number {
  const days = Number(query.get("days") ?? 14);
  return Number.isInteger(days) && days >= 1 && days <= 3650 ? days : 14;
}

export function campaignsPage(view: Campaigns, asked: string | undefined): Page {
  const { campaigns } = view;
  const chosen = campaigns.find(({ id }) => id === asked) ?? campaigns[0];
  const regions = [
    { id: "head", html: head(view) },
    { id: "list", html: campaigns.length === 0 ? none(view) : list(view, chosen) },
    { id: "campaign", html: chosen === undefined ? html`` : one(chosen, view.days) },
  ];
  return { title: "Campaigns", at: "campaigns", regions };
}

const windows = [7, 14, 30, 90];

function head({ days }: Campaigns): Html {
  return html`<h1>Campaigns</h1>
    <p class="lead">Cases tied together by strong indicators: what no single case shows.</p>
    <p class="pick" role="group" aria-label="Window">
      ${windows.map((n) =>
        n === days
          ? html`<a class="button here" aria-current="true" href="/campaigns?days=${n}">${n} days</a> `
          : html`<a class="button" href="/campaigns?days=${n}">${n} days</a> `,
      )}
    </p>`;
}

function none({ days, cases, asOf }: Campaigns): Html {
  if (cases === 0) {
    return empty("The log holds no case yet, so there is no campaign among them.", [
      ["Run the whole SOC on the sample alerts:", "npm start"],
    ]);
  }
  return empty(
    `No campaign among the cases opened in the ${days} days before ${new Date(asOf).toISOString().slice(0, 10)}: it takes three ` +
      "cases that share a strong indicator, or two with a named actor.",
    [["The same in the terminal, for another window:", "npm run -s hatrack -- clusters --days 60"]],
  );
}

function list({ campaigns, days }: Campaigns, chosen: Campaign | undefined): Html {
  return table({
    caption: `${counted(campaigns.length, "campaign")} in ${days} days, the largest first`,
    columns: [
      { name: "Campaign" },
      { name: "Cases", figures: true },
      { name: "Actor" },
      { name: "Joined by" },
      { name: "Last case" },
    ],
    rows: campaigns.map((campaign): Part[] => [
      html`<a
        class="id"
        href="/campaigns?days=${days}&id=${campaign.id}"
        ${campaign === chosen && html`aria-current="true"`}
        >${campaign.id}</a
      >`,
      campaign.cases.length,
      campaign.actors.length === 0
        ? html`<span class="quiet">none named</span>`
        : campaign.actors.map((a) => said(a, 80)).join(", "),
      html`<code>${campaign.joins.slice(0, 1).map(joinValue)}</code>${
          campaign.joins.length > 1 && html` <span class="quiet">and ${campaign.joins.length - 1} more</span>`
        }`,
      moment(campaign.last),
    ]),
  });
}

function joinValue({ type, value }: Campaign["joins"][number]): string {
  return said(defangValue({ type, value }), 120);
}

/** Of a campaign that takes in everything the page shows the beginning; the list of cases has all. */
const most = { joins: 50, which: 12, cases: 200 };

function one(campaign: Campaign, days: number): Html {
  const { id, cases, joins, actors, first, last } = campaign;
  const by = actors.length === 0 ? "" : ` ${actors.map((actor) => said(actor, 80)).join(", ")}.`;
  const picture = (theme: string): string => `/campaigns/${id}.svg?days=${days}&theme=${theme}`;
  return html`<h2>${id}</h2>
    <p>${counted(cases.length, "case")} from ${moment(first)} to ${moment(last)}.${by}</p>
    <picture class="graph">
      <source srcset="${picture("dark")}" media="(prefers-color-scheme: dark)" />
      <img src="${picture("light")}" alt="${altOf(campaign)}" />
    </picture>
    ${table({
      caption: "What joins them",
      columns: [
        { name: "Indicator" },
        { name: "Kind", plain: true },
        { name: "Cases", figures: true },
        { name: "Which" },
      ],
      rows: joins
        .slice(0, most.joins)
        .map((join): Part[] => [
          html`<code>${joinValue(join)}</code>`,
          spelt(join.type),
          join.cases,
          whichCases(join.caseIds),
        ]),
      empty: "A person linked them; they share no strong indicator.",
    })}
    ${table({
      caption: `Its cases, in order of opening${cases.length > most.cases ? `: the first ${most.cases}` : ""}`,
      columns: [
        { name: "Case" },
        { name: "What", plain: true },
        { name: "Host" },
        { name: "Verdict", plain: true },
        { name: "Opened" },
      ],
      rows: cases
        .slice(0, most.cases)
        .map(({ caseId, line, verdict }): Part[] => [
          caseLink(caseId),
          line === undefined ? "" : briefly(line.title),
          line === undefined ? "" : said(line.host, 80),
          verdict === undefined ? html`<span class="quiet">not yet</span>` : verdictBadge(verdict),
          line === undefined ? "" : moment(line.openedAt),
        ]),
    })}`;
}

function whichCases(caseIds: readonly string[]): Part {
  const left = caseIds.length - most.which;
  const links = caseIds.slice(0, most.which).map((caseId, i) => html`${i > 0 && ", "}${caseLink(caseId)}`);
  return left > 0 ? [...links, html` <span class="quiet">and ${left} more</span>`] : links;
}

/** The picture in a sentence; the tables below it have everything it shows. */
export function altOf({ id, cases, joins }: Campaign): string {
  const widest = joins.slice(0, 3).map((join) => `${joinValue(join)} in ${join.cases}`);
  const by = widest.length === 0 ? "linked by a person" : `joined by ${widest.join(", ")}`;
  return `Graph of ${id}: ${counted(cases.length, "case")} ${by}. The tables below say the same.`;
}
