/** Who is asked for what, and what may never be proposed: the gate's policy as it works, from soc.yaml. */
import { html, type Html, type Part } from "../../slack/workspace/page/html.ts";
import type { PolicyRow } from "../../src/gate/policy-page.ts";
import type { Page } from "../page.ts";
import { policyGroups, type PolicySource } from "../read/policy.ts";
import { counted, lasting, percent, roleTitle, said, spelt } from "../said.ts";
import { table } from "./parts.ts";

export function policyPage(source: PolicySource): Page {
  const regions = [
    {
      id: "head",
      html: html`<h1>Policy</h1>
        <p class="lead">
          Agents propose, a human authorises, a human executes. What stands here comes from
          <code>soc.yaml</code> and the inventory; no alert and no model has a say in it.
        </p>`,
    },
    { id: "never", html: never(source) },
    { id: "asked", html: asked(source) },
    { id: "chain", html: chain(source) },
  ];
  return { title: "Policy", at: "policy", regions, still: true };
}

function never({ page }: PolicySource): Html {
  return html`<h2>May never be proposed</h2>
    ${
      page.never.length === 0
        ? html`<p class="quiet">Nothing is ruled out. “never” in soc.yaml does it.</p>`
        : html`<ul class="never">
            ${page.never.map(({ verbs, classes, targets, why }) => {
              const on = [...(classes ?? []), ...(targets ?? [])].map((name) => said(name, 200)).join(", ");
              const what = verbs?.map(spelt).join(", ") ?? "anything";
              return html`<li>
                <strong>${what}</strong> on ${on === "" ? "anything" : on}: ${said(why, 500)}
              </li>`;
            })}
          </ul>`
    }
    ${
      page.freezes.length > 0 &&
      html`<h3>Frozen</h3>
        <ul>
          ${page.freezes.map(
            ({ name, when, what, effect }) =>
              html`<li>
                <strong>${said(name, 100)}</strong>, ${said(when, 200)}: ${spelt(what)}; ${said(effect, 100)}
              </li>`,
          )}
        </ul>`
    }`;
}

function asked({ page }: PolicySource): Html {
  const limits = Object.entries(page.maxTargetsPerHour);
  const [reminders = "", ...others] = new Set(page.rows.map(remindersOf));
  const sameReminders = others.length === 0;
  return html`<h2>Who is asked for what</h2>
    ${table({
      caption: "By action and by what it would be done to; the time begins when the card is posted",
      columns: [
        ...[
          { name: "Target" },
          { name: "Who is asked" },
          { name: "People", figures: true },
          { name: "Reaches" },
        ],
        ...[{ name: "Reversible" }, { name: "Answer in" }, { name: "Reminded at" }, { name: "Then asked" }],
        ...[{ name: "Carry out in" }, { name: "Also" }],
      ],
      groups: policyGroups(page).map(({ verbs, terms }) => ({
        name: capital(verbs.map(spelt).join(", ")),
        rows: terms.map(({ classes, row }) => [
          classes.map(spelt).join(", "),
          ...termCells(row, sameReminders),
        ]),
      })),
    })}
    <h3>Also</h3>
    <ul>
      ${limits.map(
        ([verb, most]) =>
          html`<li>
            <strong>${capital(spelt(verb))}</strong>: more than ${counted(most, "target")} within an hour
            count as wide.
          </li>`,
      )}
      ${sameReminders && html`<li>Whoever is asked is reminded at ${reminders} of the time.</li>`}
      <li>A card that nobody could post for ${page.unpostedMinutes} minutes is an alarm, never an expiry.</li>
      <li>A target that the inventory does not know has the strictest rule there is for its action.</li>
    </ul>`;
}

function capital(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function termCells(row: PolicyRow, sameReminders: boolean): Part[] {
  const { ask, people, reversible, blastRadius, expiresMinutes, then, carryOutMinutes, also } = row;
  return [
    html`<strong>${said(ask, 100)}</strong>`,
    html`<b>${people}</b>`,
    said(blastRadius, 300),
    reversible ? "yes" : html`<strong>no</strong>`,
    lasting(expiresMinutes * 60_000),
    sameReminders ? "" : remindersOf(row),
    then.length === 0
      ? html`<span class="quiet">nobody: it expires</span>`
      : then.map((title) => said(title, 100)).join(", "),
    lasting(carryOutMinutes * 60_000),
    also.map((words) => said(words, 200)).join("; "),
  ];
}

/** "50 % and 80 %" */
function remindersOf({ reminders }: PolicyRow): string {
  return reminders.length === 0 ? "no reminder" : reminders.map((share) => percent(share)).join(" and ");
}

function chain({ onCall, reviewers }: PolicySource): Html {
  const title = (role: string): string => said(onCall[role]?.title ?? role, 100);
  return html`<h2>Who stands behind a role</h2>
    ${table({
      caption: "On-call roles; who is in a group is looked up at the moment of the decision",
      columns: [{ name: "On-call role" }, { name: "People" }, { name: "If they do not answer" }],
      rows: Object.entries(onCall).map(([name, { group, users, next }]) => [
        title(name),
        group === undefined
          ? counted(users?.length ?? 0, "person", "people")
          : html`group ${said(group, 80)}`,
        next === undefined ? html`<span class="quiet">nobody</span>` : title(next),
      ]),
    })}
    <h3>Reviews what a role could not settle</h3>
    <ul>
      ${Object.entries(reviewers).map(
        ([role, reviewer]) =>
          html`<li>${role === "*" ? "Any other role" : roleTitle(role)}: ${title(reviewer)}</li>`,
      )}
    </ul>`;
}
