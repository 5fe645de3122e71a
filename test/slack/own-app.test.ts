/** What is for another app decides nothing here, on whatever surface it came. */
import { describe, expect, it } from "vitest";
import { isForUs } from "../../slack/own-app.ts";

const ours = "A0OURS";

describe("what Slack sends", () => {
  it.each([
    ["a press", { type: "block_actions" }],
    ["a form", { type: "view_submission" }],
    ["a command", { command: "/soc", text: "pending" }],
    ["a mention", { type: "event_callback", event: { type: "app_mention" } }],
  ])("is for us when it names us: %s", (_, body) => {
    expect(isForUs({ ...body, api_app_id: ours }, ours)).toBe(true);
    expect(isForUs({ ...body, api_app_id: "A0OTHER" }, ours)).toBe(false);
    expect(isForUs(body, ours)).toBe(false);
  });

  it.each(["message_action", "shortcut"])("may name no app where Slack documents none: %s", (type) => {
    expect(isForUs({ type }, ours)).toBe(true);
    expect(isForUs({ type, api_app_id: "A0OTHER" }, ours)).toBe(false);
  });

  it("that is nothing Slack sends is for nobody", () => {
    for (const body of [undefined, null, "x", 1, [], { api_app_id: 7 }])
      expect(isForUs(body, ours)).toBe(false);
  });
});
