import { describe, expect, it } from "vitest";
import { evidenceItem, glance, inWords, placeWords, whole } from "../../slack/blocks/evidence.ts";
import { stepsOf } from "../../slack/traces.ts";
import { fold, opened } from "./folded.ts";
import { proposed, said } from "./given.ts";
import { reads } from "./reads.ts";

const words = (cites: string): string => placeWords(cites, new Map([[3, "indicator_reputation"]]));

describe("where evidence stands", () => {
  it.each([
    ["alert.process.commandLine", "command line"],
    ["alert.process.parent", "parent process"],
    ["step 3", "step 3: indicator reputation"],
    ["step 4", "step 4"],
    ["alert.raw.parent_details.cmdLine", "raw alert, parent details, cmd line"],
    ["investigation.nextSteps", "investigation, next steps"],
  ])("%s is %s in words", (cites, expected) => {
    expect(words(cites)).toBe(expected);
  });

  it("is claimed first, quoted then, short on a card and whole in its form", () => {
    const item = {
      claim: "It hides its window ".repeat(20).trim(),
      cites: "alert.title",
      quote: "-w hidden ".repeat(30).trim(),
    };
    const onCard = reads(evidenceItem(item, new Map(), glance));
    expect(onCard).toMatch(/^It hides its window .* … -w hidden .* … · the alert's title\n$/);
    expect(onCard.length).toBeLessThan(160);
    expect(reads(evidenceItem(item, new Map(), whole))).toBe(
      `${item.claim} ${item.quote} · the alert's title\n`,
    );
  });
});

describe("what a tool answered", () => {
  it.each([
    ['"verdict": "malicious"', "verdict malicious"],
    ['"verdict": "malicious", "firstSeen": null,', "verdict malicious"],
    ['{"reputation":"clean","seen_days":12}', "reputation clean, seen days 12"],
    ['"verdict": "malic', '"verdict": "malic'],
    ["-enc JABjAGwA", "-enc JABjAGwA"],
    ["42", "42"],
    ["{}", "{}"],
    ['{"a":{"b":1}}', '{"a":{"b":1}}'],
  ])("is read as words where it is plain values: %s", (quote, words) => {
    expect(inWords(quote)).toBe(words);
  });
});

describe("a step", () => {
  const run = (cause: string, tool: string): ReturnType<typeof said<"role.worked">> => ({
    ...said(
      "role.worked",
      {
        ...{ role: "ir-lead", promptVersion: "0".repeat(64), model: "m", leg: "l", modelCalls: 1 },
        steps: [{ step: 3, tool, arguments: {}, result: "x", status: "ok", milliseconds: 1 }],
        ...{
          tokens: { input: 0, output: 0 },
          milliseconds: 1,
          evidenceDropped: 0,
          recallArm: "off",
          positions: {},
        },
      },
      { source: "/roles/ir-lead" },
    ),
    causationid: cause,
  });

  it("is of the run that said it, not of a later one of the same role", () => {
    const event = {
      ...said("action.proposed", proposed(), { id: "p1", source: "/roles/ir-lead" }),
      causationid: "c1",
    };
    const { traces } = fold(opened, event, run("c1", "indicator_reputation"), run("c2", "host_details"));
    expect(stepsOf(traces, "p1").get(3)).toBe("indicator_reputation");
    expect(stepsOf(traces, "unknown").size).toBe(0);
  });
});
