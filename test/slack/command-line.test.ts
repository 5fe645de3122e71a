import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { lineOf, parseSocLine, usages } from "../../slack/command-line.ts";
import { typedText } from "../../slack/typed.ts";

describe("what is typed after /soc", () => {
  it.each([
    ["", { command: "help" }],
    ["HELP", { command: "help" }],
    ["pending", { command: "pending" }],
    ["case CASE-7K3F9QWM2T", { command: "case", caseId: "CASE-7K3F9QWM2T" }],
    ["case 7k3f9qwm2t", { command: "case", caseId: "CASE-7K3F9QWM2T" }],
    ["case case-qwertyhnmk", { command: "case", caseId: "CASE-QWERTYHNMK" }],
    ["recall powershell", { command: "recall", of: "powershell" }],
    ["case `case-7k3f9qwm2t`", { command: "case", caseId: "CASE-7K3F9QWM2T" }],
    ["CASE-7K3F9QWM2T", { command: "case", caseId: "CASE-7K3F9QWM2T" }],
    ["recall 203.0.113[.]7", { command: "recall", of: "203.0.113[.]7" }],
    ["recall case-7k3f9qwm2t", { command: "recall", of: "CASE-7K3F9QWM2T" }],
    ["explain CASE-7K3F9QWM2T", { command: "explain", caseId: "CASE-7K3F9QWM2T" }],
    [
      "explain case-7k3f9qwm2t why was it isolated?",
      { command: "explain", caseId: "CASE-7K3F9QWM2T", question: "why was it isolated?" },
    ],
    ["clusters", { command: "clusters", days: 14 }],
    ["clusters 30 days", { command: "clusters", days: 30 }],
    ["assign CASE-7K3F9QWM2T @U0SAM", { command: "assign", caseId: "CASE-7K3F9QWM2T", to: "U0SAM" }],
    ["mute Noisy rule", { command: "mute", rule: "Noisy rule" }],
    ["mute", { command: "mute" }],
    ["unmute", { command: "unmute" }],
    ["unmute Noisy rule", { command: "unmute", rule: "Noisy rule" }],
    ["pause tier2", { command: "pause", role: "tier2" }],
    ["who @ir-lead-oncall", { command: "who", role: "ir-lead-oncall" }],
  ])("%j is understood", (line, command) => {
    expect(parseSocLine(line)).toEqual(command);
  });

  it.each([
    ["pendign", "/soc pending"],
    ["cse CASE-7K3F9QWM2T", "/soc case CASE-7K3F9QWM2T"],
    ["hlep", "/soc help"],
    ["whos ir-lead", "/soc who ir-lead"],
    ["explode everything", "/soc help"],
    ["case", "/soc case CASE-7K3F9QWM2T"],
    ["case CASE-1", "/soc case CASE-7K3F9QWM2T"],
    ["explain everything", "/soc explain CASE-7K3F9QWM2T"],
    ["everywhere", "/soc help"],
    ["explain why", "/soc explain CASE-7K3F9QWM2T"],
    ["who", "/soc who ir-lead-oncall"],
    ["recal 203.0.113.7", "/soc recall 203.0.113.7"],
    ["suppress Encoded PowerShell", "/soc mute Encoded PowerShell"],
    ["campaigns", "/soc clusters"],
    ["clusters soon", "/soc clusters 14"],
    ["clusters 0", "/soc clusters 14"],
    ["assign", "/soc assign CASE-7K3F9QWM2T"],
    ["assign CASE-7K3F9QWM2T sam", "/soc assign CASE-7K3F9QWM2T"],
    ["pause ../../etc", "/soc pause tier2"],
    [`recall ${"x".repeat(10_000)}`, "/soc help"],
  ])("%j gets a hint", (line, hint) => {
    expect(parseSocLine(line)).toMatchObject({ command: "unclear", hint });
  });

  it("takes a word of ten letters in a case thread for the question", () => {
    const caseId = "CASE-7K3F9QWM2T";
    expect(parseSocLine("explain everything you know", { caseId })).toEqual({
      ...{ command: "explain", caseId, question: "everything you know" },
    });
  });

  it("always gets an answer, and what is understood is understood again from its own line", () => {
    const word = fc.constantFrom(
      ...Object.keys(usages),
      "CASE-7K3F9QWM2T",
      "@U0SAM",
      "14",
      "tier2",
      "1.2.3.4",
    );
    const line = fc.oneof(
      fc.string({ unit: "binary", maxLength: 300 }),
      fc
        .array(fc.oneof(word, fc.string({ maxLength: 12 })), { maxLength: 5 })
        .map((words) => words.join(" ")),
    );
    fc.assert(
      fc.property(line, fc.constantFrom({}, { caseId: "CASE-0000000001" }), (typed, where) => {
        const parsed = parseSocLine(typed, where);
        if (parsed.command === "unclear") expect(parsed.hint).toMatch(/^\/soc \S/);
        else expect(parseSocLine(lineOf(parsed))).toEqual(parsed);
      }),
      { numRuns: 500 },
    );
  });

  it("needs no case in the thread of one", () => {
    const typed = { caseId: "CASE-7K3F9QWM2T" };
    for (const command of ["case", "label", "close", "assign"]) {
      expect(parseSocLine(command, typed)).toEqual({ command, ...typed });
    }
    expect(parseSocLine("explain who approved it?", typed)).toEqual({
      ...{ command: "explain", ...typed, question: "who approved it?" },
    });
    expect(parseSocLine("recall", typed)).toEqual({ command: "recall", of: typed.caseId });
    expect(parseSocLine("case CASE-0000000001", typed)).toEqual({
      command: "case",
      caseId: "CASE-0000000001",
    });
  });
});

describe("what Slack sends for what was typed", () => {
  it.each([
    ["assign CASE-7K3F9QWM2T &lt;x&gt; &amp;amp;", "assign CASE-7K3F9QWM2T <x> &amp;"],
    ["assign <@U0SAM|sam>", "assign @U0SAM"],
    ["recall <http://evil.example|evil.example>", "recall evil.example"],
    ["recall <http://evil.example/a?b=1>", "recall http://evil.example/a?b=1"],
    ["share in <#C0OPS|soc-ops>", "share in #C0OPS"],
    ["ask <!subteam^S0TIER2|@tier2>", "ask @S0TIER2"],
  ])("%j is %j", (sent, typed) => {
    expect(typedText(sent)).toBe(typed);
  });
});
