import { describe, expect, it } from "vitest";
import { parseReputation, reputationAsOf } from "../../vendors/reputation.ts";

const entry = { verdict: "malicious", source: "feed", tags: [] } as const;
const feed = parseReputation([
  { ...entry, value: "late.example", type: "domain", first_seen: "2026-05-02T10:00:00Z" },
  { ...entry, value: "old.example", type: "domain", first_seen: "2026-05-01" },
  { ...entry, value: "undated.example", type: "domain", first_seen: "long ago" },
]);
const knows = (value: string, at: string): boolean =>
  reputationAsOf(feed, () => Date.parse(at)).find({ type: "domain", value }) !== undefined;

describe("a feed as it stood", () => {
  it("does not list what was first seen later: a replay would know the future (lesson 25)", () => {
    expect(knows("late.example", "2026-05-02T09:59:59Z")).toBe(false);
    expect(knows("late.example", "2026-05-02T10:00:00Z")).toBe(true);
  });

  it("lists what was there, by day or with no date that can be read", () => {
    expect(knows("old.example", "2026-05-01T00:00:00Z")).toBe(true);
    expect(knows("undated.example", "2020-01-01T00:00:00Z")).toBe(true);
  });
});
