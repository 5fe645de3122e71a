/**
 * Ids mean something. A published event's id is a hash of its natural key, so saying it twice is saying it once.
 * A handler output's id is a hash of what caused it and what it says: the same answer is the same event, a
 * different second answer is a different one (lesson 39).
 */
import { createHash } from "node:crypto";
import { canonicalJson, sha256 } from "./canonical.ts";

/** 32 hex characters of the natural key's SHA-256; `kind` keeps keys of different things apart. */
export function naturalId(kind: string, ...key: readonly (string | number)[]): string {
  return sha256(canonicalJson([kind, ...key])).slice(0, 32);
}

/** Whom an event of an alert source is from: "/sources/crowdstrike". */
export function sourcePath(name: string): string {
  const slug = name
    .toLowerCase()
    .replace(/[^a-z0-9_.-]+/g, "-")
    .slice(0, 64);
  return `/sources/${slug || "unnamed"}`;
}

export interface OutputKey {
  readonly group: string;
  /** The id of the event that was handled. */
  readonly cause: string;
  /** Position among the handler's outputs, from 0. */
  readonly position: number;
  readonly type: string;
  readonly data: unknown;
}

export function outputId({ group, cause, position, type, data }: OutputKey): string {
  return sha256(canonicalJson(["output", group, cause, position, type, data])).slice(0, 32);
}

const crockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/** The source of alerts that hatrack makes to see whether it works: canaries. No other source may use the name. */
export const ownSource = "hatrack";
/** No other case id has a "U": it is not among the letters of any. */
const canaryMark = "CASE-U";

/** Everything said of a canary carries its case id, and so its mark. */
export function isCanary(caseId: string): boolean {
  return caseId.startsWith(canaryMark);
}

/** Fixed by the alert alone, before anything is published: 50 bits in Crockford's base 32. */
export function caseIdOf(alert: { source: string; sourceId: string }): string {
  const bytes = createHash("sha256")
    .update(canonicalJson(["case", alert.source, alert.sourceId]))
    .digest();
  const letters = Array.from(bytes.subarray(0, 10), (byte) => crockford.charAt(byte & 31));
  return alert.source === ownSource
    ? `${canaryMark}${letters.slice(1).join("")}`
    : `CASE-${letters.join("")}`;
}

/** Unambiguous letters of a digest, for people to compare: "4F-K2". */
export function gateCode(digest: string): string {
  const n = Number.parseInt(digest.slice(0, 8), 16);
  const letter = (shift: number): string => crockford.charAt((n >>> shift) & 31);
  return `${letter(0)}${letter(5)}-${letter(10)}${letter(15)}`;
}
