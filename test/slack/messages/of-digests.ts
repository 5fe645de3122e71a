/** What the digest channel reads, and the forms under it. */
import { campaignMessage, grownMessage } from "../../../slack/blocks/campaign-digest.ts";
import type { DigestLook } from "../../../slack/blocks/digest-parts.ts";
import { hourlyLine } from "../../../slack/blocks/hourly-line.ts";
import { huntMessage } from "../../../slack/blocks/hunt-digest.ts";
import { labelSample } from "../../../slack/blocks/label-sample.ts";
import { shiftMessage } from "../../../slack/blocks/shift-digest.ts";
import { declineTuningForm, filterView, tuningMessage } from "../../../slack/blocks/tuning-digest.ts";
import { groupMention } from "../../../slack/text.ts";
import type { EventData } from "../../../src/events/catalogue.ts";
import { campaign, cases, hunt, shift, tuning, tuningId, window } from "../digest-given.ts";
import { mia, openedAt, said } from "../given.ts";
import { cut } from "./fill.ts";
import { numbered, type Made } from "./made.ts";

export const card = "https://home.slack.com/archives/C0CASES/p1";
const noAnswers = new Map<string, never>();

interface Amount {
  readonly words: string | undefined;
  /** Case ids; as many as a report may name when it is full. */
  readonly ids: readonly string[];
  readonly look: DigestLook;
}

const times = <T>(n: number, one: (at: number) => T): T[] => Array.from({ length: n }, (_, at) => one(at));

function amount(words: string | undefined): Amount {
  const full = words !== undefined;
  const ids = full ? times(500, (at) => `CASE-${String(at).padStart(10, "0")}`) : [...cases];
  const about = full ? cut(words, 255) : "FIN-WS-042";
  const looks = ids.map((id) => [id, { about, verdict: "suspicious" as const, link: card }] as const);
  const picture = full ? { picture: "F0PICTURE" } : {};
  return { words, ids, look: { cases: new Map(looks), cards: new Map([["p1", card]]), ...picture } };
}

function shifts({ words, ids, look }: Amount): Made {
  if (words === undefined) {
    const quiet = shift({ counts: { received: 0 }, openApprovals: [] });
    return numbered("shiftMessage", [shift(), quiet], (event) => shiftMessage(event, look));
  }
  const approval = { what: cut(words, 600), askedAt: window.start, proposalId: "p1" };
  const load = { role: "ir-lead-oncall", title: cut(words, 100), asks: 9, nightAsks: 3, authorised: 2 };
  const full = shift({
    openApprovals: ids.map((id, at) => ({
      ...approval,
      caseId: id,
      addressed: `${at % 9}${cut(words, 99)}`,
    })),
    load: times(50, () => ({
      ...load,
      rejected: 1,
      expired: 1,
      overdue: 1,
      minutesToDecision: { p50: 4, p90: 9, n: 3 },
    })),
    ...{ words: cut(words, 4000), wordedBy: "model" },
  });
  return { shiftMessage: shiftMessage(full, look) };
}

function tunings({ words, ids, look }: Amount): Made {
  const [plain] = tuning().data.rules;
  if (plain === undefined) throw new Error("a tuning report without a rule");
  const rule: typeof plain =
    words === undefined
      ? plain
      : {
          ...{
            rule: cut(words, 512),
            alerts: 900,
            falsePositives: 400,
            benign: 300,
            caseIds: [...ids],
            tuningId,
          },
          ...{ proposal: cut(words, 4000), filter: { yaml: cut(words, 8000), covers: 3 } },
        };
  const { filter: _, ...bare } = rule;
  const unfiltered = { ...bare, noFilter: words === undefined ? "it would hide an attack" : cut(words, 400) };
  const rules =
    words === undefined ? [rule, unfiltered] : times(100, (at) => (at % 2 === 0 ? rule : unfiltered));
  const report = { ...tuning({ rules, omitted: 7 }), id: "e-tuning" };
  const reason = words === undefined ? "it is ours" : cut(words, 2000);
  const answer = (outcome: "accepted" | "declined") =>
    said(
      "tuning.decided",
      { tuningId, outcome, rule: rule.rule, reportId: "r", by: mia, reason },
      { at: openedAt },
    );
  const origin = { eventId: "e", tuningId, channel: "C0DIGEST", ts: "1.1" };
  return {
    tuningMessage: tuningMessage(report, noAnswers, look),
    "tuningMessage accepted": tuningMessage(report, new Map([[tuningId, answer("accepted")]]), look),
    "tuningMessage declined": tuningMessage(report, new Map([[tuningId, answer("declined")]]), look),
    filterView: filterView(rule),
    declineTuningForm: declineTuningForm(origin, rule),
  };
}

function hunts({ words, ids, look }: Amount): Made {
  if (words === undefined) return { huntMessage: huntMessage(hunt({ omitted: 4 }), look) };
  const kinds = ["missed_escalation", "recurring_host", "shared_indicator"] as const;
  const found = { what: cut(words, 600), caseIds: [...ids], cases: 900, before: 3 };
  const findings = times(200, (at) => ({ kind: kinds[at % 3] ?? "recurring_host", ...found }));
  const worded = { words: cut(words, 4000), wordedBy: "model" } as const;
  return { huntMessage: huntMessage(hunt({ findings, ...worded }), look) };
}

function campaigns({ words, ids, look }: Amount): Made {
  const over: Partial<EventData<"campaign.detected">> =
    words === undefined
      ? { caseIds: [...ids] }
      : {
          ...{ clusterId: cut(words, 64), caseIds: [...ids], actors: times(20, () => cut(words, 200)) },
          indicators: times(100, () => ({ type: "url" as const, value: cut(words, 2048), cases: 9 })),
          ...{ words: cut(words, 4000), wordedBy: "model" },
        };
  const event = campaign(over);
  const before = ids.slice(0, 2);
  return {
    campaignMessage: campaignMessage(event, undefined, look),
    "campaignMessage grown": campaignMessage(event, before, look),
    "campaignMessage by a person": campaignMessage(campaign({ indicators: [], actors: [] }), undefined, look),
    grownMessage: grownMessage(event, before, look),
  };
}

function lines({ words, ids, look }: Amount): Made {
  const name = words === undefined ? "Encoded PowerShell" : cut(words, 512);
  const none = {
    ...{ window, caseIds: [...ids], verdicts: [{ verdict: "benign" as const, cases: 500 }] },
    ...{ grouped: 4, suppressed: 2, rule: { name, cases: 3 } },
  };
  const days = [1, 2, 3].map((day) => ({
    day: `2026-03-0${day}`,
    caseIds: ids.length > 20 ? ids.slice(day * 5, day * 5 + 5) : ids.slice(day, day + 1),
    of: 40,
  }));
  return {
    ...numbered("hourlyLine", [none], hourlyLine),
    labelSample: labelSample(days, look, groupMention("S0TIER2")),
    "labelSample of a day": labelSample(days.slice(0, 1), look),
  };
}

export function ofDigests(words: string | undefined): Made {
  const given = amount(words);
  return { ...shifts(given), ...tunings(given), ...hunts(given), ...campaigns(given), ...lines(given) };
}
