import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { HatrackError } from "../../src/errors.ts";
import { IndicatorType } from "../../src/events/vocabulary.ts";
import { benignFrom, noLists } from "../../src/indicators/benign.ts";
import { strengthOf } from "../../src/indicators/classify.ts";

const shipped = benignFrom(
  JSON.parse(readFileSync(join(import.meta.dirname, "..", "..", "reference", "benign.json"), "utf8")),
);
const own = benignFrom({
  lists: [
    { id: "a", name: "Ours", kind: "domain", links: "never", values: [".corp.example", "exact.example"] },
    { id: "b", name: "Shared", kind: "domain", links: "url_only", values: ["paste.example"] },
    { id: "c", name: "Rented", kind: "domain", links: "tenant", values: [".cloud.example"] },
    {
      id: "d",
      name: "Edge",
      kind: "address",
      links: "never",
      values: ["203.0.113.0/25", "2001:db8::/32", "198.51.100.9"],
    },
    { id: "e", name: "Rented ranges", kind: "address", links: "tenant", values: ["198.51.100.0/24"] },
    { id: "g", name: "CDN", kind: "address", links: "few", values: ["192.0.2.0/24"] },
    { id: "f", name: "Empty", kind: "hash", links: "never", values: ["D41D8CD98F00B204E9800998ECF8427E"] },
  ],
});
const isBenign = (type: IndicatorType, value: string) => own.listOf({ type, value });

describe("benign infrastructure", () => {
  it("covers a dotted name with all below it, and a plain one alone", () => {
    expect(isBenign("domain", "corp.example")).toBe("Ours");
    expect(isBenign("domain", "a.b.corp.example")).toBe("Ours");
    expect(isBenign("domain", "evilcorp.example")).toBeUndefined();
    expect(isBenign("domain", "exact.example")).toBe("Ours");
    expect(isBenign("domain", "x.exact.example")).toBeUndefined();
  });

  it("lets a link on a shared name link, not the name; and a rented name's tenants, not its bare name", () => {
    expect(isBenign("domain", "paste.example")).toBe("Shared");
    expect(isBenign("url", "https://paste.example/x")).toBeUndefined();
    expect(isBenign("url", "https://a.corp.example/x")).toBe("Ours");
    expect(isBenign("domain", "cloud.example")).toBe("Rented");
    expect(isBenign("domain", "evil.cloud.example")).toBeUndefined();
  });

  it("covers blocks of addresses of both families, to the bit", () => {
    expect(isBenign("ipv4", "203.0.113.127")).toBe("Edge");
    expect(isBenign("ipv4", "203.0.113.128")).toBeUndefined();
    expect(isBenign("ipv6", "2001:db8:1::1")).toBe("Edge");
    expect(isBenign("ipv6", "2001:db9::1")).toBeUndefined();
    expect(isBenign("ipv4", "198.51.100.9")).toBe("Edge");
    expect(isBenign("ipv4", "198.51.100.10")).toBeUndefined();
    expect(isBenign("url", "http://203.0.113.1:8080/x")).toBe("Edge");
  });

  it("names an edge of a CDN as infrastructure, which links a few cases and by a whole link any number", () => {
    const edge = { type: "ipv4", value: "192.0.2.7" } as const;
    expect([own.listOf(edge), own.linksUpTo(edge)]).toEqual(["CDN", 3]);
    expect(own.linksUpTo({ type: "url", value: "http://192.0.2.7/gate.php" })).toBe(Infinity);
    expect(own.linksUpTo({ type: "ipv4", value: "203.0.113.1" })).toBe(0);
    expect(own.linksUpTo({ type: "ipv4", value: "203.0.113.200" })).toBe(Infinity);
  });

  it.each([
    ["http://user:pw@203.0.113.1/x", "Edge"],
    ["https://203.0.113.1@80/Documents/a3.cmd", "Edge"],
    ["https://203.0.113.200@80/Documents/a3.cmd", undefined],
    ["http://[2001:db8::1]:8080/", "Edge"],
    ["http://paste.example:443@evil.example/", undefined],
  ])("reads where the link %s leads", (value, list) => {
    expect(isBenign("url", value)).toBe(list);
  });

  it("covers hashes in any case of letters and nothing by chance", () => {
    expect(isBenign("md5", "d41d8cd98f00b204e9800998ecf8427e")).toBe("Empty");
    expect(isBenign("user", "corp.example")).toBeUndefined();
  });

  it("always covers what no network routes, never the documentation ranges of the samples", () => {
    for (const address of ["10.1.2.3", "192.168.0.1", "127.0.0.1", "169.254.1.1", "100.64.0.1"])
      expect([address, noLists.listOf({ type: "ipv4", value: address })]).toEqual([
        address,
        expect.any(String),
      ]);
    expect(noLists.listOf({ type: "ipv6", value: "fe80::1" })).toBeDefined();
    for (const address of ["203.0.113.7", "198.51.100.24", "192.0.2.42"])
      expect(noLists.listOf({ type: "ipv4", value: address })).toBeUndefined();
  });

  it("refuses data of another shape, and a block that is none, by name", () => {
    expect(() => benignFrom({ list: [] })).toThrow(HatrackError);
    const bad = { lists: [{ id: "x", name: "X", kind: "address", links: "never", values: ["300.1.1.1"] }] };
    expect(() => benignFrom(bad)).toThrow(/300\.1\.1\.1/);
  });

  it("reads the shipped lists", () => {
    expect(shipped.listOf({ type: "ipv4", value: "8.8.8.8" })).toMatch(/resolver/);
    expect(shipped.listOf({ type: "domain", value: "www.google.com" })).toBeDefined();
    expect(shipped.listOf({ type: "domain", value: "virustotal.com" })).toBeDefined();
    expect(shipped.listOf({ type: "url", value: "https://raw.githubusercontent.com/x/y" })).toBeUndefined();
    expect(shipped.listOf({ type: "domain", value: "cdn-telemetry-sync.example" })).toBeUndefined();
  });
});

describe("strength", () => {
  it("is strong for what alone links two cases", () => {
    const strong = IndicatorType.options.filter((type) => strengthOf(type) === "strong");
    expect(strong).toEqual([
      "actor",
      "campaign",
      "cve",
      "domain",
      "ipv4",
      "ipv6",
      "md5",
      "sha1",
      "sha256",
      "sha512",
      "url",
    ]);
  });
});
