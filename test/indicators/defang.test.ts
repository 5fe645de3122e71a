import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { defang, defangValue, refang } from "../../src/indicators/defang.ts";
import { fixtureLines } from "../fixtures/read.ts";
import { z } from "zod";

const word = fc.constantFrom(
  "a",
  " ",
  "see ",
  ".",
  "(",
  ")",
  "[",
  "]",
  "://",
  ":",
  "@",
  "/",
  "hxxp",
  "<",
  ">",
  ",",
  "\n",
);
const value = fc.oneof(
  fc.ipV4(),
  fc.ipV6(),
  fc.domain(),
  fc.emailAddress(),
  fc.webUrl({
    withQueryParameters: true,
    withFragments: true,
    validSchemes: ["http", "https", "HTTP", "ftp"],
  }),
  fc.constantFrom("evil[.]com", "hxxps://evil[.]com/x", "evil(dot)com", "j[at]evil.com", "evil.com"),
);
const text = fc.array(fc.oneof(word, value, fc.string()), { maxLength: 12 }).map((parts) => parts.join(""));

describe("defanging", () => {
  it("is undone by refanging, for any text", () => {
    fc.assert(
      fc.property(text, (written) => {
        expect(refang(defang(written))).toBe(refang(written));
      }),
      { numRuns: 2000 },
    );
  });

  it("is undone by refanging, for any single value", () => {
    fc.assert(
      fc.property(fc.constantFrom("url", "domain", "ipv4", "ipv6", "email"), value, (type, each) => {
        expect(refang(defangValue({ type, value: refang(each) }))).toBe(refang(each));
      }),
      { numRuns: 2000 },
    );
  });

  it("leaves nothing that a reader's program would make a link of", () => {
    expect(defang("get https://evil.com/a.zip from 203.0.113.7 or j@evil.com, 2001:db8::7:1")).toBe(
      "get hxxps://evil[.]com/a[.]zip from 203[.]0[.]113[.]7 or j[@]evil[.]com, 2001[:]db8[:][:]7[:]1",
    );
  });

  it("finishes what was defanged by half and changes nothing when done twice", () => {
    expect(defang("hxxp://evil.com")).toBe("hxxp://evil[.]com");
    for (const { text: hostile } of fixtureLines("injections.jsonl").map((line) =>
      z.looseObject({ text: z.string() }).parse(line),
    ))
      expect(defang(defang(hostile))).toBe(defang(hostile));
  });

  it("keeps values that cannot be a link", () => {
    expect(defangValue({ type: "user", value: "j.doe" })).toBe("j.doe");
    expect(defang("j.doe ran System.IO in C:\\a.zip")).toBe("j.doe ran System.IO in C:\\a.zip");
  });
});
