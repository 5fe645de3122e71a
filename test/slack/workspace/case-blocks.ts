/** A case as it should read at a glance: its root, a finding and the gate card. */
import type { KnownBlock, RichTextElement } from "@slack/types";

const text = (words: string) => ({ type: "plain_text" as const, text: words, emoji: false });
const run = (words: string, style?: { bold?: boolean; code?: boolean }): RichTextElement =>
  style === undefined ? { type: "text", text: words } : { type: "text", text: words, style };
const when = (timestamp: number): RichTextElement => ({
  type: "date",
  timestamp,
  format: "{time} ({ago})",
  fallback: "soon",
});
const rich = (...elements: RichTextElement[]): KnownBlock => ({
  type: "rich_text",
  elements: [{ type: "rich_text_section", elements }],
});
const now = () => Math.trunc(Date.now() / 1000);

export const caseRoot = (): KnownBlock[] => [
  {
    type: "section",
    text: { type: "mrkdwn", text: "● *SEV-2 · CASE-7K3F* · Encoded PowerShell on FIN-WS-042" },
    accessory: {
      type: "button",
      action_id: "case.falcon",
      url: "https://falcon.crowdstrike.com/alerts/1",
      text: text("Open in Falcon"),
    },
  },
  rich(
    run("True positive, succeeded", { bold: true }),
    run(" · confidence 0.86\nfinance · j.doe · opened "),
    when(now() - 720),
  ),
  {
    type: "context",
    elements: [
      {
        type: "mrkdwn",
        text: "✓ Sentinel  ✓ Tier 2  ✓ IR Lead  … Threat Intel · *1 approval waiting* for <!subteam^S0IRLEAD>",
      },
    ],
  },
];

/** Each given text as a code span of one list. */
export const evidence = (quotes: readonly string[]): KnownBlock[] => [
  rich(
    run("Beacon to "),
    run("203.0.113[.]7"),
    run(" every 60 s after a macro; same C2 as CASE-6R1D (confirmed by a person)."),
  ),
  {
    type: "rich_text",
    elements: [
      {
        type: "rich_text_list",
        style: "bullet",
        elements: quotes.map((quote) => ({
          type: "rich_text_section",
          elements: [run(quote, { code: true })],
        })),
      },
    ],
  },
];

/** With an outcome the card has no buttons any more. */
export const gateCard = (outcome?: string): KnownBlock[] => [
  {
    type: "section",
    text: { type: "mrkdwn", text: "*Action required from: IR Lead On-Call* <!subteam^S0IRLEAD>" },
  },
  { type: "header", text: text("Isolate host FIN-WS-042") },
  rich(
    run("Why ", { bold: true }),
    run("confirmed beacon; credential access. "),
    run("Against ", { bold: true }),
    run("no second host.\none workstation, reversible · answer by "),
    when(now() + 1700),
    run(" · if nobody answers: SOC Manager On-Call · code 4F-K2"),
  ),
  outcome === undefined
    ? {
        type: "actions",
        block_id: "gate",
        elements: [
          {
            type: "button",
            action_id: "gate.authorise",
            style: "primary",
            value: "g1",
            text: text("Authorise…"),
          },
          { type: "button", action_id: "gate.reject", style: "danger", value: "g1", text: text("Reject…") },
          { type: "button", action_id: "gate.info", value: "g1", text: text("Need info") },
          { type: "button", action_id: "gate.mine", value: "g1", text: text("I'm on it") },
          {
            type: "overflow",
            action_id: "gate.more",
            options: ["Edit", "Hand to", "Snooze", "Evidence"].map((word) => ({
              text: text(word),
              value: word,
            })),
          },
        ],
      }
    : { type: "section", text: { type: "mrkdwn", text: outcome } },
  {
    type: "context",
    elements: [{ type: "mrkdwn", text: "hatrack proposes and never executes: a person carries this out." }],
  },
];
