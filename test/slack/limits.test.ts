import type { KnownBlock } from "@slack/types";
import { describe, expect, it } from "vitest";
import { slackActions } from "../../slack/ids.ts";
import { breaches, limits, viewBreaches, withinLimits, type Message } from "../../slack/limits.ts";

const section = (length: number): KnownBlock => ({
  type: "section",
  text: { type: "plain_text", text: "x".repeat(length), emoji: false },
});
const message = (...blocks: KnownBlock[]): Message => ({ text: "safe", blocks });
const button = (over: object = {}): KnownBlock => ({
  type: "actions",
  elements: [{ type: "button", action_id: "a", text: { type: "plain_text", text: "Go" }, ...over }],
});

describe("Slack's limits", () => {
  it.each([
    [
      "blocks",
      message(...Array.from({ length: 51 }, () => ({ type: "divider" }) as const)),
      "blocks: 51, at most 50",
    ],
    ["section text", message(section(3001)), "blocks[0].text: 3001, at most 3000"],
    [
      "header",
      message({ type: "header", text: { type: "plain_text", text: "h".repeat(151) } }),
      "blocks[0].text: 151, at most 150",
    ],
    [
      "button text",
      message(button({ text: { type: "plain_text", text: "b".repeat(76) } })),
      "blocks[0].elements[0].text: 76, at most 75",
    ],
    [
      "button value",
      message(button({ value: "v".repeat(2001) })),
      "blocks[0].elements[0].value: 2001, at most 2000",
    ],
    [
      "context elements",
      message({
        type: "context",
        elements: Array.from({ length: 11 }, () => ({ type: "plain_text", text: "c" }) as const),
      }),
      "blocks[0].elements: 11, at most 10",
    ],
    ["text", { text: "t".repeat(4001), blocks: [] }, "text: 4001, at most 4000"],
    [
      "all text of a message",
      message(...Array.from({ length: 5 }, () => section(2700))),
      "all block text: 13500, at most 13000",
    ],
    ["an empty text", message(section(0)), "blocks[0].text.text: empty, expected at least 1 character"],
  ])("names a breach of %s exactly", (_, broken, words) => {
    expect(breaches(broken)).toContain(words);
    expect(() => withinLimits(broken, "exact")).toThrow(words);
  });

  it("accept what is exactly at the edge", () => {
    const edge = message(section(3000), button({ value: "v".repeat(2000) }));
    expect(breaches(edge)).toEqual([]);
    expect(withinLimits(edge, "exact")).toEqual({ message: edge, cut: [] });
  });

  it("are kept in a running system by leaving whole blocks out, aloud, and never with Authorise left on", () => {
    const authorise = button({ action_id: slackActions.authorise });
    const reject = button({ action_id: slackActions.reject });
    const { message: short, cut } = withinLimits(
      message(...Array.from({ length: 6 }, () => section(2900)), authorise, reject),
      "cut",
    );
    expect(cut).toEqual(["all block text: 17404, at most 13000"]);
    expect(
      breaches({
        ...short,
        blocks: short.blocks.filter((b) => b.type !== "actions" || b.elements.length > 0),
      }),
    ).toEqual([]);
    expect(JSON.stringify(short)).not.toContain(slackActions.authorise);
    expect(JSON.stringify(short)).toContain(slackActions.reject);
    expect(JSON.stringify(short.blocks.at(-1))).toContain("too long to show whole");
  });

  it("hold for forms too", () => {
    const title = { type: "plain_text", text: "t".repeat(25) } as const;
    expect(viewBreaches({ type: "modal", title, blocks: [], private_metadata: "p".repeat(3001) })).toEqual([
      "view title: 25, at most 24",
      "private_metadata: 3001, at most 3000",
    ]);
    expect(limits.viewTitle).toBe(24);
  });
});
