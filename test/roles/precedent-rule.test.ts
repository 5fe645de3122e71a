import { describe, expect, it } from "vitest";
import { inPrecedent } from "../../roles/rules/reading.ts";

const rule = inPrecedent({
  name: "confirmed",
  weight: 4,
  claim: "It was one before",
  verdicts: ["true_positive"],
});

const match = (verdict: string, confirmedBy: string) =>
  rule.match({
    casefile: {
      precedent: [
        { verdict: "benign", confirmedBy: "person" },
        { verdict, confirmedBy },
      ],
    },
    steps: [],
  });

describe("a past case as a witness", () => {
  it.each(["person", "source"])(
    "is one that people judged: here, or where the alert came from (%s)",
    (judge) => {
      expect(match("true_positive", judge)).toMatchObject({
        cites: "precedent.1.verdict",
        quote: "true_positive",
      });
    },
  );

  it.each(["tier2", "sentinel", "nobody"])("is none that only a role believed (%s)", (judge) => {
    expect(match("true_positive", judge)).toBeUndefined();
  });
});
