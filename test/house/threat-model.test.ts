import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { surfaces } from "../injection/surfaces.ts";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/threat-model.md"), "utf8");
const rows = text
  .split("\n")
  .filter((line) => /^\| (?!-|threat|asset)/.test(line) && line.includes("`test/"));

describe("the threat model", () => {
  it("names for each threat a test that is there", () => {
    const threats = text
      .slice(text.indexOf("## Threats"), text.indexOf("## The injection suite"))
      .split("\n")
      .filter((line) => /^\| (?!-|threat )/.test(line));
    expect(rows).toEqual(threats);
    expect(threats.length).toBeGreaterThan(20);
    const named = [...new Set([...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = ""]) => file))];
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });

  it("counts the surfaces as they are", () => {
    expect(text).toContain(`any of ${surfaces.length} places`);
  });

  it("is where SECURITY.md points", () => {
    expect(readFileSync(join(root, "SECURITY.md"), "utf8")).toContain("docs/threat-model.md");
  });
});
