import { readFileSync } from "node:fs";
import { join } from "node:path";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";

const file = join(import.meta.dirname, "..", "..", "reference", "benign.json");
const { lists } = z
  .object({
    lists: z.array(
      z.strictObject({
        id: z.string(),
        name: z.string(),
        version: z.number(),
        kind: z.enum(["address", "domain", "hash"]),
        links: z.enum(["never", "url_only", "tenant", "few"]),
        values: z.array(z.string()).min(1),
      }),
    ),
  })
  .parse(JSON.parse(readFileSync(file, "utf8")));

const domains = new Map(
  lists
    .filter(({ kind }) => kind === "domain")
    .flatMap(({ links, values }) => values.map((each) => [each, links])),
);
const blocks = lists
  .filter(({ kind }) => kind === "address")
  .flatMap(({ links, values }) =>
    values.map((value) => {
      const whole = value.includes("/") ? value : `${value}/${value.includes(":") ? 128 : 32}`;
      return { links, cidr: ipaddr.parseCIDR(whole) };
    }),
  );

/** As the readme says: exact first, then the longest dotted name. */
function ofDomain(name: string): string | undefined {
  const labels = name.split(".");
  const parents = labels.map((_, index) => `.${labels.slice(index).join(".")}`);
  for (const entry of [name, ...parents]) {
    const links = domains.get(entry);
    if (links !== undefined) return links;
  }
  return undefined;
}

function ofAddress(text: string): string | undefined {
  const address = ipaddr.parse(text);
  const hits = blocks.filter(({ cidr }) => cidr[0].kind() === address.kind() && address.match(cidr));
  return hits.find(({ links }) => links === "never")?.links ?? hits[0]?.links;
}

describe("what never links cases", () => {
  it.each([
    "virustotal.com",
    "www.virustotal.com",
    "app.any.run",
    "falcon.crowdstrike.com",
    "attack.mitre.org",
    "login.microsoftonline.com",
    "update.microsoft.com",
    "www.google.com",
    "ocsp.digicert.com",
    "api.ipify.org",
    "urlhaus.abuse.ch",
  ])("%s", (name) => {
    expect(ofDomain(name)).toBe("never");
  });

  it.each(["8.8.8.8", "1.1.1.1", "9.9.9.9", "10.1.2.3", "127.0.0.1", "2001:4860:4860::8888", "fe80::1"])(
    "%s",
    (address) => {
      expect(ofAddress(address)).toBe("never");
    },
  );

  it("the empty file, EICAR and the hash of nothing", () => {
    const hashes = new Set(lists.filter(({ kind }) => kind === "hash").flatMap(({ values }) => values));
    expect(hashes).toContain("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    expect(hashes).toContain("275a021bbfb6489e54d471899f7db9d1663fc695ec2fe2a2c4538aabf651fd0f");
    expect(hashes).toContain("0".repeat(40));
    for (const hash of hashes) expect(hash).toMatch(/^[0-9a-f]{32,128}$/);
  });
});

describe("what a hostile party may use as well", () => {
  it.each([
    "raw.githubusercontent.com",
    "cdn.discordapp.com",
    "github.com",
    "pastebin.com",
    "www.dropbox.com",
    "drive.google.com",
    "api.telegram.org",
    "bit.ly",
  ])("%s links by a full URL only", (name) => {
    expect(ofDomain(name)).toBe("url_only");
  });

  it.each([
    "evil.azurewebsites.net",
    "a.blob.core.windows.net",
    "x.github.io",
    "t.trycloudflare.com",
    "b.s3.amazonaws.com",
  ])("%s is a tenant's", (name) => {
    expect(ofDomain(name)).toBe("tenant");
  });

  it("an address in a rented cloud range is a tenant's", () => {
    expect(ofAddress("3.5.140.10")).toBe("tenant");
  });

  it.each([
    "demo-2fc98-default-rtdb.firebaseio.com",
    "demo-abcdef-uc.a.run.app",
    "demo.file.core.windows.net",
  ])("%s is a tenant's too", (name) => {
    expect(ofDomain(name)).toBe("tenant");
  });

  it.each(["104.16.1.1", "2606:4700::6810:1"])("%s of a CDN's edge links a few", (address) => {
    expect(ofAddress(address)).toBe("few");
  });

  it.each([
    "cdn-telemetry-sync.example",
    "relay.quickassist-portal.example",
    "evil.com.invalid",
    "microsoft.com.evil.test",
  ])("%s is on no list", (name) => {
    expect(ofDomain(name)).toBeUndefined();
  });

  it.each(["203.0.113.7", "198.51.100.24", "192.0.2.42"])(
    "%s of the documentation ranges is on no list",
    (address) => {
      expect(ofAddress(address)).toBeUndefined();
    },
  );
});

describe("the file itself", () => {
  it("names the list of each value, each list once and each domain once", () => {
    expect(new Set(lists.map(({ id }) => id)).size).toBe(lists.length);
    const values = lists.filter(({ kind }) => kind === "domain").flatMap((list) => list.values);
    expect(new Set(values).size).toBe(values.length);
    expect(values.filter((value) => !/^\.?[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(value))).toEqual([]);
  });

  it("keeps the resolvers to the well-known ones", () => {
    const resolvers = lists.find(({ id }) => id === "public-dns")?.values ?? [];
    expect(resolvers.length).toBeGreaterThan(40);
    expect(resolvers.length).toBeLessThan(100);
  });
});
