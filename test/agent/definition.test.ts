import { describe, expect, it } from "vitest";
import { defineCalendarRole } from "../../src/agent/define-calendar-role.ts";
import { defineRole } from "../../src/agent/define-role.ts";
import { Answer } from "./scene.ts";

const good = {
  name: "sleuth",
  title: "Sleuth",
  on: { "alert.received": true as const },
  tools: ["host_details"],
  budget: { toolCalls: 3, seconds: 10 },
  answer: Answer,
  prompt: "You look closely.",
  emit: () => [],
  says: ["intel.reported" as const],
};

/** As a file that no compiler saw would bring it. */
function defineUnseen(change: object): unknown {
  return Reflect.apply(defineRole, undefined, [{ ...good, ...change }]);
}

describe("a role's definition", () => {
  it("becomes a role", () => {
    expect(defineRole(good)).toMatchObject({
      name: "sleuth",
      on: ["alert.received"],
      says: ["intel.reported"],
    });
  });

  it.each([
    ["a bad name", { name: "Sleuth!" }, /role Sleuth!: name: expected a role name such as "tier2"/],
    ["no name", { name: undefined }, /role undefined: name: /],
    [
      "an unknown event type",
      { on: { "alert.recieved": true } },
      /on: alert\.recieved is no event type; expected one of alert\.received/,
    ],
    ["nothing to wake on", { on: {} }, /on: expected at least one event type/],
    ["a filter that is no function", { on: { "alert.received": "high" } }, /on\.alert\.received: /],
    [
      "a word only the gate says",
      { says: ["action.decided"] },
      /says\.0: action\.decided may be said by gate alone/,
    ],
    [
      "a word only a front end says",
      { says: ["decision.submitted"] },
      /decision\.submitted may be said by frontend alone/,
    ],
    [
      "a word only the schedule says",
      { says: ["schedule.fired"] },
      /schedule\.fired may be said by schedule alone/,
    ],
    ["a word only the runner says", { says: ["role.worked"] }, /role\.worked may be said by runner alone/],
    ["a key that does not exist", { model: "gpt" }, /Unrecognized key: "model"/],
    ["a budget without a deadline", { budget: { toolCalls: 3 } }, /budget\.seconds: /],
    ["a negative budget", { budget: { toolCalls: -1, seconds: 1 } }, /budget\.toolCalls: /],
    ["an answer that is no schema", { answer: { summary: "string" } }, /answer: expected a zod schema/],
    ["a tool that is no name", { tools: ["host details"] }, /tools\.0: expected a tool name/],
    ["no prompt", { prompt: "" }, /prompt: /],
    ["rules that are no rule book", { rules: { lookups: [] } }, /rules\.lookups: expected a function/],
  ])("is refused with %s", (_, change, message) => {
    expect(() => defineUnseen(change)).toThrow(expect.objectContaining({ code: "role_invalid" }));
    expect(() => defineUnseen(change)).toThrow(message);
  });

  it("gives the model a schema of the answer that servers can compile", () => {
    expect(defineRole(good).hat.answerSchema).toMatchObject({
      type: "object",
      additionalProperties: false,
      required: ["summary", "confidence", "decision", "evidence"],
    });
    expect(defineRole(good).hat.answerSchema).not.toHaveProperty("$schema");
  });

  it("is refused for a calendar role too", () => {
    const calendar = {
      name: "watch",
      title: "Watch",
      compute: () => ({}),
      wording: { prompt: "p" },
      emit: () => [],
      says: [],
    };
    const define = (change: object): unknown =>
      Reflect.apply(defineCalendarRole, undefined, [{ ...calendar, ...change }]);
    expect(define({})).toMatchObject({ name: "watch", on: ["schedule.fired"] });
    expect(() => define({ says: ["schedule.fired"] })).toThrow(
      /role watch: says\.0: schedule\.fired may be said by schedule alone/,
    );
    expect(() => define({ tools: [] })).toThrow(/Unrecognized key: "tools"/);
    expect(() => define({ wording: "p" })).toThrow(/wording: /);
  });
});
