import { describe, expect, it } from "vitest";
import { OwnShape, ownShape } from "../../src/agent/own-shapes.ts";
import { makeRedactor } from "../../src/agent/redact.ts";
import { parseSocFile } from "../../src/soc-file.ts";
import { readFileSync } from "node:fs";
import { cpuMs } from "../cpu.ts";

const whyNot = (regex: string): string =>
  OwnShape.safeParse({ name: "own", regex })
    .error?.issues.map(({ message }) => message)
    .join() ?? "taken";

describe("a pattern of one's own", () => {
  it("takes out what it names, and leaves the rest", () => {
    const shape = ownShape({ name: "badge-pin", regex: "PIN[ :]{1,3}(?<secret>[0-9]{4,8})" });
    const { text } = makeRedactor({ shapes: [shape] });
    expect(text("door 7, PIN: 123456, opened")).toBe("door 7, PIN: [redacted:badge-pin], opened");
  });

  it.each([
    ["(a+)+", "bounded repetition"],
    ["a*b", "bounded repetition"],
    ["a{2,}b", "bounded repetition"],
    ["(a{1,3}){2}", "not of a group"],
    ["(ab)?c", "not of a group"],
    [String.raw`(a)\1`, "reference back"],
    ["a(?=b)", "look ahead"],
    ["(?<!a)b", "look ahead"],
    ["[a]{0,50}[a]{0,50}b", "2601 ways"],
    ["a{3000}", "2000 at most"],
    ["a{0,3}", "nothing at all"],
    ["(", "regular expression"],
  ])("is refused as %s", (regex, why) => {
    expect(whyNot(regex)).toContain(why);
  });

  it.each(["CORP-[A-Z0-9]{20,40}", String.raw`[+*{]{1,5}x`, String.raw`\+\*x`, "(?:ab|cd)[0-9]{1,9}"])(
    "is taken as %s",
    (regex) => {
      expect(whyNot(regex)).toBe("taken");
    },
  );

  it("takes no longer on the worst text for the widest that is taken", () => {
    const { text } = makeRedactor({ shapes: [ownShape({ name: "own", regex: "a{0,44}a{0,43}b" })] });
    expect(whyNot("a{0,44}a{0,43}b")).toBe("taken");
    expect(cpuMs(() => text("a".repeat(64_000)))).toBeLessThan(5000);
  });

  it("is named with its line where soc.yaml has it wrong", () => {
    const shipped = readFileSync(new URL("../../soc.yaml", import.meta.url), "utf8");
    const wrong = shipped.replace("  patterns: []", '  patterns: [{ name: pin, regex: "x+" }]');
    expect(() => parseSocFile(wrong, "soc.yaml")).toThrow(
      /soc\.yaml:\d+.*redact\.patterns.*bounded repetition/s,
    );
  });
});
