/**
 * Indicators in running text: typed, refanged, with where they stand in the text as written. What a hash, an address
 * or a CVE number is, ioc-extractor's validators say; where one stands, and what is a name, a link or an e-mail
 * address, is found here: its extractors give no offsets, and its name pattern loses a hyphenated name with `--`
 * within 63 characters after it. Every pattern is linear: the text is the attacker's.
 */
import * as ioc from "ioc-extractor";
import ipaddr from "ipaddr.js";
import type { IndicatorType } from "../events/vocabulary.ts";
import { linkHost } from "./link-host.ts";
import { isName } from "./names.ts";
import { normaliseIndicator } from "./normalise.ts";
import { refangWithMap, type Refanged } from "./refang.ts";

export interface Found {
  readonly type: IndicatorType;
  /** Refanged and normalised. */
  readonly value: string;
  /** UTF-16 offsets into the text as written; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

/** Longer texts are cut here: what an alert or a report says stands in its first megabyte. UTF-16 units. */
export const maxTextLength = 1_000_000;

/** As `Found`, in the refanged text and as written there. */
type Hit = Found;

/** In order of appearance; a link comes before the name or address inside it. */
export function extract(written: string): Found[] {
  const source = refangWithMap(written.slice(0, maxTextLength));
  const { text } = source;
  const urls = links(text);
  const hits = [
    ...urls,
    ...urls.map(hostOf),
    ...outside(urls, [...emails(text), ...names(source), ...addresses(text)]),
    ...hexadecimal(text),
    ...matches("cve", text, /(?<![\w-])CVE-\d{4}-\d{4,7}(?!\w)/gi).filter(({ value }) => ioc.isCVE(value)),
    ...matches("technique", text, /(?<![\w.-])T\d{4}(?:\.\d{3})?(?![\w-]|\.\d)/g),
    ...matches("registry_key", text, registryKey),
  ];
  const found = hits.flatMap(({ type, value, start, end }) => {
    const indicator = normaliseIndicator(type, value);
    return indicator === undefined
      ? []
      : [{ ...indicator, start: source.sourceOf(start), end: source.sourceOf(end) }];
  });
  return found.sort((a, b) => a.start - b.start || b.end - a.end);
}

/** The distinct indicators of a text, in order of appearance. */
export function indicatorsIn(text: string): { type: IndicatorType; value: string }[] {
  const byKey = new Map(extract(text).map(({ type, value }) => [`${type} ${value}`, { type, value }]));
  return [...byKey.values()];
}

const linkPattern =
  /(?<![a-z0-9])(?:https?|ftps?):\/\/(?:[^\s/?#@"'<>]{1,128}@)?((?:\[[0-9a-f:.]+\])|[a-z0-9\u00a1-\uffff_.-]+)(?::\d{1,5})?(?:[/?#][^\s"'<>`|\\^{}\u0000-\u0020]{0,2000})?/gi;

function links(text: string): Hit[] {
  return [...text.matchAll(linkPattern)].flatMap((match): Hit[] => {
    const value = trimmed(match[0]);
    if (!isHost(linkHost(value).host.replace(/\.+$/, ""))) return [];
    return [{ type: "url", value, start: match.index, end: match.index + value.length }];
  });
}

function isHost(host: string): boolean {
  return typeOfAddress(host) !== undefined || isName(host, meant);
}

function typeOfAddress(text: string): "ipv4" | "ipv6" | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text)) return "ipv4";
  return ipaddr.IPv6.isValid(text) ? "ipv6" : undefined;
}

/** The name or address a link leads to, where it stands. */
function hostOf({ value: link, start: from }: Hit): Hit {
  const { host, start } = linkHost(link);
  const type = typeOfAddress(host) ?? "domain";
  return { type, value: host, start: from + start, end: from + start + host.length };
}

/** Those that stand in no link: in its path or query they are not what it leads to. */
function outside(urls: readonly Hit[], hits: readonly Hit[]): Hit[] {
  let next = 0;
  return [...hits]
    .sort((a, b) => a.start - b.start)
    .filter(({ start }) => {
      while ((urls[next]?.end ?? Infinity) <= start) next++;
      return start < (urls[next]?.start ?? Infinity);
    });
}

const meant = { before: "", after: "", meant: true };

/** A link without the punctuation of the sentence around it; a closing bracket stays if it was opened inside. */
function trimmed(link: string): string {
  let value = link;
  for (;;) {
    const last = value.at(-1) ?? "";
    const opened = { ")": "(", "]": "[" }[last];
    const loose = opened !== undefined && count(value, last) > count(value, opened);
    if (!loose && !/[.,;:!?*_~]/.test(last)) return value;
    value = value.slice(0, -1);
  }
}

function count(text: string, letter: string): number {
  return text.split(letter).length - 1;
}

const emailPattern =
  /(?<![\w.!#$%&'*+/=?^`{|}~-])[a-z0-9][\w.+-]{0,63}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62})(?![\w-])/gi;

function emails(text: string): Hit[] {
  return [...text.matchAll(emailPattern)].flatMap((match): Hit[] =>
    isName(match[1] ?? "", meant)
      ? [{ type: "email", value: match[0], start: match.index, end: match.index + match[0].length }]
      : [],
  );
}

const namePattern =
  /(?<![\p{L}\p{N}_@%-])(?<!\.)(?:[\p{L}\p{N}_](?:[\p{L}\p{N}_-]{0,61}[\p{L}\p{N}_])?\.){1,32}(?:xn--[a-z0-9-]{1,59}|\p{L}{2,63})(?![\p{L}\p{N}_@-])/giu;

function names(source: Refanged): Hit[] {
  const { text } = source;
  return matches("domain", text, namePattern).filter(({ value, start, end }) =>
    isName(value, {
      before: text.slice(Math.max(0, start - 3), start),
      after: text.slice(end, end + 1),
      meant: source.sourceOf(end) - source.sourceOf(start) !== end - start,
    }),
  );
}

const hashes: readonly (readonly [IndicatorType, (value: string) => boolean])[] = [
  ["md5", ioc.isMD5],
  ["sha1", ioc.isSHA1],
  ["sha256", ioc.isSHA256],
  ["sha512", ioc.isSHA512],
];

function hexadecimal(text: string): Hit[] {
  return matches("md5", text, /(?<!\w)[0-9a-f]{32,128}(?!\w)/gi).flatMap((hit) => {
    const type = hashes.find(([, is]) => is(hit.value))?.[0];
    // Sources fill a hash they do not know with zeros.
    return type === undefined || /^(.)\1+$/.test(hit.value) ? [] : [{ ...hit, type }];
  });
}

const v4Pattern = /(?<![\w-]|\d\.)\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d|-\d)/g;
const v6Pattern = /(?<![\w:\]).])(?:[0-9a-f]{1,4})?(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])/gi;

function addresses(text: string): Hit[] {
  const v6 = matches("ipv6", text, v6Pattern).filter(
    ({ value }) => ioc.isIPv6(value) && isWorthAnAddress(value),
  );
  return [...matches("ipv4", text, v4Pattern).filter(({ value }) => ioc.isIPv4(value)), ...v6];
}

/** `::Add` of a class is a valid address too: an address here has a digit and at least three groups, or is `::1`. */
function isWorthAnAddress(value: string): boolean {
  if (value === "::1") return true;
  return ipaddr.IPv6.isValid(value) && /\d/.test(value) && value.split(":").filter(Boolean).length >= 3;
}

const segment = String.raw`[^\s\\"'<>|,;:*?()]+(?: [^\s\\"'<>|,;:*?()]+){0,3}`;
const registryKey = new RegExp(
  String.raw`\b(?:HK(?:LM|CU|CR|U|CC)|HKEY_[A-Z_]{5,20}):?\\(?:${segment}\\)*[^\s\\"'<>|,;:*?()]+`,
  "gi",
);

function matches(type: IndicatorType, text: string, pattern: RegExp): Hit[] {
  return [...text.matchAll(pattern)].map((match) => ({
    type,
    value: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}
