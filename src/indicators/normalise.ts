/** One spelling per indicator, so that two cases that saw the same thing share the same value. */
import { domainToASCII } from "node:url";
import ipaddr from "ipaddr.js";
import { Indicator, type IndicatorType } from "../events/vocabulary.ts";

const lower = (value: string): string => value.toLowerCase();

const spelling: Readonly<Record<IndicatorType, (value: string) => string>> = {
  actor: (value) => value.replace(/\s+/g, " "),
  campaign: (value) => value.replace(/\s+/g, " "),
  cve: (value) => value.toUpperCase().replace(/[\u2010-\u2013]/g, "-"),
  domain: normaliseName,
  email: lower,
  host: (value) => lower(value).replace(/\.$/, ""),
  ipv4: normaliseAddress,
  ipv6: normaliseAddress,
  md5: lower,
  registry_key: normaliseKey,
  rule: (value) => value,
  sha1: lower,
  sha256: lower,
  sha512: lower,
  technique: (value) => value.toUpperCase(),
  url: normaliseUrl,
  user: lower,
};

/** The indicator in its one spelling; undefined when nothing is left or it is longer than an indicator may be. */
export function normaliseIndicator(type: IndicatorType, value: string): Indicator | undefined {
  const result = Indicator.safeParse({ type, value: spelling[type](value.trim()) });
  return result.success ? result.data : undefined;
}

function normaliseName(value: string): string {
  const name = lower(value).replace(/\.$/, "");
  return domainToASCII(name) || name;
}

function normaliseAddress(value: string): string {
  if (/^(?:0x[0-9a-f]{8}|[1-4]\d{9})$/i.test(value)) return new URL(`http://${value}`).hostname;
  return ipaddr.isValid(value) ? ipaddr.parse(value).toString() : lower(value);
}

/** Scheme and host in lower case, no default port, no credentials kept apart; path and query as they are. */
function normaliseUrl(value: string): string {
  const parts = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(value);
  if (parts === null) return value;
  const [, scheme = "", authority = "", rest = ""] = parts;
  const port = lower(scheme) === "https://" ? /:443$/ : /:80$/;
  return `${lower(scheme)}${lower(authority).replace(port, "")}${rest === "/" ? "" : rest}`;
}

const hives: Readonly<Record<string, string>> = {
  HKEY_LOCAL_MACHINE: "HKLM",
  HKEY_CURRENT_USER: "HKCU",
  HKEY_CLASSES_ROOT: "HKCR",
  HKEY_USERS: "HKU",
  HKEY_CURRENT_CONFIG: "HKCC",
};

function normaliseKey(value: string): string {
  const ofKernel = value.replace(/^\\REGISTRY\\MACHINE/i, "HKLM").replace(/^\\REGISTRY\\USER/i, "HKU");
  const [hive = "", ...path] = ofKernel
    .replace(/^(\w+):/, "$1")
    .replace(/\\+$/, "")
    .split("\\");
  const short = hives[hive.toUpperCase()] ?? hive.toUpperCase();
  return [short, ...path.map(lower)].join("\\");
}
