/**
 * Infrastructure that does not link cases: resolvers, CDNs, vendors, sinkholes, private ranges. The lists are data
 * (reference/benign.json, or one's own in that shape), given to `benignFrom`, never read here.
 */
import ipaddr from "ipaddr.js";
import { z } from "zod";
import { HatrackError } from "../errors.ts";
import type { Indicator } from "../events/vocabulary.ts";
import { linkHost } from "./link-host.ts";

/** How far a list's values fail to link: see reference/README.md. */
const Links = z.enum(["never", "url_only", "tenant", "few"]);
type Links = z.infer<typeof Links>;

const BenignData = z.object({
  lists: z.array(
    z.object({
      id: z.string(),
      name: z.string(),
      kind: z.enum(["address", "domain", "hash"]),
      links: Links,
      values: z.array(z.string()),
    }),
  ),
});
type List = z.infer<typeof BenignData>["lists"][number];

export interface Benign {
  /** The name of the list that calls this indicator infrastructure; undefined: it may be anybody's. */
  listOf(indicator: Indicator): string | undefined;
  /** How many cases may share it and still be linked by it: 0 for what links nothing, Infinity for what may. */
  linksUpTo(indicator: Indicator): number;
}

/** Whoever shares an edge address of a CDN with two others may have to do with them; with more it is the edge. */
const few = 3;

/** @throws HatrackError `benign_invalid` when the data has another shape */
export function benignFrom(data: unknown): Benign {
  const parsed = BenignData.safeParse(data);
  if (!parsed.success) {
    const message = `benign lists: expected { lists: [{ id, name, kind, links, values }] }: ${parsed.error.message}`;
    throw new HatrackError("benign_invalid", message, { cause: parsed.error });
  }
  const names = nameIndex(parsed.data.lists.filter((list) => list.kind === "domain"));
  const addresses = addressIndex(parsed.data.lists.filter((list) => list.kind === "address"));
  const hashes = valueIndex(parsed.data.lists.filter((list) => list.kind === "hash"));
  const ofAddress = (value: string): Listed | undefined => unrouted(value) ?? addresses(value);
  const listed = ({ type, value }: Indicator): Listed | undefined => {
    if (type === "domain") return names(value, "name");
    if (type === "ipv4" || type === "ipv6") return ofAddress(value);
    if (type !== "url") return hashes.get(value);
    const { host } = linkHost(value);
    return ipaddr.isValid(host) ? ofAddress(host) : names(host, "url");
  };
  const linksUpTo = (indicator: Indicator): number => {
    const entry = listed(indicator);
    if (entry === undefined) return Infinity;
    // A whole link says more than the address of the edge it leads through.
    return entry.links === "few" ? (indicator.type === "url" ? Infinity : few) : 0;
  };
  return { listOf: (indicator) => listed(indicator)?.list, linksUpTo };
}

/** A list that covers a value, and how far it does. */
interface Listed {
  readonly list: string;
  readonly links: Links;
}

type Names = (name: string, as: "name" | "url") => Listed | undefined;

/** The longest entry that matches decides; at one length an exact name goes before one with all below it. */
function nameIndex(lists: readonly List[]): Names {
  const exact = new Map<string, Listed>();
  const below = new Map<string, Listed>();
  for (const { name: list, links, values } of lists) {
    for (const value of values) {
      const bare = value.toLowerCase().replace(/^\./, "");
      const into = value.startsWith(".") ? below : exact;
      if (!into.has(bare)) into.set(bare, { list, links });
    }
  }
  return (name, as) => {
    for (let rest = name; rest !== ""; rest = rest.slice(rest.indexOf(".") + 1)) {
      const entry = (rest === name ? exact.get(rest) : undefined) ?? below.get(rest);
      if (entry !== undefined) return linksNothing(entry, as, rest === name) ? entry : undefined;
      if (!rest.includes(".")) return undefined;
    }
    return undefined;
  };
}

/** `url_only`: the name links nothing, a link on it may. `tenant`: only the bare name links nothing. */
function linksNothing({ links }: Listed, as: "name" | "url", bare: boolean): boolean {
  if (links === "never") return true;
  return links === "url_only" ? as === "name" : bare && as === "name";
}

/** Blocks by prefix length, so that a look-up costs the number of lengths, not of blocks. `tenant` blocks may link. */
function addressIndex(lists: readonly List[]): (address: string) => Listed | undefined {
  const blocks = new Map<string, Listed>();
  const lengths = new Map<string, Set<number>>([
    ["ipv4", new Set()],
    ["ipv6", new Set()],
  ]);
  for (const { name: list, links, values } of lists) {
    if (links === "tenant") continue;
    for (const value of values) {
      const block = readBlock(value);
      lengths.get(block.kind)?.add(block.bits);
      blocks.set(block.key, { list, links });
    }
  }
  return (address) => {
    if (!ipaddr.isValid(address)) return undefined;
    const parsed = ipaddr.parse(address);
    let found: Listed | undefined;
    for (const bits of lengths.get(parsed.kind()) ?? []) {
      const entry = blocks.get(keyOf(parsed.toByteArray(), bits));
      if (entry?.links === "never") return entry;
      found ??= entry;
    }
    return found;
  };
}

function readBlock(value: string): { kind: "ipv4" | "ipv6"; bits: number; key: string } {
  try {
    const [address, bits] = value.includes("/") ? ipaddr.parseCIDR(value) : [ipaddr.parse(value), undefined];
    const bytes = address.toByteArray();
    const length = bits ?? bytes.length * 8;
    return { kind: address.kind(), bits: length, key: keyOf(bytes, length) };
  } catch (cause) {
    const message = `benign lists: expected an address or a CIDR block, got "${value}"`;
    throw new HatrackError("benign_invalid", message, { cause });
  }
}

/** Family, prefix length and the masked bytes in hex. */
function keyOf(bytes: readonly number[], bits: number): string {
  const masked = bytes.map((byte, i) => byte & (0xff00 >> Math.max(0, Math.min(8, bits - i * 8))) & 0xff);
  return `${bytes.length}/${bits}/${Buffer.from(masked).toString("hex")}`;
}

function valueIndex(lists: readonly List[]): Map<string, Listed> {
  return new Map(
    lists.flatMap(({ name: list, links, values }) =>
      links === "never"
        ? values.map((value): [string, Listed] => [value.toLowerCase(), { list, links }])
        : [],
    ),
  );
}

/** Ranges that mean another machine on every network. The documentation ranges are not among them. */
const unroutedRanges: ReadonlySet<string> = new Set([
  ...["private", "loopback", "linkLocal", "uniqueLocal", "multicast", "broadcast", "unspecified"],
  "carrierGradeNat",
]);

const noNetwork: Listed = { list: "Addresses that no network routes", links: "never" };

function unrouted(address: string): Listed | undefined {
  if (!ipaddr.isValid(address)) return undefined;
  return unroutedRanges.has(ipaddr.parse(address).range()) ? noNetwork : undefined;
}

/** No lists: benign is only what no network routes. */
export const noLists: Benign = benignFrom({ lists: [] });
