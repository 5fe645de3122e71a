/**
 * benign.json: infrastructure that never links two cases, and shared infrastructure that links only by more than its
 * name. Every value stands in the list it comes from; where two entries match a name, the longer one decides.
 */
import { parse as parseHost } from "tldts";
import {
  addressLists,
  documentationRanges,
  hashLists,
  type Links,
  nameLists,
  ownEntries,
  popularityLists,
  wellKnownResolvers,
  withSubdomains,
} from "./benign-sources.ts";
import { mergeBlocks } from "./cidr.ts";
import { readWarningLists, type WarningList } from "./read-sources.ts";
import { byText } from "./write-lines.ts";

interface BenignList {
  readonly id: string;
  readonly name: string;
  readonly version: number;
  readonly kind: "address" | "domain" | "hash";
  readonly links: Links;
  readonly values: readonly string[];
}
type Lists = (name: string) => WarningList;

export function distilBenign(): Record<string, unknown> {
  const lists = readWarningLists();
  return {
    header: {
      title: "Infrastructure that does not link cases",
      source:
        "github.com/MISP/misp-warninglists, commit 84f0610aaf3b32159285c9b85510d0f415ea6b27; lists hatrack-* are this project's",
      date: "2026-08-20",
      licence: "CC0-1.0; lists hatrack-*: MIT, as the project",
      script: "reference/distil.ts",
      shape:
        "lists: [{id, name, version, kind: address|domain|hash, links: never|url_only|tenant|few, values}]. A domain with a leading dot is that name and all below it, else that name alone; the longest match decides. never: links nothing; url_only: a full URL may link, the name not; tenant: the bare name links nothing, an address or a name below it may; few: an address links the few cases that hold it, and nothing once they are many",
    },
    lists: [...addresses(lists), ...names(lists), ...hashes(lists)],
  };
}

function addresses(lists: Lists): BenignList[] {
  const resolvers = new Set([...lists("public-dns-v4").list, ...lists("public-dns-v6").list]);
  const wellKnown: BenignList = {
    id: "public-dns",
    name: "Well-known public DNS resolvers",
    version: lists("public-dns-v4").version,
    kind: "address",
    links: "never",
    values: wellKnownResolvers.filter((address) => resolvers.has(address)),
  };
  const others = addressLists.map(({ id, links }): BenignList => {
    const { name, version, list } = lists(id);
    const values = mergeBlocks(list.filter((value) => !documentationRanges.has(value)));
    return { id, name, version, kind: "address", links, values };
  });
  return [wellKnown, ...others];
}

function names(lists: Lists): BenignList[] {
  const rented = rentedNames(lists);
  const shared = new Set(
    nameLists.filter(({ links }) => links === "url_only").flatMap(({ id }) => lists(id).list.map(bare)),
  );
  for (const name of ownEntries.sharedContent) shared.add(name);
  const ours = (value: string) => !rented.has(bare(value)) && !shared.has(bare(value).replace(/^www\./, ""));
  const taken = new Set<string>();
  const once = (value: string) => !taken.has(value) && taken.add(value).size > 0;

  const fromLists = nameLists.map(({ id, links }): BenignList => {
    const { name, version, list } = lists(id);
    const values = list.filter((value) => isName(bare(value))).map((value) => asEntry(id, value));
    const kept = values.filter((value) => (links === "never" ? ours(value) : !rented.has(bare(value))));
    return { id, name, version, kind: "domain", links, values: kept.sort(byText).filter(once) };
  });
  const popular = popularNames(lists).filter(ours).filter(once);
  const own = (id: string, name: string, links: Links): Omit<BenignList, "values"> => ({
    ...{ id, name, version: 1, kind: "domain", links },
  });
  return [
    ...fromLists,
    { ...own("popular", `On each of ${popularityLists.join(", ")}`, "never"), values: popular },
    {
      ...own(
        "rented-names",
        "Hosting under the provider's name (LOTS and private public suffixes)",
        "tenant",
      ),
      values: [...rented].sort(byText).map((name) => `.${name}`),
    },
    {
      ...own("hatrack-analyst-sites", "Sites analysts cite", "never"),
      values: ownEntries.analystSites.filter(once),
    },
    {
      ...own("hatrack-shared-content", "Content of many people under one name", "url_only"),
      values: ownEntries.sharedContent.filter(once),
    },
  ];
}

function hashes(lists: Lists): BenignList[] {
  const fromLists = hashLists.map((id): BenignList => {
    const { name, version, list } = lists(id);
    const values = list
      .map((value) => value.toLowerCase())
      .filter((value) => /^[0-9a-f]{32,128}$/.test(value));
    return { id, name, version, kind: "hash", links: "never", values: values.sort(byText) };
  });
  return [
    ...fromLists,
    {
      id: "hatrack-placeholder-hashes",
      name: "All zeros: no hash was computed",
      version: 1,
      kind: "hash",
      links: "never",
      values: ownEntries.placeholderHashes,
    },
  ];
}

/** Names below which strangers rent: the dotted entries of LOTS, and private public suffixes on any list. */
function rentedNames(lists: Lists): Set<string> {
  const dotted = lists("lots-project").list.filter((value) => value.startsWith("."));
  const listed = [...nameLists.flatMap(({ id }) => lists(id).list), ...popularNames(lists)].map(bare);
  const suffixes = listed.filter((name) => isName(name) && isPrivateSuffix(name));
  return new Set([...dotted.map(bare), ...suffixes, ...ownEntries.rentedNames]);
}

function popularNames(lists: Lists): string[] {
  const [first = [], ...others] = popularityLists.map((id) => lists(id).list);
  const sets = others.map((list) => new Set(list));
  const dynamic = new Set(lists("dynamic-dns").list.map(bare));
  return first
    .filter((name) => isName(name) && !dynamic.has(name) && sets.every((set) => set.has(name)))
    .sort(byText)
    .map((name) => `.${name}`);
}

function isPrivateSuffix(name: string): boolean {
  const parsed = parseHost(`tenant.${name}`, { allowPrivateDomains: true });
  return parsed.isPrivate === true && [name, `tenant.${name}`].includes(parsed.publicSuffix ?? "");
}

function asEntry(id: string, value: string): string {
  return value.startsWith(".") || withSubdomains.has(id) ? `.${bare(value)}` : value.toLowerCase();
}

function bare(value: string): string {
  return value.replace(/^\./, "").toLowerCase();
}

function isName(value: string): boolean {
  return /^[a-z0-9_-]+(\.[a-z0-9_-]+)+$/.test(value);
}
