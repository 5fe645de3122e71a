import { readFileSync } from "node:fs";
import { join } from "node:path";
import ipaddr from "ipaddr.js";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { foldName } from "../../reference/actors.ts";
import { firstSentence } from "../../reference/attack.ts";
import { mergeBlocks } from "../../reference/cidr.ts";
import { distil, referenceFiles } from "../../reference/distil.ts";
import { requires } from "../require.ts";

const folder = join(import.meta.dirname, "..", "..", "reference");
const shipped = (file: string) => readFileSync(join(folder, file), "utf8");

const Header = z.object({
  title: z.string(),
  source: z.string().startsWith("github.com/"),
  date: z.iso.date(),
  licence: z.string(),
  script: z.literal("reference/distil.ts"),
  shape: z.string(),
});
const kilobytes: Readonly<Record<string, number>> = { "attack.json": 600, "benign.json": 400 };

describe("every distilled list", () => {
  it.each(referenceFiles)("%s says where it comes from and stays small", (file) => {
    expect(z.looseObject({ header: Header }).safeParse(JSON.parse(shipped(file))).error).toBeUndefined();
    expect(Buffer.byteLength(shipped(file))).toBeLessThan((kilobytes[file] ?? 300) * 1000);
  });

  it.skipIf(!requires("data")).each(referenceFiles)(
    "%s is made again from its source, byte for byte",
    (file) => {
      expect(distil(file) === shipped(file)).toBe(true);
    },
  );

  it("is refused by name when there is no such list", () => {
    expect(() => distil("tranco.json")).toThrow(/no tranco\.json; expected one of actors\.json/);
  });
});

describe("ATT&CK", () => {
  const attack = z
    .object({
      header: z.looseObject({ notice: z.string() }),
      tactics: z.record(z.string(), z.strictObject({ id: z.string(), name: z.string() })),
      techniques: z.record(
        z.string().regex(/^T\d{4}(\.\d{3})?$/),
        z.strictObject({
          name: z.string().min(2),
          tactics: z.array(z.string()).min(1),
          is_sub: z.boolean(),
          description: z.string().min(10).max(240),
        }),
      ),
      groups: z.record(
        z.string().regex(/^G\d{4}$/),
        z.strictObject({ name: z.string(), aliases: z.array(z.string()), techniques: z.array(z.string()) }),
      ),
    })
    .parse(JSON.parse(shipped("attack.json")));

  it("keeps MITRE's notice word for word", () => {
    expect(attack.header.notice).toBe(
      "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.",
    );
  });

  it("refers only to techniques and tactics it holds, and marks the sub-techniques", () => {
    for (const [id, technique] of Object.entries(attack.techniques)) {
      expect([id, technique.is_sub]).toEqual([id, id.includes(".")]);
      for (const tactic of technique.tactics) expect(Object.keys(attack.tactics)).toContain(tactic);
    }
    const used = Object.values(attack.groups).flatMap((group) => group.techniques);
    expect(used.filter((id) => !(id in attack.techniques))).toEqual([]);
    expect(attack.groups["G0016"]?.aliases).toContain("Cozy Bear");
  });

  it("describes a technique by one plain sentence", () => {
    expect(firstSentence("Use [X](https://a.example/y), i.e. `run` it.(Citation: Z) Then more.")).toBe(
      "Use X, i.e. run it.",
    );
    expect(firstSentence(`${"word ".repeat(100)}end.`)).toMatch(/^(word ){46,}word…$/);
    expect(
      Object.values(attack.techniques).filter(({ description }) => /\]\(|Citation/.test(description)),
    ).toEqual([]);
  });
});

describe("KEV", () => {
  it("gives vendor, product, dates and the ransomware flag for each CVE", () => {
    const entry = z.strictObject({
      vendor: z.string().min(1),
      product: z.string().min(1),
      name: z.string().min(5),
      dateAdded: z.iso.date(),
      dueDate: z.iso.date(),
      ransomware: z.boolean(),
    });
    const { vulnerabilities } = z
      .object({ vulnerabilities: z.record(z.string().regex(/^CVE-\d{4}-\d{4,}$/), entry) })
      .parse(JSON.parse(shipped("kev.json")));
    expect(Object.keys(vulnerabilities)).toHaveLength(1404);
    expect(vulnerabilities["CVE-2021-44228"]).toMatchObject({
      vendor: "Apache",
      product: "Log4j2",
      ransomware: true,
    });
  });
});

describe("actors", () => {
  const { actors, ambiguous } = z
    .object({
      actors: z.record(
        z.string(),
        z.strictObject({ aliases: z.array(z.string()), country: z.string().optional() }),
      ),
      ambiguous: z.record(z.string(), z.array(z.string()).min(2)),
    })
    .parse(JSON.parse(shipped("actors.json")));

  it("fold each alias to one actor only", () => {
    const owner = new Map<string, string>();
    for (const [name, { aliases }] of Object.entries(actors))
      for (const alias of aliases) {
        expect([alias, owner.get(foldName(alias))]).toEqual([alias, undefined]);
        owner.set(foldName(alias), name);
      }
    for (const name of Object.keys(actors))
      expect([name, owner.get(foldName(name))]).toEqual([name, undefined]);
    expect(owner.get("cozybear")).toBe("APT29");
    for (const alias of Object.keys(ambiguous)) expect(owner.has(alias)).toBe(false);
  });
});

describe("remote-management tools", () => {
  const { tools } = z
    .object({
      tools: z.record(
        z.string(),
        z.strictObject({
          files: z.array(z.string().regex(/^[^\\/A-Z]+\.(exe|msi|app|dll|jar|sys)$/)),
          folders: z.array(z.string().regex(/^[^\\/A-Z]+$/)),
          domains: z.array(z.string().regex(/^[a-z0-9][a-z0-9.-]+\.[a-z]{2,}$/)),
        }),
      ),
    })
    .parse(JSON.parse(shipped("remote-tools.json")));

  it("know the tools of the sample alerts by program, folder and relay", () => {
    expect(tools["AnyDesk"]).toMatchObject({ files: ["anydesk.app", "anydesk.exe"], folders: ["anydesk"] });
    expect(tools["ScreenConnect"]?.files).toContain("screenconnect.clientservice.exe");
    expect(tools["ScreenConnect"]?.domains).toContain("screenconnect.com");
  });

  it("hold no program, folder or site that is everybody's", () => {
    const all = Object.values(tools).flatMap((tool) => [...tool.files, ...tool.folders, ...tool.domains]);
    for (const name of [
      "*.exe",
      "powershell.exe",
      "cmd.exe",
      "program files",
      "github.com",
      "cloudflare.com",
    ])
      expect(all).not.toContain(name);
  });
});

describe("merging address blocks", () => {
  it("joins neighbours, drops what is covered and keeps a lone address bare", () => {
    expect(mergeBlocks(["10.0.0.0/25", "10.0.0.128/25", "10.0.0.7", "10.0.2.1"])).toEqual([
      "10.0.0.0/24",
      "10.0.2.1",
    ]);
    expect(mergeBlocks(["2001:db8::/33", "2001:db8:8000::/33"])).toEqual(["2001:db8::/32"]);
    expect(mergeBlocks(["0.0.0.0/1", "128.0.0.0/1"])).toEqual(["0.0.0.0/0"]);
  });

  it("covers the same addresses as before, however the blocks lie", () => {
    const given = ["192.0.2.3", "192.0.2.4/30", "192.0.2.8/31", "192.0.2.11"];
    const merged = mergeBlocks(given);
    const within = (blocks: readonly string[], address: string) =>
      blocks.some((block) =>
        ipaddr.parse(address).match(ipaddr.parseCIDR(block.includes("/") ? block : `${block}/32`)),
      );
    for (let last = 0; last < 16; last += 1) {
      const address = `192.0.2.${last}`;
      expect([address, within(merged, address)]).toEqual([address, within(given, address)]);
    }
    expect(merged).toEqual(["192.0.2.3", "192.0.2.4/30", "192.0.2.8/31", "192.0.2.11"]);
  });

  it("says which value is not an address", () => {
    expect(() => mergeBlocks(["10.0.0.0/99"])).toThrow(/10\.0\.0\.0\/99 is not an address/);
  });
});
