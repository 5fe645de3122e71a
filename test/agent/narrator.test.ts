import { FakeListChatModel } from "@langchain/core/utils/testing";
import { describe, expect, it } from "vitest";
import { narratorOf } from "../../src/agent/narrator.ts";
import { makeRedactor } from "../../src/agent/redact.ts";
import { CannedModel } from "../../src/models/canned-model.ts";

const narration = {
  caseId: "CASE-0123456789",
  question: "Who?",
  facts: [{ text: "U1 did it.", cites: ["e1"] }],
};

function narrator(answer: string) {
  return narratorOf({ chat: new FakeListChatModel({ responses: [answer] }) }, () => "0f1e2d3c4b5a6978");
}

describe("a narrator on a chat model", () => {
  it("hands back the JSON of the reply, whatever stands around it", async () => {
    const sentences = [{ text: "U1 did it.", cites: ["e1"] }];
    const reply = `Here you are:\n\`\`\`json\n${JSON.stringify({ sentences })}\n\`\`\``;
    expect(await narrator(reply)(narration)).toEqual({ sentences });
  });

  it("reads a question without the secrets in it, those of soc.yaml too", async () => {
    const chat = new CannedModel({ role: "narrator", script: [{ text: '{"sentences": []}' }] });
    const redactor = makeRedactor({ shapes: [{ kind: "badge", pattern: /BADGE-\d{4}/dg }] });
    const question = "Who used password=Hunter2Hunter2 with BADGE-4711?";
    await narratorOf({ chat }, () => "0f1e2d3c4b5a6978", redactor)({ ...narration, question });
    const read = chat.turns[0]?.messages.at(-1)?.text;
    expect(read).toContain("Who used password=[redacted:password] with [redacted:badge]?");
  });

  it.each(["I do not know.", "} {", ""])("refuses a reply without any: %s", async (reply) => {
    await expect(narrator(reply)(narration)).rejects.toThrow();
  });
});
