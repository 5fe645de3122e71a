/** A small indicator feed in a JSON file: what is not listed is unknown, never clean. */
import { z } from "zod";
import { HatrackError } from "../src/errors.ts";
import { IndicatorType, type Indicator } from "../src/events/vocabulary.ts";
import { normaliseIndicator } from "../src/indicators/normalise.ts";

const Entry = z.strictObject({
  value: z.string().min(1),
  type: IndicatorType,
  verdict: z.enum(["malicious", "suspicious", "clean"]),
  source: z.string().min(1),
  first_seen: z.string().min(1),
  tags: z.array(z.string()),
  actor: z.string().optional(),
});
export type ReputationEntry = z.infer<typeof Entry>;

export interface Reputation {
  find(indicator: Indicator): ReputationEntry | undefined;
}

/** The feed as it stood at a time: what was first seen later is not listed yet. */
export function reputationAsOf(reputation: Reputation, asOf: () => number): Reputation {
  return {
    find: (indicator) => {
      const entry = reputation.find(indicator);
      return entry !== undefined && Date.parse(entry.first_seen) > asOf() ? undefined : entry;
    },
  };
}

/** @throws HatrackError `reputation_invalid` with path and reason */
export function parseReputation(input: unknown, where = "reputation"): Reputation {
  const parsed = z.array(Entry).safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
    throw new HatrackError("reputation_invalid", `reputation ${where}: ${issues.join("; ")}`, {
      cause: parsed.error,
    });
  }
  const byKey = new Map(
    parsed.data.map((entry) => {
      const { type, value } = normaliseIndicator(entry.type, entry.value) ?? entry;
      return [`${type} ${value}`, entry];
    }),
  );
  return { find: ({ type, value }) => byKey.get(`${type} ${value}`) };
}
