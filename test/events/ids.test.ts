import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { canonicalJson, sha256 } from "../../src/events/canonical.ts";
import { caseIdOf, gateCode, naturalId, outputId } from "../../src/events/ids.ts";
import { CaseId } from "../../src/events/vocabulary.ts";

describe("canonicalJson", () => {
  it("is the same text for the same value, whatever the order it was built in", () => {
    expect(canonicalJson({ b: [{ d: 1, c: undefined }], a: null })).toBe('{"a":null,"b":[{"d":1}]}');
    expect(canonicalJson({ é: 1, z: 2, Z: 3 })).toBe('{"Z":3,"z":2,"é":1}');
  });

  it("keeps the value, sorts once and for all, and tells different values apart", () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), fc.jsonValue({ maxDepth: 4 }), (a, b) => {
        const text = canonicalJson(a);
        expect(canonicalJson(JSON.parse(text))).toBe(text);
        // JSON has one zero.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(a)));
        if (canonicalJson(b) === text) expect(JSON.parse(JSON.stringify(b))).toEqual(JSON.parse(text));
      }),
    );
  });

  it("does not depend on the order of keys", () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (record) => {
        const turned = Object.fromEntries(Object.entries(record).reverse());
        expect(canonicalJson(turned)).toBe(canonicalJson(record));
      }),
    );
  });
});

describe("ids", () => {
  it("are the same for the same key, on every machine, for ever", () => {
    expect(naturalId("alert", "crowdstrike", "abc", 1)).toBe("864ee18016037e71df9d0f7e15429b86");
    const key = { group: "tier2", cause: "e1", position: 0, type: "case.escalated", data: { b: 1, a: 2 } };
    expect(outputId(key)).toBe("b96067448d9ee467f78b91a056e28deb");
    expect(outputId({ ...key, data: { a: 2, b: 1 } })).toBe(outputId(key));
    expect(caseIdOf({ source: "crowdstrike", sourceId: "abc" })).toBe("CASE-SSGZGTJQ72");
    expect(gateCode(sha256("x"))).toBe("2J-52");
  });

  it("keep kinds and parts of a key apart", () => {
    const ids = [
      naturalId("a", "b", "c"),
      naturalId("a", "bc"),
      naturalId("ab", "c"),
      naturalId("a", "b", "c", ""),
      naturalId("a", 1),
      naturalId("a", "1"),
    ];
    expect(new Set(ids).size).toBe(ids.length);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it("say a different second answer is a different event", () => {
    const key = { group: "tier2", cause: "e1", position: 0, type: "case.escalated", data: { why: "one" } };
    const ids = [
      outputId(key),
      outputId({ ...key, data: { why: "two" } }),
      outputId({ ...key, position: 1 }),
      outputId({ ...key, group: "ir-lead" }),
      outputId({ ...key, cause: "e2" }),
      outputId({ ...key, type: "case.closed" }),
    ];
    expect(new Set(ids).size).toBe(ids.length);
  });

  it("give every alert a case id its schema takes, and different alerts different ones", () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 2, maxLength: 50 }),
        (sourceIds) => {
          const cases = sourceIds.map((sourceId) => caseIdOf({ source: "file", sourceId }));
          for (const id of cases) expect(CaseId.safeParse(id).success).toBe(true);
          expect(new Set(cases).size).toBe(sourceIds.length);
        },
      ),
    );
  });

  it("give people a code of four unambiguous letters", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(gateCode(sha256(text))).toMatch(/^[0-9A-HJKMNP-TV-Z]{2}-[0-9A-HJKMNP-TV-Z]{2}$/);
      }),
    );
  });
});
