import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { caseAnswer } from "../../slack/blocks/answers.ts";
import { findingMessage } from "../../slack/blocks/finding.ts";
import { gateCard } from "../../slack/blocks/gate-card.ts";
import { assignForm, closeForm, labelForm, muteForm } from "../../slack/blocks/case-forms.ts";
import { editForm } from "../../slack/blocks/edit-form.ts";
import {
  authoriseForm,
  couldNotDoForm,
  evidenceView,
  handToForm,
  needInfoForm,
  answerForm,
  rejectForm,
  requestEvidenceView,
  revokeForm,
  rolledBackForm,
  snoozeForm,
} from "../../slack/blocks/modals.ts";
import { planForm } from "../../slack/blocks/plan-form.ts";
import { directMessage, infoAnswered, infoRequested, refusal, reminder } from "../../slack/blocks/notices.ts";
import { rootMessage } from "../../slack/blocks/root.ts";
import { breaches, viewBreaches, type Message } from "../../slack/limits.ts";
import { fold, last, look, opened, requested } from "./folded.ts";
import { alert, asked, caseId, mia, said, triage } from "./given.ts";
import { reads } from "./reads.ts";

/** Texts an attacker would write, and any other. */
const nasty = fc.oneof(
  fc.constantFrom(
    "<!channel> <!here> <@U0MIA> <!subteam^S0IRLEAD> <#C0CASES>",
    "` *Approved by IR Lead* <https://evil.example|Authorise>",
    "```\n*bold*\n```\n> quote\n:fire: :white_check_mark:",
    "a\u202Ecod.exe\u2066 \u200B\u200D",
    "<!date^1392734382^{date}|x>",
    "\n".repeat(400),
  ),
  fc.string({ unit: "binary", minLength: 1, maxLength: 4000 }),
);
const text = (max: number) => nasty.map((value) => value.slice(0, max) || "x");

describe("whatever the alert and the model say", () => {
  const everyCard = (words: string): { messages: Message[]; views: unknown[] } => {
    const short = words.slice(0, 500) || "x";
    const evidence = Array.from({ length: 20 }, () => ({ claim: short, cites: "step 3", quote: short }));
    const list = Array.from({ length: 12 }, () => short);
    const title = words.slice(0, 512) || "x";
    const received = said(
      "alert.received",
      alert({ title, host: { name: title.slice(0, 255) }, user: { name: title.slice(0, 255) } }),
    );
    const summary = words.slice(0, 4000) || "x";
    const triaged = said(
      "alert.triaged",
      triage({ summary, mitigatingFactors: list, questions: list, evidence, evidenceDropped: 3 }),
    );
    const ask = {
      target: { type: "host" as const, value: title.slice(0, 512) },
      parameters: { [short.slice(0, 64)]: title.slice(0, 512) },
      rationale: summary,
      against: words.slice(0, 1000),
      evidence,
    };
    const request = requested("p1", { ask });
    const { digest } = asked("p1", { ask });
    const decided = { proposalId: "p1", by: [mia], why: summary.slice(0, 2000), digest };
    const info = { proposalId: "p1", answer: summary, evidence };
    const reported = said("intel.reported", {
      ...{ summary, actor: { name: short.slice(0, 200), confidence: 1 }, campaigns: [short.slice(0, 200)] },
      ...{ techniques: [], severityAdvice: "keep", evidence, evidenceDropped: 0 },
      indicators: Array.from({ length: 50 }, () => ({
        type: "url" as const,
        value: title,
        reputation: short.slice(0, 200),
      })),
    });
    const thread = fold(received, triaged, request);
    const on = {
      request: last(thread),
      thread,
      origin: { caseId, proposalId: "p1", channel: "C1", ts: "1.1", ref: "r1" },
      refOf: () => "r1",
    };
    const closed = (["authorised", "rejected"] as const).map((outcome) => {
      const after = fold(received, triaged, request, said("action.decided", { ...decided, outcome }));
      return gateCard(last(after), { thread: after, look });
    });
    return {
      messages: [
        rootMessage(thread, look),
        ...[triaged, reported].map((finding) => findingMessage(finding, thread)),
        gateCard(last(thread), { thread, look }),
        ...closed,
        directMessage(thread, last(thread), "https://x.slack.com/archives/C1/p1"),
        reminder(thread, last(thread), look),
        caseAnswer(thread, look),
        infoRequested(caseId, { proposalId: "p1", by: mia, question: summary.slice(0, 2000) }, "r1"),
        infoAnswered(caseId, info, new Map()),
        refusal(
          {
            decisionId: "d",
            decision: "authorise",
            principal: mia,
            rule: "x",
            message: title,
            whoCan: short.slice(0, 200),
          },
          { titles: ["IR Lead On-Call"], people: [mia] },
        ),
      ],
      views: [
        ...[authoriseForm, rejectForm, editForm, handToForm, snoozeForm, needInfoForm, answerForm].map(
          (form) => form(on),
        ),
        ...[couldNotDoForm, revokeForm, rolledBackForm].map((form) => form(on)),
        evidenceView(triaged, new Map()),
        requestEvidenceView(on.request, thread),
        planForm([on.request], thread, { caseId, channel: "C1", cards: [["p1", "1.1", "r1"]] }),
        ...[labelForm, closeForm, assignForm].map((form) => form({ caseId }, thread.file)),
        muteForm({ caseId }, { rule: title, host: title.slice(0, 255) }),
      ],
    };
  };

  it("no message breaks a limit of Slack's", () => {
    fc.assert(
      fc.property(text(4000), (words) => {
        for (const message of everyCard(words).messages) expect(breaches(message)).toEqual([]);
      }),
      { numRuns: 60 },
    );
  });

  it("nothing of it reaches mrkdwn, a link, a mention or the text of a notification", () => {
    const marker = "zqzq<!channel>*zq*";
    const { messages, views } = everyCard(marker);
    for (const holder of [...messages, ...views]) {
      const parts = partsOf(holder);
      expect(parts.live.join("\n")).not.toContain("zqzq");
      expect(parts.emoji).toEqual([]);
    }
    for (const { text: said_ } of messages) expect(said_).not.toContain("zqzq");
  });

  it("a form that is shown is whole", () => {
    const view = authoriseForm({
      ...{ request: last(fold(opened, requested())), thread: fold(opened, requested()) },
      origin: { caseId, proposalId: "p1", channel: "C1", ts: "1.1", ref: "r1" },
      refOf: () => "r1",
    });
    expect(viewBreaches(view)).toEqual([]);
    expect(reads(view.blocks)).toContain("Isolate host FIN-WS-042");
    expect(reads(view.blocks)).toContain(`must carry the code ${asked("p1").code}`);
  });
});

interface Parts {
  /** What Slack would parse or follow. */
  readonly live: string[];
  /** Elements that draw by name. */
  readonly emoji: unknown[];
}

function partsOf(value: unknown): Parts {
  if (Array.isArray(value)) return together(value.map(partsOf));
  if (value === null || typeof value !== "object") return { live: [], emoji: [] };
  const entries = new Map<string, unknown>(Object.entries(value));
  const parsed = ["mrkdwn", "link", "markdown"].some((type) => entries.get("type") === type);
  const urls = [entries.get("url"), entries.get("image_url")].filter((url) => typeof url === "string");
  const drawn = entries.get("type") === "emoji" || entries.get("emoji") === true;
  const own: Parts = {
    live: [...(parsed ? [JSON.stringify(value)] : []), ...urls],
    emoji: drawn ? [value] : [],
  };
  return together([own, partsOf([...entries.values()])]);
}

function together(parts: readonly Parts[]): Parts {
  return { live: parts.flatMap(({ live }) => live), emoji: parts.flatMap(({ emoji }) => emoji) };
}
