/** The strings by family: those that come with hatrack, and public collections where they are installed. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { fixtureLines } from "../fixtures/read.ts";
import { dataPath } from "../require.ts";

export type Families = ReadonlyMap<string, readonly string[]>;

const Own = z.object({ family: z.string(), text: z.string() });
const Goals = z.record(z.string(), z.array(z.string()));
const Cases = z.array(z.object({ user_input: z.string(), injection_variant: z.string() }));
const Contexts = z.object({ payloads: z.array(z.string()) });

export function ownFamilies(): Families {
  const lines = fixtureLines("injections.jsonl").map((line) => Own.parse(line));
  return grouped(lines.map(({ family, text }) => [family, text]));
}

/** PurpleLlama's variants, BIPIA's goals, garak's WHOIS records. */
export function publicFamilies(): Families {
  const read = (name: string): unknown =>
    JSON.parse(readFileSync(dataPath("prompt-injection-general", name), "utf8"));
  const goals = (family: string) =>
    ["train", "test"].flatMap((part) =>
      Object.values(Goals.parse(read(`bipia_${family}_attack_${part}.json`)))
        .flat()
        .map((text) => [`goal_${family}`, text] as const),
    );
  return grouped([
    ...Cases.parse(read("purplellama_prompt_injection.json")).map(
      (each) => [each.injection_variant, each.user_input] as const,
    ),
    ...goals("text"),
    ...goals("code"),
    ...Contexts.parse(read("garak_whois_injection_contexts.json")).payloads.map(
      (text) => ["whois_record", text] as const,
    ),
  ]);
}

function grouped(pairs: readonly (readonly [family: string, text: string])[]): Families {
  const families = Map.groupBy(pairs, ([family]) => family);
  return new Map([...families].map(([family, found]) => [family, found.map(([, text]) => text)]));
}
