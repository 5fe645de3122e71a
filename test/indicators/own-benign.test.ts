import { describe, expect, it } from "vitest";
import { benignKind, ownBenignLists } from "../../src/indicators/own-benign.ts";
import { benignWith } from "../../src/memory/shipped-benign.ts";

describe("infrastructure of one's own", () => {
  it.each([
    ["corp.example", "domain"],
    [".corp.example", "domain"],
    ["198.51.100.7", "address"],
    ["198.51.100.0/24", "address"],
    ["2001:db8::/32", "address"],
    ["ab".repeat(32), "hash"],
  ])("is told by how it is written: %s is a %s", (value, kind) => {
    expect(benignKind(value)).toBe(kind);
  });

  it.each(["", "corp", "http://corp.example", "198.51.100.0/99", "999.1.1.1", "*.corp.example"])(
    "is refused as anything else: %s",
    (value) => {
      expect(benignKind(value)).toBeUndefined();
    },
  );

  it("links nothing, beside what comes with hatrack", () => {
    const benign = benignWith([".corp.example", "198.51.100.0/24"]);
    expect(benign.listOf({ type: "domain", value: "vpn.corp.example" })).toBe("soc.yaml");
    expect(benign.listOf({ type: "url", value: "https://198.51.100.9/x" })).toBe("soc.yaml");
    expect(benign.linksUpTo({ type: "domain", value: "corp.example" })).toBe(0);
    expect(benign.listOf({ type: "ipv4", value: "8.8.8.8" })).toBeDefined();
    expect(benign.listOf({ type: "domain", value: "evil.example" })).toBeUndefined();
    expect(ownBenignLists(["corp.example"]).flatMap(({ values }) => values)).toEqual(["corp.example"]);
  });
});
