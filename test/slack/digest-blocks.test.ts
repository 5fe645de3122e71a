/** What the digests show: counts that add up, who is asked, nothing live from outside, nothing over Slack's limits. */
import { describe, expect, it } from "vitest";
import { campaignMessage, campaignPicture, grownMessage } from "../../slack/blocks/campaign-digest.ts";
import type { DigestLook } from "../../slack/blocks/digest-parts.ts";
import { hourlyLine, type NoThread } from "../../slack/blocks/hourly-line.ts";
import { huntMessage, huntPicture } from "../../slack/blocks/hunt-digest.ts";
import { Markup } from "../../slack/text.ts";
import { labelSample } from "../../slack/blocks/label-sample.ts";
import { isQuiet, namedApprovals, shiftMessage, shiftPicture } from "../../slack/blocks/shift-digest.ts";
import { filterView, tuningMessage, tuningPicture } from "../../slack/blocks/tuning-digest.ts";
import { viewBreaches } from "../../slack/limits.ts";
import { campaign, cases, hunt, shift, tuning, tuningId, window } from "./digest-given.ts";
import { mia, said } from "./given.ts";
import { reads } from "./reads.ts";

const card = "https://home.slack.com/archives/C0CASES/p1";
const bare: DigestLook = { cases: new Map(), cards: new Map() };
const look: DigestLook = {
  cases: new Map([[cases[0], { about: "FIN-WS-042", verdict: "true_positive", link: card }]]),
  cards: new Map([["p1", card]]),
  picture: "F0PICTURE",
};
const noAnswers = new Map<string, never>();

const none: NoThread = {
  window,
  caseIds: [cases[0], cases[1], cases[2]],
  verdicts: [
    { verdict: "benign", cases: 2 },
    { verdict: "false_positive", cases: 1 },
  ],
  rule: { name: "Encoded PowerShell", cases: 2 },
  ...{ grouped: 4, suppressed: 0 },
};

describe("a shift's digest", () => {
  it("says what came in, what nobody looked at, and who is asked for what, with a way to the card", () => {
    const shown = reads(shiftMessage(shift(), look));
    expect(shown).toContain("12 alerts: 9 triaged, 1 failed, 2 grouped");
    expect(shown).toContain(
      "9 triaged: 2 true positive, 1 suspicious, 4 benign, 2 false positive; 3 escalated",
    );
    expect(shown).toContain("1 alert nobody has looked at");
    expect(shown).toContain("IR Lead On-Call is asked for");
    expect(shown).toMatch(/isolate host FIN-WS-042 · CASE-AAAAAAAAAA · asked .* · Open the card/);
    expect(JSON.stringify(shiftMessage(shift(), look))).toContain(card);
    expect(shown).not.toContain("do not add up");
  });

  it("says so where the counts do not add up", () => {
    const counts = { received: 5, triaged: 2, waiting: 1, benign: 1 };
    const shown = reads(shiftMessage(shift({ counts }), bare));
    expect(shown).toContain("(these do not add up: 3 of 5)");
    expect(shown).toContain("(these do not add up: 1 of 2)");
  });

  it("is quiet when nothing came in, nobody was asked and nothing waits", () => {
    expect(isQuiet(shift({ counts: { received: 0, triaged: 0 }, openApprovals: [] }).data)).toBe(true);
    expect(isQuiet(shift({ counts: { received: 0 } }).data)).toBe(false);
    expect(isQuiet(shift({ openApprovals: [] }).data)).toBe(false);
  });

  it("lists what is asked of a case together, names every role, and counts what it does not list", () => {
    const [one] = shift().data.openApprovals;
    if (one === undefined) throw new Error("expected an open approval");
    const asks = Array.from({ length: 20 }, (_, at) => `CASE-${String(at).padStart(10, "0")}`).flatMap((id) =>
      ["isolate host A", "block indicator evil.example"].map((what) => ({ ...one, caseId: id, what })),
    );
    const openApprovals = [...asks, { ...one, addressed: "Tier 2 On-Call", what: "review case" }];
    const shown = reads(shiftMessage(shift({ openApprovals }), bare));
    expect(shown).toContain("isolate host A, block indicator evil[.]example · CASE-0000000000 · asked");
    expect(shown).toContain("Handed over: 41 open approvals");
    expect(shown).toContain("IR Lead On-Call is asked for 40");
    expect(shown).toContain("and 22 more: /soc pending");
    expect(shown).toContain("Tier 2 On-Call is asked for 1");
    expect(namedApprovals(shift({ openApprovals }).data)).toHaveLength(19);
    const many = Array.from({ length: 9 }, (_, at) => ({ ...one, addressed: `Role ${at}` }));
    expect(reads(shiftMessage(shift({ openApprovals: many }), bare))).toContain(
      "and 3 of other roles: /soc pending",
    );
  });

  it("draws each alert once", () => {
    const picture = shiftPicture(shift());
    expect(picture?.kind === "bars" && picture.bars.rows[0]?.counts.reduce((a, b) => a + b)).toBe(12);
    expect(shiftPicture(shift({ counts: { received: 0 } }))).toBeUndefined();
  });

  it("shows a model's words, marked as such, and not code's, which say the same again", () => {
    const worded = (wordedBy: "model" | "code"): string =>
      reads(shiftMessage(shift({ words: "All quiet.", wordedBy }), bare));
    expect(worded("model")).toMatch(/All quiet\.\s+Worded by a model/);
    expect(worded("code")).not.toContain("All quiet.");
  });

  it("shows what the gate asked of people, by role", () => {
    const load = [
      {
        ...{ role: "ir-lead-oncall", title: "IR Lead On-Call", asks: 5, nightAsks: 2, authorised: 3 },
        ...{ rejected: 1, expired: 0, overdue: 1, minutesToDecision: { p50: 4.2, p90: 12, n: 4 } },
      },
      {
        ...{ role: "ti-oncall", title: "Threat Intel On-Call", asks: 0, nightAsks: 0, authorised: 0 },
        ...{ rejected: 0, expired: 0, overdue: 0 },
      },
    ];
    const shown = reads(shiftMessage(shift({ load }), bare));
    expect(shown).toContain(
      "IR Lead On-Call: asked 5 times, 2 at night, 3 authorised, 1 rejected, 1 overdue, half within 4 min",
    );
    expect(shown).not.toContain("Threat Intel On-Call");
  });
});

describe("a tuning digest", () => {
  const answer = (outcome: "accepted" | "declined") =>
    said("tuning.decided", {
      ...{ tuningId, outcome, rule: "Encoded PowerShell", reportId: "r", by: mia, reason: "as agreed" },
    });

  it("offers each proposal for an answer, and its filter to read", () => {
    const message = tuningMessage(tuning(), noAnswers, look);
    const text = JSON.stringify(message);
    for (const id of ["tuning.accept", "tuning.decline", "tuning.filter"]) expect(text).toContain(`"${id}"`);
    expect(reads(message)).toContain("7 of 9 alerts cleared · 5 false positives · 2 benign");
    expect(reads(message)).toContain("keeps 7 cleared alerts quiet and hides no other");
    expect(reads(message)).toContain("hatrack changes no rule");
  });

  it("shows what was answered instead of the buttons", () => {
    const answers = new Map([[tuningId, answer("accepted")]]);
    const message = tuningMessage(tuning(), answers, look);
    expect(reads(message)).toMatch(/Accepted by @?U0MIA .*: as agreed/);
    expect(JSON.stringify(message)).not.toContain("tuning.accept");
    expect(JSON.stringify(message)).toContain("tuning.filter");
  });

  it("says why there is no filter, and offers nothing where there is no id", () => {
    const [rule] = tuning().data.rules;
    if (rule === undefined) throw new Error("expected a rule");
    const { filter: _filter, ...without } = { ...rule, noFilter: "nothing is common to all" };
    const shown = reads(tuningMessage(tuning({ rules: [without] }), noAnswers, bare));
    expect(shown).toContain("No Sigma filter: nothing is common to all");
    const { tuningId: _, ...older } = rule;
    expect(JSON.stringify(tuningMessage(tuning({ rules: [older] }), noAnswers, bare))).not.toContain(
      "tuning.",
    );
  });

  it("shows the whole filter, in pieces that Slack takes", () => {
    const [rule] = tuning().data.rules;
    if (rule === undefined) throw new Error("expected a rule");
    const lines = Array.from({ length: 300 }, (_, at) => `  - line ${at} of a filter`);
    const filter = { yaml: lines.join("\n"), covers: 3 };
    const view = filterView({ ...rule, filter });
    expect(viewBreaches(view)).toEqual([]);
    for (const line of lines) expect(reads({ text: "x", blocks: [...view.blocks] })).toContain(line.trim());
  });

  it("draws the worst rules", () => {
    const [rule] = tuning().data.rules;
    if (rule === undefined) throw new Error("expected a rule");
    const picture = tuningPicture(tuning({ rules: [rule, { ...rule, rule: "Another" }] }));
    expect(picture).toMatchObject({ bars: { rows: [{ counts: [5, 2, 2], note: "7 of 9 cleared" }, {}] } });
    expect(tuningPicture(tuning())).toBeUndefined();
  });
});

describe("a campaign's digest", () => {
  it("reads well without its picture, and has words for it with one", () => {
    const message = campaignMessage(campaign(), undefined, { ...look, cases: look.cases });
    const shown = reads(message);
    expect(shown).toContain("Campaign: 3 cases share 2 indicators");
    expect(shown).toContain("CASE-AAAAAAAAAA · FIN-WS-042 · True positive");
    expect(shown).toContain("domain evil[.]example in 3 cases");
    const image = message.blocks.find((block) => block.type === "image");
    expect(image).toMatchObject({ slack_file: { id: "F0PICTURE" } });
    expect(image?.alt_text).toContain("3 cases");
    expect(campaignMessage(campaign(), undefined, bare).blocks.some(({ type }) => type === "image")).toBe(
      false,
    );
  });

  it("marks what is new, and says in its thread how it grew", () => {
    const grown = campaign({ caseIds: [...cases] });
    const before = cases.slice(0, 3);
    expect(reads(campaignMessage(grown, before, bare))).toContain("CASE-DDDDDDDDDD · new");
    expect(reads(campaignMessage(grown, before, bare))).not.toContain("CASE-CCCCCCCCCC · new");
    const reply = reads(grownMessage(grown, before, bare));
    expect(reply).toContain("Grown from 3 to 4 cases. New:");
    expect(reply).toContain("CASE-DDDDDDDDDD");
    expect(reply).not.toContain("CASE-AAAAAAAAAA");
  });

  it("draws which case holds what, and a person's word where nothing else joins them", () => {
    expect(campaignPicture(campaign(), undefined, look)).toMatchObject({
      campaign: {
        total: 3,
        cases: [{ caseId: cases[0], about: "FIN-WS-042", isNew: false }, {}, {}],
        joins: [
          { value: "evil.example", caseIds: cases.slice(0, 3) },
          { value: "203.0.113.7", caseIds: cases.slice(0, 2) },
        ],
      },
    });
    expect(campaignPicture(campaign({ indicators: [] }), [cases[0]], bare)).toMatchObject({
      campaign: { cases: [{ isNew: false }, { isNew: true }, {}], joins: [{ type: "person" }] },
    });
  });
});

describe("the other digests", () => {
  it("put an attack that nobody was told of first", () => {
    const shown = reads(huntMessage(hunt(), look));
    expect(shown.indexOf("Attacks nobody was asked about")).toBeGreaterThan(0);
    expect(shown.indexOf("Attacks nobody was asked about")).toBeLessThan(
      shown.indexOf("Hosts that come back"),
    );
    expect(shown).toContain("domain evil[.]example stands in 2 cases");
    expect(shown).toContain("3 cases when last reported");
    expect(huntPicture(hunt())).toMatchObject({ bars: { rows: [{ counts: [3, 1] }, { counts: [0, 2] }] } });
    expect(huntPicture(hunt({ findings: hunt().data.findings.slice(0, 2) }))).toBeUndefined();
  });

  it("say in one line what got no thread, and nothing of nothing", () => {
    const message = hourlyLine(none);
    expect(message?.blocks).toHaveLength(1);
    expect(reads(message?.blocks)).toMatch(
      /^3 alerts needed no thread · .* · 2 benign, 1 false positive · 2 by Encoded PowerShell · 4 grouped with earlier ones · all of it by \/soc case CASE-CCCCCCCCCC$/m,
    );
    const quiet = { ...none, caseIds: [], verdicts: [], grouped: 0 };
    expect(hourlyLine(quiet)).toBeUndefined();
    expect(hourlyLine({ ...quiet, suppressed: 2 })?.text).toBe("0 alerts needed no thread");
  });

  it("ask for a label of each sampled case", () => {
    const message = labelSample(
      [{ day: "2026-03-01", caseIds: [...cases], of: 40 }],
      look,
      new Markup("<!subteam^S0TIER2>"),
    );
    expect(JSON.stringify(message).match(/"sample\.label"/g)).toHaveLength(4);
    expect(reads(message)).toContain("CASE-AAAAAAAAAA · FIN-WS-042");
    expect(reads(message)).not.toContain("True positive");
    expect(reads(message)).toContain("4 cases of 2026-03-01, drawn at random");
    expect(JSON.stringify(message)).toContain("<!subteam^S0TIER2>");
  });
});
