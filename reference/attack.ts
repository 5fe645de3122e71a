/** attack.json: MITRE ATT&CK Enterprise techniques, tactics and groups, and which techniques groups use. */
import { z } from "zod";
import { readGzipJson } from "./read-sources.ts";
import { byText } from "./write-lines.ts";

const Compact = z.object({
  techniques: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      tactics: z.array(z.string()),
      is_sub: z.boolean(),
      description: z.string(),
    }),
  ),
  tactics: z.array(z.object({ id: z.string(), name: z.string(), shortname: z.string() })),
  groups: z.array(z.object({ id: z.string(), name: z.string(), aliases: z.array(z.string()) })),
  uses: z.array(z.tuple([z.string(), z.string(), z.string()])),
});

const byId = (a: { id: string }, b: { id: string }) => byText(a.id, b.id);

export function distilAttack(): Record<string, unknown> {
  const source = Compact.parse(readGzipJson("mitre-attack-compact", "enterprise_compact.json.gz"));
  return {
    header: {
      title: "MITRE ATT&CK Enterprise: techniques, tactics, groups",
      source:
        "github.com/mitre/cti, enterprise-attack, commit 421deacb77191b38bdd1bf63268954e93da91365 (v18.1 period)",
      date: "2025-11-13",
      licence: "ATT&CK terms of use: royalty-free, also commercially, with the notice kept",
      notice:
        "© 2025 The MITRE Corporation. This work is reproduced and distributed with the permission of The MITRE Corporation.",
      script: "reference/distil.ts",
      shape:
        "techniques: id → {name, tactics (short names), is_sub, description}; groups: id → {name, aliases, techniques}",
    },
    tactics: Object.fromEntries(
      source.tactics.sort(byId).map(({ id, name, shortname }) => [shortname, { id, name }]),
    ),
    techniques: Object.fromEntries(
      source.techniques
        .sort(byId)
        .map(({ id, name, tactics, is_sub, description }) => [
          id,
          { name, tactics: [...tactics].sort(byText), is_sub, description: firstSentence(description) },
        ]),
    ),
    groups: Object.fromEntries(
      source.groups
        .sort(byId)
        .map(({ id, name, aliases }) => [
          id,
          { name, aliases: aliases.filter((alias) => alias !== name), techniques: usedBy(id, source.uses) },
        ]),
    ),
  };
}

function usedBy(group: string, uses: readonly (readonly [string, string, string])[]): string[] {
  const ids = uses.filter(([who, how, what]) => who === group && how === "uses" && what.startsWith("T"));
  return [...new Set(ids.map(([, , what]) => what))].sort(byText);
}

const longest = 240;

/** The first sentence as plain text, without links and citations, at most 240 characters. */
export function firstSentence(description: string): string {
  const plain = description
    .replace(/\(Citation:[^)]*\)/g, "")
    .replace(/\[([^\]]+)\]\([^)]*\)/g, "$1")
    .replace(/<\/?code>|`/g, "")
    .replace(/\s+/g, " ")
    .trim();
  const end = /(?<!\b(?:e\.g|i\.e|ex|vs|etc|U\.S))\.(?= [A-Z]|$)/.exec(plain);
  const sentence = end === null ? plain : plain.slice(0, end.index + 1);
  if (sentence.length <= longest) return sentence;
  const cut = sentence.slice(0, longest - 1);
  return `${cut.slice(0, cut.lastIndexOf(" ")).replace(/[,;:(]$/, "")}…`;
}
