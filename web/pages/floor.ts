/** The floor: does everything run, what waits for whom, and since when. */
import { html, type Html, type Part } from "../../slack/workspace/page/html.ts";
import { briefly as actionBriefly } from "../../slack/blocks/action-words.ts";
import type { Handoff } from "../../src/gate/state.ts";
import type { Page } from "../page.ts";
import type { FloorView, RoleRow, WaitingFor } from "../read/floor-view.ts";
import { coarsely, counted, lasting, percent, roleTitle, said, spelt } from "../said.ts";
import { alarms, models } from "./floor-trouble.ts";
import { ago, caseLink, empty, table } from "./parts.ts";

export function floorPage(view: FloorView): Page {
  const regions = [
    {
      id: "head",
      html: html`<h1>Floor</h1>
        ${glance(view)}`,
    },
    { id: "waiting", html: waiting(view) },
    { id: "roles", html: roles(view) },
    { id: "models", html: models(view) },
    { id: "slack", html: slack(view) },
    { id: "alarms", html: alarms(view) },
  ];
  return { title: "Floor", at: "floor", regions };
}

function glance({ waiting: by, undone, totals, live, now, lastAlert }: FloorView): Html {
  const asked = by.reduce((sum, { requests }) => sum + requests.length, 0);
  const oldest = Math.min(...by.map((one) => one.oldest));
  const figures: (readonly [string, Part, Part])[] = [
    [
      "Waiting for a person",
      asked,
      asked === 0 ? "" : html`the oldest for ${coarsely(Math.max(0, now - oldest))}`,
    ],
    ["Authorised, not done", undone.length, ""],
    [
      "Entries behind",
      live ? totals.lag : "–",
      live ? `${totals.pending.toLocaleString("en-GB")} in hand` : "an export has none",
    ],
    ["Dead letters", live ? totals.dead : "–", totals.dead === 0 ? "" : html`<code>hatrack dead list</code>`],
  ];
  return html`<p class="lead">
      ${lastAlert === undefined ? "No alert has come in yet." : html`The last alert came in ${ago(lastAlert, now)}.`}
    </p>
    <dl class="glance">
      ${figures.map(
        ([name, figure, more]) =>
          html`<div>
            <dt>${name}</dt>
            <dd><b>${figure}</b> <span class="quiet">${more}</span></dd>
          </div>`,
      )}
    </dl>`;
}

/** Of each on-call role so many stand here; the list of cases has all. */
const inSight = 8;

function waiting({ waiting: by, undone, now }: FloorView): Html {
  if (by.length === 0 && undone.length === 0) {
    return html`<h2>Waiting for people</h2>
      <p class="quiet">Nobody is asked for anything.</p>`;
  }
  const groups = by.map((one) => ({
    name: waitingName(one, now),
    rows: one.requests.slice(0, inSight).map((request) => askedRow(request, now)),
  }));
  const more = by.some(({ requests }) => requests.length > inSight);
  return html`<h2>Waiting for people</h2>
    ${table({
      caption: "Requests that wait for an answer, by who is asked",
      columns: [
        { name: "For what" },
        { name: "Case" },
        { name: "Waits", figures: true },
        { name: "Time left", figures: true },
      ],
      groups,
      empty: "No request waits for an answer.",
    })}
    ${more && html`<p class="after"><a href="/follow?state=asked">All cases that wait for a person</a></p>`}
    ${
      undone.length > 0 &&
      table({
        caption: "Authorised, and not marked done",
        columns: [
          { name: "For what" },
          { name: "Case" },
          { name: "Who was asked" },
          { name: "Left to carry out", figures: true },
        ],
        rows: undone.map((request) => undoneRow(request, now)),
      })
    }`;
}

function waitingName({ title, requests, oldest }: WaitingFor, now: number): Html {
  const n = requests.length;
  const first = n > inSight ? `, the ${inSight} longest waiting` : "";
  return html`${said(title, 100)}
    <span class="quiet"
      >${counted(n, "request")}, the oldest for ${coarsely(Math.max(0, now - oldest))}${first}</span
    >`;
}

function askedRow({ ask, caseId, askedAt, opened, bar, approvals }: Handoff, now: number): Part[] {
  const have =
    bar.quorum > 1 && html` <span class="quiet">${approvals.length} of ${bar.quorum} people</span>`;
  return [
    html`${actionBriefly(ask, 200)}${have}`,
    caseLink(caseId),
    coarsely(Math.max(0, now - Date.parse(askedAt))),
    opened === undefined
      ? html`<span class="quiet">not posted yet</span>`
      : left(Date.parse(opened.expiresAt) - now),
  ];
}

function left(ms: number): Html {
  return ms <= 0 ? html`<span class="late">over</span>` : html`${coarsely(ms)}`;
}

function undoneRow({ ask, caseId, bar, carryOutBy, assignee }: Handoff, now: number): Part[] {
  const owner =
    assignee !== undefined && html` <span class="quiet">taken on by ${said(assignee.user, 40)}</span>`;
  return [
    actionBriefly(ask, 200),
    caseLink(caseId),
    html`${said(bar.addressed.title, 100)}${owner}`,
    carryOutBy === undefined ? "" : left(Date.parse(carryOutBy) - now),
  ];
}

function roles({ roles: rows, now, live }: FloorView): Html {
  if (rows.length === 0) {
    return html`<h2>Roles</h2>
      ${empty("No role has worked on this log yet.", [["Run them all:", "npm start"]])}`;
  }
  return html`<h2>Roles</h2>
    ${table({
      caption: live
        ? "Who is at work, for how much of the time this dashboard has looked, and how far behind"
        : "Who worked; an export has no consumer groups",
      columns: [
        ...[
          { name: "Role" },
          { name: "At work" },
          { name: "Last run" },
          { name: "Runs, 24 h", figures: true },
        ],
        ...[
          { name: "Median", figures: true },
          { name: "Behind", figures: true },
          { name: "In hand", figures: true },
        ],
        { name: "Dead", figures: true },
      ],
      rows: rows.map((row) => roleRow(row, now)),
    })}`;
}

function roleRow(row: RoleRow, now: number): Part[] {
  const { role, group, runs, failed, median } = row;
  return [
    roleTitle(role),
    atWork(row, now),
    lastRun(row, now),
    runs === 0
      ? ""
      : html`${runs}${failed > 0 && html` <span class="late">${counted(failed, "failed", "failed")}</span>`}`,
    median === undefined ? "" : lasting(median),
    ...groupCells(group),
  ];
}

function lastRun({ last, said: saidAt }: RoleRow, now: number): Html {
  if (last === undefined) {
    return saidAt === undefined ? html`<span class="quiet">none yet</span>` : html`${ago(saidAt, now)}`;
  }
  const { at, failed, model } = last;
  return html`${ago(at, now)} <span class="quiet">${said(model, 40)}</span>${
      failed !== undefined && html` <span class="late">failed: ${spelt(failed)}</span>`
    }`;
}

function atWork({ paused, group, up }: Pick<RoleRow, "paused" | "group" | "up">, now: number): Html {
  if (paused !== undefined) {
    return html`<span class="late">paused</span>
      <span class="quiet">for ${coarsely(Math.max(0, now - paused.since))}: ${said(paused.why, 120)}</span>`;
  }
  if (group === undefined || up === undefined) return html`<span class="quiet">not known</span>`;
  const workers = group.consumers > 1 && html` <span class="quiet">${group.consumers} workers</span>`;
  const state = up.now
    ? html`<span class="well">up</span>${workers}`
    : html`<span class="late">nobody</span>`;
  return html`${state} <span class="quiet">${watchedWords(up)}</span>`;
}

/** A share of less than a minute says nothing. */
function watchedWords({ up, watched }: NonNullable<RoleRow["up"]>): string {
  if (watched < 60_000) return "";
  return `${percent(up / watched, up === watched || up === 0 ? 0 : 1)} of ${coarsely(watched)}`;
}

function groupCells(group: RoleRow["group"]): Part[] {
  if (group === undefined) return ["", "", ""];
  const { lag, pending, oldestPendingMs, dead } = group;
  return [
    lag,
    html`${pending}${pending > 0 && html` <span class="quiet">${lasting(oldestPendingMs)}</span>`}`,
    dead === 0 ? 0 : html`<span class="late">${dead}</span>`,
  ];
}

const kindWords: Readonly<Record<string, string>> = {
  ...{ root: "case threads", finding: "findings", gate: "gate cards", direct: "direct cards" },
  ...{ answer: "answers", notice: "notices", digest: "digests" },
};

function slack({ lanes, posted, canary, now }: FloorView): Html {
  const last = [...posted].sort((a, b) => b[1] - a[1]);
  return html`<h2>Slack lanes and canary</h2>
    ${table({
      caption: "Each lane posts by itself: a gate card never waits behind chatter",
      columns: [
        ...[{ name: "Lane" }, { name: "At work" }, { name: "Behind", figures: true }],
        ...[
          { name: "In hand", figures: true },
          { name: "Dead", figures: true },
        ],
      ],
      rows: lanes.map(({ role, group, up }) => [
        said(role.replace("slack-", ""), 60),
        atWork({ paused: undefined, group, up }, now),
        ...groupCells(group),
      ]),
      empty: "No front end has been at work on this log.",
    })}
    ${
      last.length > 0 &&
      html`<p class="quiet">
        Last posted:
        ${last.map(([kind, at], i) => html`${i > 0 && ", "}${kindWords[kind] ?? said(kind, 40)} ${ago(at, now)}`)}.
      </p>`
    }
    ${canaryLine(canary, now)}`;
}

function canaryLine(canary: FloorView["canary"], now: number): Html {
  if (canary === undefined) return html`<p class="quiet">Canary: none has been sent on this log.</p>`;
  const { sentAt, due, stoppedAt, passedIn } = canary;
  if (stoppedAt !== undefined)
    return html`<p class="alarm">
      <strong>The canary did not come through</strong>: sent ${ago(sentAt, now)}, it stopped at
      ${said(stoppedAt, 200)}.
    </p>`;
  if (passedIn !== undefined)
    return html`<p>Canary: sent ${ago(sentAt, now)}, came through in ${lasting(passedIn * 1000)}.</p>`;
  return html`<p>
    Canary: sent
    ${ago(sentAt, now)}${now < due ? html`, due in ${lasting(due - now)}` : html`, nothing missed`}.
  </p>`;
}
