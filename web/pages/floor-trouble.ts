/** The floor's models and alarms. */
import { html, type Html } from "../../slack/workspace/page/html.ts";
import type { FloorView } from "../read/floor-view.ts";
import { roleTitle, said } from "../said.ts";
import { ago, caseLink, table } from "./parts.ts";

export function models({ legs, noModel, roles: rows, now }: FloorView): Html {
  const played = [...new Set(rows.flatMap(({ last }) => (last === undefined ? [] : [last.model])))];
  const byRules = played.length > 0 && played.every((model) => model === "baseline");
  const words = byRules
    ? "Every role is played by rules (baseline); no model is configured."
    : played.length === 0
      ? "No model has worked yet."
      : `Last runs by ${played.join(", ")}.`;
  return html`<h2>Model</h2>
    ${
      noModel !== undefined &&
      html`<p class="alarm">
        <strong>No model answers</strong> since ${ago(noModel.at, now)}: ${said(noModel.why, 400)}. Work stays
        on the log until one does.
      </p>`
    }
    <p>${said(words, 400)}</p>
    ${
      legs.length > 0 &&
      table({
        caption: "Legs of the failover chain, by their last change",
        columns: [{ name: "Leg" }, { name: "State" }, { name: "Since" }, { name: "Why" }],
        rows: legs.map(({ leg, role, state, at, why, to }) => [
          html`${said(leg, 100)}${role !== undefined && html` <span class="quiet">for ${roleTitle(role)}</span>`}`,
          state === "answers"
            ? html`<span class="well">answers</span>`
            : html`<span class="late">failed</span
                >${to !== undefined && html` <span class="quiet">→ ${said(to, 100)}</span>`}`,
          ago(at, now),
          said(why, 300),
        ]),
      })
    }`;
}

export function alarms({ alarms: all, now }: FloorView): Html {
  return html`<h2>Alarms</h2>
    ${table({
      caption: "The last of them",
      columns: [{ name: "What" }, { name: "When" }, { name: "About" }, { name: "Why" }],
      rows: all
        .slice(0, 20)
        .map(({ what, at, subject, why }) => [
          what,
          ago(at, now),
          subject.startsWith("CASE-") ? caseLink(subject) : said(subject, 60),
          said(why, 300),
        ]),
      empty: "None on this log.",
    })}`;
}
