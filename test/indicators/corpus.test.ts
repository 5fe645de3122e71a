/** fixtures/extract.jsonl: snippets labelled by hand, half of them with nothing in them but traps. */
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { IndicatorType } from "../../src/events/vocabulary.ts";
import { extract } from "../../src/indicators/extract.ts";
import { normaliseIndicator } from "../../src/indicators/normalise.ts";
import { shippedActors } from "../../src/memory/shipped-actors.ts";
import { fixtureLines } from "../fixtures/read.ts";

const Snippet = z.strictObject({
  id: z.string(),
  text: z.string(),
  indicators: z.array(z.strictObject({ type: IndicatorType, value: z.string() })),
});
const snippets = fixtureLines("extract.jsonl").map((line) => Snippet.parse(line));

describe("the hand-labelled snippets", () => {
  it("are many, half of them empty, and labelled in the one spelling of a value", () => {
    const empty = snippets.filter(({ indicators }) => indicators.length === 0);
    expect(snippets.length).toBeGreaterThanOrEqual(150);
    expect(empty.length / snippets.length).toBeGreaterThanOrEqual(0.5);
    for (const { type, value } of snippets.flatMap(({ indicators }) => indicators)) {
      expect(normaliseIndicator(type, value)).toEqual({ type, value });
    }
  });

  it.each(snippets)("hold what is labelled and nothing else: $id $text", ({ text, indicators }) => {
    const found = extract(text, shippedActors()).map(({ type, value }) => `${type} ${value}`);
    expect([...new Set(found)].sort()).toEqual(
      indicators.map(({ type, value }) => `${type} ${value}`).sort(),
    );
  });
});
