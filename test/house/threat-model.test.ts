import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { surfaces } from "../injection/surfaces.ts";

const root = join(import.meta.dirname, "../..");
const text = readFileSync(join(root, "docs/threat-model.md"), "utf8");
const rows = text.split("\n").filter((line) => line.startsWith("| ") && line.includes("`test/"));

describe("the threat model", () => {
  it("names for each threat a test that is there", () => {
    const threats = text
      .slice(text.indexOf("## Threats"), text.indexOf("## What each process holds"))
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

  it("says of every unit and every user of Redis what it holds", () => {
    const held = text.slice(
      text.indexOf("## What each process holds"),
      text.indexOf("## The injection suite"),
    );
    const users = [
      ...readFileSync(join(root, "deploy/redis/users.acl"), "utf8").matchAll(/^user (hatrack-\S+)/gm),
    ];
    expect(users.length).toBeGreaterThan(5);
    expect(users.map(([, user = ""]) => user).filter((user) => !held.includes(`\`${user}\``))).toEqual([]);
    const units = readdirSync(join(root, "deploy/systemd")).flatMap(
      (file) => /^hatrack-([a-z]+)@?\.service$/.exec(file)?.[1] ?? [],
    );
    expect(units.filter((unit) => !held.toLowerCase().includes(unit))).toEqual([]);
  });

  it("is where SECURITY.md points, and each file that it names is there", () => {
    const security = readFileSync(join(root, "SECURITY.md"), "utf8");
    expect(security).toContain("docs/threat-model.md");
    const named = [...security.matchAll(/\]\(([^)]+)\)|`(deploy\/[^`]+)`/g)].map(
      ([, link, file]) => link ?? file ?? "",
    );
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([]);
  });
});
