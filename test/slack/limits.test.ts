import type { KnownBlock } from "@slack/types";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { richText, section as rich_, text as word } from "../../slack/rich.ts";
import { untrusted, type Untrusted } from "../../slack/text.ts";
import { reads } from "./reads.ts";
import { slackActions } from "../../slack/ids.ts";
import { withinLimits } from "../../slack/cut.ts";
import { breaches, limits, viewBreaches, type Message } from "../../slack/limits.ts";

const section = (length: number): KnownBlock => ({
  type: "section",
  text: { type: "plain_text", text: "x".repeat(length), emoji: false },
});
const rich = (value: Untrusted): ReturnType<typeof rich_> => rich_(word(value));
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
    expect(breaches(short)).toEqual([]);
    expect(JSON.stringify(short)).not.toContain(slackActions.authorise);
    expect(JSON.stringify(short)).toContain(slackActions.reject);
    const [mark, warning] = reads(short.blocks.at(-1)).split("too long for Slack.");
    expect(mark).toMatch(/^… 5802 more characters, sha256 [0-9a-f]{12}: this message is $/);
    expect(warning).toContain("nobody can authorise it here");
  });

  it("cut a text that is too long for its block, and say by how much", () => {
    const long: KnownBlock = { type: "header", text: { type: "plain_text", text: "h".repeat(400) } };
    const { message: short } = withinLimits(message(long, section(3100)), "cut");
    expect(breaches(short)).toEqual([]);
    expect(reads(short.blocks[0])).toMatch(/^h+ … \d+ more characters, sha256 [0-9a-f]{12}\n$/);
    expect(reads(short.blocks[1])).toMatch(/^x+ … \d+ more characters, sha256 [0-9a-f]{12}\n$/);
  });

  it("turn any message into one that Slack takes, and never let go of it unmarked", () => {
    const words = fc.string({ unit: "grapheme", minLength: 1, maxLength: 9000 });
    const block = fc.oneof(
      words.map((text): KnownBlock => ({ type: "section", text: { type: "plain_text", text } })),
      words.map((text): KnownBlock => ({ type: "section", text: { type: "mrkdwn", text } })),
      words.map((text): KnownBlock => ({ type: "header", text: { type: "plain_text", text } })),
      words.map((text): KnownBlock => ({ type: "context", elements: [{ type: "plain_text", text }] })),
      words.map((value): KnownBlock => richText(rich(untrusted(value, { max: 9000 })))),
      fc.constant(button({ action_id: slackActions.authorise })),
    );
    fc.assert(
      fc.property(fc.array(block, { minLength: 1, maxLength: 70 }), words, (blocks, text) => {
        const { message: short, cut } = withinLimits({ text, blocks }, "cut");
        expect(breaches(short)).toEqual([]);
        if (cut.length > 0) expect(reads(short.blocks.at(-1))).toMatch(/more characters, sha256/);
        if (cut.length > 0) expect(JSON.stringify(short)).not.toContain(slackActions.authorise);
      }),
      { numRuns: 40 },
    );
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
