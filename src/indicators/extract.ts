/**
 * Indicators in running text: typed, refanged, with where they stand in the text as written. What a hash, an address
 * or a CVE number is, ioc-extractor's validators say; where one stands, and what is a name, a link or an e-mail
 * address, is found here: its extractors give no offsets, and its name pattern loses a hyphenated name with `--`
 * within 63 characters after it. Every pattern is linear: the text is the attacker's.
 */
import * as ioc from "ioc-extractor";
import ipaddr from "ipaddr.js";
import type { IndicatorType } from "../events/vocabulary.ts";
import { noActors, type Actors } from "./actors.ts";
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

/**
 * In order of appearance; a link comes before the name or address inside it. Actors are found only by their list.
 */
export function extract(written: string, actors: Actors = noActors): Found[] {
  const source = refangWithMap(written.slice(0, maxTextLength));
  const { text } = source;
  const urls = links(text);
  const hits = [
    ...urls,
    ...urls.map(hostOf),
    ...outside(urls, [...emails(text), ...names(source), ...addresses(source), ...actors.find(text)]),
    ...hashesIn(text, urls),
    ...matches("cve", text, cvePattern).filter(({ value }) => ioc.isCVE(plainHyphens(value))),
    ...matches("technique", text, techniquePattern),
    ...registryKeys(text),
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

/** Pages print a hyphen that does not break the line. */
const cvePattern = /(?<![\w-])CVE[-\u2010-\u2013]\d{4}[-\u2010-\u2013]\d{4,7}(?!\w)/gi;
/** T1059.001, and as Sigma tags it: attack.t1059.001. */
const techniquePattern =
  /(?<![\w.-])T\d{4}(?:\.\d{3})?(?![\w-]|\.\d)|(?<=\battack\.)t\d{4}(?:\.\d{3})?(?![\w-])/g;

const schemes = "https?|s?ftps?|wss?|ldaps?|rmi|tcp|udp|smb|irc|ssh|dns|socks[45]";
const linkPattern = new RegExp(
  String.raw`(?<![a-z0-9])(?:${schemes}):\/\/(?:[^\s/?#@"'<>]{1,128}@)?(?:\[[0-9a-f:.]+\]|[a-z0-9\u00a1-\uffff_.-]+)` +
    String.raw`(?::\d{1,5})?(?:[/?#][^\s"'<>\`|\\^{}\u0000-\u0020]{0,2000})?`,
  "gi",
);

function links(text: string): Hit[] {
  return [...text.matchAll(linkPattern)].flatMap((match): Hit[] => {
    const value = trimmed(match[0]);
    if (!isHost(linkHost(value).host.replace(/\.+$/, ""))) return [];
    return [{ type: "url", value, start: match.index, end: match.index + value.length }];
  });
}

/** http://3405803783/ and http://0xcb007107/ lead to an address too. */
const wholeNumber = /^(?:0x[0-9a-f]{8}|[1-4]\d{9})$/i;

function isHost(host: string): boolean {
  return typeOfAddress(host) !== undefined || isName(host, meant);
}

function typeOfAddress(text: string): "ipv4" | "ipv6" | undefined {
  if (ipaddr.IPv4.isValidFourPartDecimal(text) || wholeNumber.test(text)) return "ipv4";
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

/** Somebody wrote a link there, or an address to write to. */
const meant = { before: "", after: "", meant: true };

/** A link without the punctuation of the sentence around it; a closing bracket stays if it was opened inside. */
function trimmed(link: string): string {
  let value = link.replace(/\+\+$/, ""); // AsciiDoc's `++…++`
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
  /(?<![\w.+-])[a-z0-9_][\w.+-]{0,63}@((?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]{1,62})(?![\w-])/gi;

function emails(text: string): Hit[] {
  return [...text.matchAll(emailPattern)].flatMap((match): Hit[] =>
    isName(match[1] ?? "", meant) && !isClone(match[0], text.charAt(match.index + match[0].length))
      ? [{ type: "email", value: match[0], start: match.index, end: match.index + match[0].length }]
      : [],
  );
}

/** git@github.com:owner/name names a repository. */
function isClone(address: string, next: string): boolean {
  return address.startsWith("git@") && next === ":";
}

/** Letters of scripts that are written without spaces end a name of any other. */
const letter = String.raw`[\p{L}--[\p{sc=Han}\p{sc=Hira}\p{sc=Kana}\p{sc=Hang}\p{sc=Thai}]]`;
/** `*.evil.com` and `srv-{1,9}.evil.com` speak of evil.com. */
const namePatterns = [letter, String.raw`\p{L}`].map(
  (l) =>
    new RegExp(
      String.raw`(?<![${l}\p{N}_@%\-])(?<!(?<![*\}])\.)(?:[${l}\p{N}_](?:[${l}\p{N}_\-]{0,61}[${l}\p{N}_])?\.){1,32}` +
        String.raw`(?:xn--[a-z0-9\-]{1,59}|${l}{2,63})(?![${l}\p{N}_@\-])`,
      "giv",
    ),
);

function names(source: Refanged): Hit[] {
  const { text } = source;
  const hits = namePatterns.flatMap((pattern) => matches("domain", text, pattern));
  const widest = new Map(hits.map((hit) => [hit.start, hit]));
  return [...widest.values()].filter(({ value, start, end }) =>
    isName(value, {
      before: text.slice(Math.max(0, start - 3), start),
      after: text.slice(end, end + 16),
      meant: wasDefanged(source, start, end),
    }),
  );
}

function wasDefanged(source: Refanged, start: number, end: number): boolean {
  return source.sourceOf(end) - source.sourceOf(start) !== end - start;
}

const hashes: readonly (readonly [IndicatorType, (value: string) => boolean])[] = [
  ["md5", ioc.isMD5],
  ["sha1", ioc.isSHA1],
  ["sha256", ioc.isSHA256],
  ["sha512", ioc.isSHA512],
];

/** Short hexadecimal in a link is a session's or a commit's; a long one is the file it speaks of. */
function hashesIn(text: string, urls: readonly Hit[]): Hit[] {
  const found = hexadecimal(text);
  const loose = new Set(outside(urls, found));
  return found.filter((hit) => loose.has(hit) || hit.type === "sha256" || hit.type === "sha512");
}

function hexadecimal(text: string): Hit[] {
  return matches("md5", text, /(?<!\w)[0-9a-f]{32,128}(?!\w)/gi).flatMap((hit) => {
    const type = hashes.find(([, is]) => is(hit.value))?.[0];
    // Sources fill a hash they do not know with zeros; a commit's is no file's.
    const isNone =
      /^(.)\1+$/.test(hit.value) || /\bcommit:? $/i.test(text.slice(Math.max(0, hit.start - 9), hit.start));
    return type === undefined || isNone ? [] : [{ ...hit, type }];
  });
}

const v4Pattern = /(?<![\w-]|[\dv]\.)\d{1,3}(?:\.\d{1,3}){3}(?!\w|\.\d|-\d)/gi;
const v6Pattern = /(?<![\w:\]).])(?:[0-9a-f]{1,4})?(?::[0-9a-f]{0,4}){2,7}(?:\.\d{1,3}){0,3}(?![\w:])/gi;
/** What is written before a version or a chapter with four parts. */
const numbered =
  /(?:\b(?:version|versions|ver|build|release|firmware|revision|section|chapter|table|figure|appendix|oid|(?:up|down)grad(?:e|ed|es|ing) (?:from|to))[.:=]? ?"?|[§])$/i;

/** Hours, minutes, seconds and hundredths with points between, and which half of the day. */
const timeOfDay = /^(?:0?[1-9]|1[0-2])\.[0-5]\d\.[0-5]\d\.\d\d ?[ap]m\b/i;

function addresses(source: Refanged): Hit[] {
  const { text } = source;
  const v6 = matches("ipv6", text, v6Pattern).filter(
    ({ value }) => ioc.isIPv6(value) && isWorthAnAddress(value),
  );
  const v4 = matches("ipv4", text, v4Pattern).filter(
    ({ value, start, end }) =>
      ioc.isIPv4(value) &&
      (wasDefanged(source, start, end) ||
        !(
          numbered.test(text.slice(Math.max(0, start - 20), start)) ||
          timeOfDay.test(text.slice(start, start + 16))
        )),
  );
  return [...v4, ...v6];
}

/**
 * `::Add` of a class is a valid address too, and so are eight bytes of a serial number: an address here has a digit and
 * at least three groups, one of them longer than a byte, or is `::1`.
 */
function isWorthAnAddress(value: string): boolean {
  if (value === "::1") return true;
  const groups = value.split(":").filter(Boolean);
  const isSerial = groups.length === 8 && groups.every((group) => group.length <= 2);
  return ipaddr.IPv6.isValid(value) && /\d/.test(value) && groups.length >= 3 && !isSerial;
}

const hive = String.raw`\b(?:HK(?:LM|CU|CR|U|CC)|HKEY_[A-Z_]{5,20}):?\\|\\REGISTRY\\(?:MACHINE|USER)\\`;
const inKey = String.raw`[^\s\\"'\`<>|,;:*?()[\]=\u201c\u201d]+`;
/** Between quotes the key ends where they do; in running text a last part with a space in it ends at the space. */
const quotedKey = new RegExp(String.raw`(?<=(["'\`]))(?:${hive})[^"'\`\r\n=]{1,400}(?=\1)`, "gi");
const looseKey = new RegExp(String.raw`(?:${hive})(?:${inKey}(?: ${inKey}){0,3}\\)*${inKey}`, "gi");

function registryKeys(text: string): Hit[] {
  const quoted = matches("registry_key", text, quotedKey);
  return [...quoted, ...outside(quoted, matches("registry_key", text, looseKey))].map((hit) => {
    const value = hit.value.replace(/[.\\]+$/, "");
    return { ...hit, value, end: hit.start + value.length };
  });
}

function plainHyphens(text: string): string {
  return text.replace(/[\u2010-\u2013]/g, "-");
}

function matches(type: IndicatorType, text: string, pattern: RegExp): Hit[] {
  return [...text.matchAll(pattern)].map((match) => ({
    type,
    value: match[0],
    start: match.index,
    end: match.index + match[0].length,
  }));
}
