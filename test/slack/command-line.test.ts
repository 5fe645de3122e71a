import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseSocLine } from "../../slack/command-line.ts";

describe("what is typed after /soc", () => {
  it.each([
    ["", { command: "help" }],
    ["HELP", { command: "help" }],
    ["pending", { command: "pending" }],
    ["case CASE-7K3F9QWM2T", { command: "case", caseId: "CASE-7K3F9QWM2T" }],
    ["case `case-7k3f9qwm2t`", { command: "case", caseId: "CASE-7K3F9QWM2T" }],
    ["CASE-7K3F9QWM2T", { command: "case", caseId: "CASE-7K3F9QWM2T" }],
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
    ["who", "/soc who ir-lead-oncall"],
  ])("%j gets a hint", (line, hint) => {
    expect(parseSocLine(line)).toMatchObject({ command: "unclear", hint });
  });

  it("always gets an answer", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary", maxLength: 300 }), (line) => {
        expect(["help", "pending", "case", "who", "unclear"]).toContain(parseSocLine(line).command);
      }),
    );
  });
});
