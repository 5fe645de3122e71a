/** actors.json: threat actors with their aliases, so that two names of one actor count as one. */
import { z } from "zod";
import { readGzipJson } from "./read-sources.ts";
import { byText } from "./write-lines.ts";

const Actors = z.array(
  z.object({ name: z.string(), synonyms: z.array(z.string()).nullish(), country: z.string().nullish() }),
);

/** What two spellings of a name have in common: letters and digits of any script, lower case. */
export function foldName(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

export function distilActors(): Record<string, unknown> {
  const source = Actors.parse(readGzipJson("misp-galaxy", "threat_actor_aliases.json.gz"));
  const names = new Set(source.map((actor) => foldName(actor.name)));
  const owners = ownersOf(source);
  const isOwn = (alias: string) => {
    const key = foldName(alias);
    return key.length > 1 && !names.has(key) && owners.get(key)?.size === 1;
  };
  return {
    header: {
      title: "Threat actors and their aliases",
      source:
        "github.com/MISP/misp-galaxy, clusters/threat-actor.json, commit 9434ace4eb925c9a1c9b3bccf014a25f9d14f0b0",
      date: "2026-08-06",
      licence: "CC0-1.0 (dual with BSD-2-Clause)",
      script: "reference/distil.ts",
      shape:
        "actors: name → {aliases, country?}; an alias belongs to one actor only. ambiguous: alias → the actors that claim it; it folds to none. Compare by letters and digits, lower case",
    },
    actors: Object.fromEntries(
      source
        .sort((a, b) => byText(a.name, b.name))
        .map(({ name, synonyms, country }) => [
          name,
          {
            aliases: uniqueNames((synonyms ?? []).filter(isOwn)),
            ...(country === null || country === undefined ? {} : { country }),
          },
        ]),
    ),
    ambiguous: Object.fromEntries(
      [...owners]
        .filter(([key, claimants]) => claimants.size > 1 && !names.has(key))
        .sort(([a], [b]) => byText(a, b))
        .map(([key, claimants]) => [key, [...claimants].sort(byText)]),
    ),
  };
}

function ownersOf(actors: z.infer<typeof Actors>): Map<string, Set<string>> {
  const owners = new Map<string, Set<string>>();
  for (const { name, synonyms } of actors)
    for (const alias of [name, ...(synonyms ?? [])]) {
      const key = foldName(alias);
      owners.set(key, (owners.get(key) ?? new Set()).add(name));
    }
  return owners;
}

/** Sorted, one spelling of each name. */
function uniqueNames(aliases: readonly string[]): string[] {
  const seen = new Map<string, string>();
  for (const alias of [...aliases].sort(byText))
    if (!seen.has(foldName(alias))) seen.set(foldName(alias), alias);
  return [...seen.values()];
}
