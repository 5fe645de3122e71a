/** Whatever stands in a report: it is inside Slack's limits, and nothing of it is live. */
import type { ModalView } from "@slack/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { campaignMessage, grownMessage } from "../../slack/blocks/campaign-digest.ts";
import type { DigestLook } from "../../slack/blocks/digest-parts.ts";
import { hourlyLine } from "../../slack/blocks/hourly-line.ts";
import { huntMessage } from "../../slack/blocks/hunt-digest.ts";
import { labelSample } from "../../slack/blocks/label-sample.ts";
import { shiftMessage } from "../../slack/blocks/shift-digest.ts";
import { declineTuningForm, filterView, tuningMessage } from "../../slack/blocks/tuning-digest.ts";
import { breaches, viewBreaches, type Message } from "../../slack/limits.ts";
import type { EventData } from "../../src/events/catalogue.ts";
import { campaign, cases, hunt, shift, tuning, tuningId, window } from "./digest-given.ts";
import { mia, said } from "./given.ts";

const card = "https://home.slack.com/archives/C0CASES/p1";
const noAnswers = new Map<string, never>();

describe("whatever a report holds", () => {
  const nasty = fc.oneof(
    fc.constantFrom(
      "<!channel> <!here> <@U0MIA> <!subteam^S0IRLEAD> <#C0CASES>",
      "` *Approved by IR Lead* <https://evil.example|Authorise> http://evil.example/a",
      "```\n*bold*\n```\n> quote\n:fire:",
      "a\u202Ecod.exe\u2066 \u200B\u200D",
      "\n".repeat(400),
    ),
    fc.string({ unit: "binary", minLength: 1, maxLength: 4000 }),
  );
  const most = (words: string): { messages: Message[]; views: ModalView[] } => {
    const cut = (max: number): string => words.slice(0, max).toWellFormed() || "x";
    const many = Array.from({ length: 500 }, (_, at) => `CASE-${String(at).padStart(10, "0")}`);
    const worded = { words: cut(4000), wordedBy: "model" } as const;
    const rule: EventData<"tuning.reported">["rules"][number] = {
      ...{ rule: cut(512), alerts: 900, falsePositives: 400, benign: 300, proposal: cut(4000), tuningId },
      ...{ filter: { yaml: cut(8000), covers: 3 }, caseIds: many },
    };
    const what = { what: cut(600), caseIds: many, cases: 900, before: 3 };
    const kinds = ["missed_escalation", "recurring_host", "shared_indicator"] as const;
    const approval = { caseId: cases[0], addressed: cut(100), what: cut(600), askedAt: window.start };
    const roleLoad = { role: "ir-lead-oncall", title: cut(100), asks: 9, nightAsks: 3, authorised: 2 };
    const full: DigestLook = {
      cases: new Map(many.map((id) => [id, { about: cut(255), verdict: "suspicious" as const, link: card }])),
      cards: new Map([["p1", card]]),
      picture: "F0PICTURE",
    };
    const wide = campaign({
      ...{ clusterId: cut(64), caseIds: many, actors: Array.from({ length: 20 }, () => cut(200)) },
      indicators: Array.from({ length: 100 }, () => ({ type: "url" as const, value: cut(2048), cases: 9 })),
      ...worded,
    });
    const answered = said("tuning.decided", {
      ...{ tuningId, outcome: "declined", rule: cut(512), reportId: "r", by: mia, reason: cut(2000) },
    });
    const report = tuning({ rules: Array.from({ length: 100 }, () => rule), omitted: 7, ...worded });
    const line = hourlyLine({
      ...{ window, caseIds: many, verdicts: [{ verdict: "benign", cases: 500 }], grouped: 4, suppressed: 2 },
      rule: { name: cut(512), cases: 3 },
    });
    return {
      messages: [
        shiftMessage(
          shift({
            openApprovals: Array.from({ length: 500 }, (_, at) => ({
              ...{ ...approval, proposalId: "p1", caseId: many[at] ?? cases[0] },
              addressed: `${at % 9}${cut(99)}`,
            })),
            load: Array.from({ length: 50 }, () => ({ ...roleLoad, rejected: 1, expired: 1, overdue: 1 })),
            ...worded,
          }),
          full,
        ),
        tuningMessage(report, noAnswers, full),
        tuningMessage(report, new Map([[tuningId, answered]]), full),
        huntMessage(
          hunt({
            findings: Array.from({ length: 200 }, (_, at) => ({
              kind: kinds[at % 3] ?? "recurring_host",
              ...what,
            })),
            ...worded,
          }),
          full,
        ),
        campaignMessage(wide, many.slice(0, 3), full),
        grownMessage(wide, many.slice(0, 3), full),
        ...(line === undefined ? [] : [line]),
        labelSample(
          [1, 2, 3].map((day) => ({
            day: `2026-03-0${day}`,
            caseIds: many.slice(day * 5, day * 5 + 5),
            of: 40,
          })),
          full,
        ),
      ],
      views: [
        filterView(rule),
        declineTuningForm({ eventId: "e", tuningId, channel: "C0DIGEST", ts: "1.1" }, rule),
      ],
    };
  };

  it("keeps every digest inside Slack's limits and every word of others out of mrkdwn and links", () => {
    fc.assert(
      fc.property(nasty, (words) => {
        const { messages, views } = most(words);
        for (const message of messages) expect(breaches(message)).toEqual([]);
        for (const view of views) expect(viewBreaches(view)).toEqual([]);
        const shown = JSON.stringify([messages.map(({ blocks }) => blocks), views]);
        expect(shown).not.toContain('"mrkdwn"');
        for (const [, url] of shown.matchAll(/"url":"([^"]*)"/g)) expect(url).toBe(card);
        expect(shown).not.toMatch(/http:\/\/evil|evil\.example|[\u202A-\u202E\u2066-\u2069\u200B-\u200D]/u);
        for (const { text } of messages) expect(text).toMatch(/^[\w ,:.+;()-]+$/);
      }),
      { numRuns: 25 },
    );
  });
});
