import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { analyst } from "../../fixtures/tickets/shape.ts";
import { baseRates } from "../../src/replay/scorecard-escalation.ts";
import { Comparison, Scorecard, scorecardVersion } from "../../src/replay/scorecard-schema.ts";

const page = readFileSync(join(import.meta.dirname, "../../docs/scorecard.md"), "utf8");

/** Every name of a field in a JSON Schema, however deep. */
function fieldsOf(schema: unknown): string[] {
  if (typeof schema !== "object" || schema === null) return [];
  return Object.entries(schema).flatMap(([key, value]: [string, unknown]) => [
    ...(key === "properties" && typeof value === "object" && value !== null ? Object.keys(value) : []),
    ...fieldsOf(value),
  ]);
}

describe("docs/scorecard.md", () => {
  it("documents each field of the schema, and its version", () => {
    const fields = new Set([Scorecard, Comparison].flatMap((shape) => fieldsOf(z.toJSONSchema(shape))));
    expect(fields.size).toBeGreaterThan(90);
    expect([...fields].filter((field) => !page.includes(`\`${field}\``))).toEqual([]);
    expect(page).toContain(scorecardVersion);
  });

  it("states the base rates and the analysts' noise as the code has them", () => {
    for (const { baseRate } of baseRates) expect(page).toContain(`${Math.round(baseRate * 100)} %`);
    for (const { escalates } of Object.values(analyst)) {
      expect(page).toContain(`| ${Number((escalates * 100).toFixed(2))} %`);
    }
  });
});
