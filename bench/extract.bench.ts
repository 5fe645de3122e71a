/**
 * Precision and recall of the extractor by type, side by side with ioc-extractor alone: on our own hand-labelled
 * snippets (half of them traps), on ESET's pages, and on two extractors' own fixtures.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as ioc from "ioc-extractor";
import { z } from "zod";
import { IndicatorType } from "../src/events/vocabulary.ts";
import { extract } from "../src/indicators/extract.ts";
import { normaliseIndicator } from "../src/indicators/normalise.ts";
import { shippedActors } from "../src/memory/shipped-actors.ts";
import { dataPath } from "../test/require.ts";
import { esetPages, type Labelled } from "./eset-pages.ts";
import { alone, compared, type Row } from "./row.ts";

type Extractor = (text: string) => ReadonlySet<string>;

const Snippet = z.object({
  text: z.string(),
  indicators: z.array(z.object({ type: IndicatorType, value: z.string() })),
});

function ownSnippets(): Labelled[] {
  const file = join(import.meta.dirname, "..", "fixtures", "extract.jsonl");
  const lines = readFileSync(file, "utf8").trimEnd().split("\n");
  return lines.map((line) => {
    const { text, indicators } = Snippet.parse(JSON.parse(line));
    return { text, indicators: new Set(indicators.map(({ type, value }) => `${type} ${value}`)) };
  });
}

/** The keys are labelled as they stand; the input sample by hand. */
function extractorFixtures(): Labelled[] {
  const read = (name: string): string => readFileSync(dataPath("ioc-extractor-fixtures", name), "utf8");
  const keys = read("iocsearcher_registry_valid.ioc").split("\n").filter(Boolean);
  const registry = keys.map((line) => {
    const value = line.replace(/^registry\s+/, "");
    return { text: `"${value}"`, indicators: labels([["registry_key", value]]) };
  });
  return [...registry, { text: read("ioc-extractor_input.txt"), indicators: labels(inSample) }];
}

const inSample: readonly [IndicatorType, string][] = [
  ...["192.168.0.1", "192.188.0.1", "123.123.123.123"].map((v): [IndicatorType, string] => ["ipv4", v]),
  ...["example.com", "exa-mple.com", "ex4mple.com", "short.is"].map((v): [IndicatorType, string] => [
    "domain",
    v,
  ]),
  ["ipv6", "fdc4:2581:575b:5a72::1"],
  ["md5", "68b329da9893e34099c7d8ad5cb9c940"],
  ["sha1", "adc83b19e793491b1c6ea0fd8b46cd9f32e592fc"],
  ["sha256", "01ba4719c80b6fe911b091a7c05124b64eeece964e09c058ef8f9805daca546b"],
  [
    "sha512",
    "be688838ca8686e5c90689bf2ab585cef1137c999b48c70b92f67a5c34dc15697b5d11c982ed6d71be1e1e7f7b4e0733884aa97c3f7a339a8ed03577cf74be09",
  ],
];

function labels(values: readonly (readonly [IndicatorType, string])[]): Set<string> {
  return new Set(values.flatMap(([type, value]) => keyed(type, value)));
}

function keyed(type: IndicatorType, value: string): string[] {
  const indicator = normaliseIndicator(type, value);
  return indicator === undefined ? [] : [`${indicator.type} ${indicator.value}`];
}

const ours: Extractor = (text) =>
  new Set(extract(text, shippedActors()).map(({ type, value }) => `${type} ${value}`));

/** What ioc-extractor calls them. */
const theirTypes: readonly (readonly [keyof ioc.IOC, IndicatorType])[] = [
  ["cves", "cve"],
  ["domains", "domain"],
  ["emails", "email"],
  ["ipv4s", "ipv4"],
  ["ipv6s", "ipv6"],
  ["md5s", "md5"],
  ["sha1s", "sha1"],
  ["sha256s", "sha256"],
  ["sha512s", "sha512"],
  ["urls", "url"],
];

const theirs: Extractor = (text) => {
  const found = ioc.extractIOC(text);
  return new Set(theirTypes.flatMap(([key, type]) => found[key].flatMap((value) => keyed(type, value))));
};

interface Tally {
  right: number;
  found: number;
  real: number;
}

/** By type, and "all". */
function tallied(texts: readonly Labelled[], extractor: Extractor, types: ReadonlySet<string>) {
  const tallies = new Map<string, Tally>();
  const add = (label: string, key: keyof Tally): void => {
    const type = label.slice(0, label.indexOf(" "));
    if (!types.has(type)) return;
    for (const name of [type, "all"]) {
      const tally = tallies.get(name) ?? { right: 0, found: 0, real: 0 };
      tally[key] += 1;
      tallies.set(name, tally);
    }
  };
  for (const { text, indicators } of texts) {
    const found = [...extractor(text)].filter((label) => indicators.has(label) || !isPartOf(label, text));
    for (const label of found) add(label, "found");
    for (const label of found.filter((each) => indicators.has(each))) add(label, "right");
    for (const label of indicators) add(label, "real");
  }
  return tallies;
}

/** The name in a link or an e-mail address that the labels do not list by itself is neither right nor wrong. */
function isPartOf(label: string, text: string): boolean {
  const [, type = "", value = ""] = /^(\S+) (.*)$/.exec(label) ?? [];
  if (!["domain", "ipv4", "ipv6"].includes(type)) return false;
  const plain = text.toLowerCase().replace(/\[\.\]|\[dot\]|\(\.\)/g, ".");
  return [`//${value}`, `@${value}`].some((part) => plain.includes(part));
}

function rows(corpus: string, texts: readonly Labelled[]): Row[] {
  const types = new Set(texts.flatMap(({ indicators }) => [...indicators].map((l) => l.split(" ")[0] ?? "")));
  for (const type of IndicatorType.options) if (corpus === "own snippets") types.add(type);
  const [mine, peer] = [tallied(texts, ours, types), tallied(texts, theirs, types)];
  return [...mine.keys()].sort().flatMap((type): Row[] => {
    const [own, other] = [mine.get(type), peer.get(type)];
    const shared = type === "all" || theirTypes.some(([, known]) => known === type);
    const row = (what: "precision" | "recall"): Row => {
      const line = alone(`${corpus}, ${type}: ${what}`, rate(own, what), `of ${own?.real ?? 0}`);
      return shared ? compared(line, { name: "ioc-extractor", value: rate(other, what) }) : line;
    };
    return [row("precision"), row("recall")];
  });
}

function rate(tally: Tally | undefined, what: "precision" | "recall"): number {
  if (tally === undefined) return 0;
  const of = what === "precision" ? tally.found : tally.real;
  return of === 0 ? 1 : Math.round((tally.right / of) * 10_000) / 10_000;
}

export function run(): Promise<Row[]> {
  return Promise.resolve([
    ...rows("own snippets", ownSnippets()),
    ...rows("ESET's pages", esetPages()),
    ...rows("extractors' fixtures", extractorFixtures()),
  ]);
}
