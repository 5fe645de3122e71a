/**
 * ESET's indicator pages, labelled by how the pages are written: what stands whole in a table's cell, between
 * backticks, in a line of a list or a code block, and in a link, is judged as that one token, without running text.
 * No outside labels exist; the machine-made ones that come with the pages hold detection names as domains.
 */
import { execFileSync } from "node:child_process";
import { parse } from "tldts";
import { normaliseIndicator } from "../src/indicators/normalise.ts";
import type { IndicatorType } from "../src/events/vocabulary.ts";
import { dataPath } from "../test/require.ts";

export interface Labelled {
  readonly text: string;
  /** "type value" */
  readonly indicators: ReadonlySet<string>;
}

/** One text a page. */
export function esetPages(): Labelled[] {
  const archive = dataPath("eset-malware-ioc", "readmes.tar.xz");
  const read = (...args: string[]): string =>
    execFileSync("tar", ["-xJf", archive, ...args], { encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  const listed = execFileSync("tar", ["-tJf", archive], { encoding: "utf8" });
  const files = listed.split("\n").filter((name) => name.endsWith("README.adoc"));
  return files.map((file) => {
    const text = read("-O", file);
    return { text, indicators: labelsOf(text) };
  });
}

/** What no cell can tell: a company's name, a password, a certificate authority's link in a dump. */
const none = new Set(["domain godaddy.com", "domain dc0.cc", "domain document.location.host"]);

function labelsOf(text: string): ReadonlySet<string> {
  const tokens = new Set(text.split(/[\s`|"'<>,;*+=(){}]+|(?<=\w):(?=\d)|(?<=\[\.\]\w{2,20})\//));
  const labels = [...tokens].flatMap((token) =>
    labelsOfToken(token.replace(/^(?:\[\.\])?[([\\]*|[.:)\]]+$/g, "")),
  );
  return new Set(labels.filter((label) => !none.has(label)));
}

const shapes: readonly (readonly [IndicatorType, RegExp])[] = [
  ["md5", /^[0-9a-f]{32}$/i],
  ["sha1", /^[0-9a-f]{40}$/i],
  ["sha256", /^[0-9a-f]{64}$/i],
  ["sha512", /^[0-9a-f]{128}$/i],
  ["ipv4", /^(?:(?:25[0-5]|2[0-4]\d|1?\d?\d)\.){3}(?:25[0-5]|2[0-4]\d|1?\d?\d)(?:\/\d{1,2})?$/],
  ["technique", /^T\d{4}(?:\.\d{3})?$/],
  ["email", /^[\w.+-]+@[\w.-]+\.[a-z]{2,}$/i],
];

function labelsOfToken(written: string): string[] {
  const token = written.replace(/\[\.\]|\(\.\)|\[dot\]/g, ".").replace(/^hxxp/i, "http");
  const shape = shapes.find(([, pattern]) => pattern.test(token));
  if (shape !== undefined) return labelled(shape[0], token.replace(/\/\d{1,2}$/, ""));
  const cve = /CVE-\d{4}-\d{4,7}/i.exec(token)?.[0];
  if (cve !== undefined) return labelled("cve", cve);
  return isHostName(token, written) ? labelled("domain", token) : [];
}

function labelled(type: IndicatorType, value: string): string[] {
  const indicator = normaliseIndicator(type, value);
  return indicator === undefined ? [] : [`${indicator.type} ${indicator.value}`];
}

const notNames = /\.(?:zip|sh|py|so|md|pl|rs|app|cab|pid)$/i;
const detection = /^(?:[A-Za-z0-9]+[./])*[A-Z][A-Za-z0-9]*\.(?:[A-Z]{1,4}|[A-Z]{2,4}\.\w+)$/;

/** A whole token that is a name on the Internet: defanged, or neither a file's name nor a detection's. */
function isHostName(token: string, written: string): boolean {
  if (!/^(?:[a-z0-9_-]+\.)+(?:[a-z]{2,}|xn--[a-z0-9-]+)$/i.test(token)) return false;
  const { isIcann, domain } = parse(token, { validateHostname: true });
  const known = token.endsWith(".onion") || (isIcann === true && domain !== null);
  return known && (token !== written || !(notNames.test(token) || detection.test(token)));
}
