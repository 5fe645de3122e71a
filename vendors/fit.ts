/**
 * Makes an alert fit into an event. What a source sent is kept whole as long as it is small; beyond that its longest
 * parts are cut, each cut marked with what is missing, so that nobody takes a part for the whole.
 */
import type { Alert } from "../src/events/alert-events.ts";

/** Bytes of JSON an alert may have; an event may have 64 KB and its envelope needs little. */
export const maxAlertBytes = 40_000;

/** Bytes of JSON each part may have before `raw` gets the rest; together less than half of the alert. */
const shares = { commandLine: 9_000, parent: 2_000, description: 3_000, indicators: 6_000 };

export function fit(alert: Alert): Alert {
  if (jsonBytes(alert) <= maxAlertBytes) return alert;
  const { raw, process, description, ...rest } = alert;
  const small: Omit<Alert, "raw"> = {
    ...rest,
    indicators: withinBytes(alert.indicators, shares.indicators),
    ...(description === undefined ? {} : { description: cutBytes(description, shares.description) }),
    ...(process === undefined ? {} : { process: cutProcess(process) }),
  };
  return { ...small, raw: shrink(raw, maxAlertBytes - jsonBytes(small)) };
}

function cutProcess(process: NonNullable<Alert["process"]>): NonNullable<Alert["process"]> {
  const { commandLine, parent, ...rest } = process;
  return {
    ...rest,
    ...(commandLine === undefined ? {} : { commandLine: cutBytes(commandLine, shares.commandLine) }),
    ...(parent === undefined ? {} : { parent: cutBytes(parent, shares.parent) }),
  };
}

/** The first entries of a list that have at most so many bytes of JSON together; an entry too large is left out. */
export function withinBytes<T>(entries: readonly T[], maxBytes: number): T[] {
  let left = maxBytes;
  return entries.filter((entry) => {
    const bytes = jsonBytes(entry) + 1;
    if (bytes > left) return false;
    left -= bytes;
    return true;
  });
}

/** Characters each string and entries each list may keep, from generous to bare. */
const steps: readonly { readonly characters: number; readonly entries: number }[] = [
  { characters: 4_000, entries: 200 },
  { characters: 1_000, entries: 50 },
  { characters: 250, entries: 20 },
  { characters: 80, entries: 5 },
  { characters: 40, entries: 2 },
];

/** The value with its longest parts cut until it has at most `maxBytes` of JSON. */
export function shrink(value: unknown, maxBytes: number): unknown {
  if (jsonBytes(value) <= maxBytes) return value;
  for (const step of steps) {
    const smaller = cutDeep(value, step, 0);
    if (jsonBytes(smaller) <= maxBytes) return smaller;
  }
  const text = JSON.stringify(value);
  return {
    truncated: `${text.length} characters of JSON; only the first are kept`,
    text: cutBytes(text, maxBytes - 200),
  };
}

function cutDeep(value: unknown, step: (typeof steps)[number], depth: number): unknown {
  if (typeof value === "string") return cutText(value, step.characters);
  if (value === null || typeof value !== "object") return value;
  if (depth >= 12) return "[truncated: nested too deep]";
  if (Array.isArray(value)) {
    const kept: unknown[] = value.slice(0, step.entries).map((each) => cutDeep(each, step, depth + 1));
    const missing = value.length - kept.length;
    return missing > 0 ? [...kept, `[truncated: ${missing} more]`] : kept;
  }
  const entries = Object.entries(value).map(([key, each]) => [
    cutText(key, 100),
    cutDeep(each, step, depth + 1),
  ]);
  const kept = entries.slice(0, step.entries * 4);
  if (kept.length < entries.length) kept.push(["truncated", `${entries.length - kept.length} more fields`]);
  return Object.fromEntries(kept) as unknown;
}

/** At most `limit` characters, the cut marked and never inside a character. */
export function cutText(text: string, limit: number): string {
  if (text.length <= limit) return text;
  const mark = `… [truncated: ${text.length} characters]`;
  const kept = text.slice(0, Math.max(0, limit - mark.length)).replace(/[\ud800-\udbff]$/, "");
  return (kept + mark).slice(0, Math.max(limit, 0));
}

/** As `cutText`, by bytes of JSON: an escaped control character takes six. */
export function cutBytes(text: string, maxBytes: number): string {
  let limit = text.length;
  while (limit > 0 && jsonBytes(cutText(text, limit)) > maxBytes) limit = Math.floor(limit * 0.8);
  return cutText(text, limit);
}

function jsonBytes(value: unknown): number {
  return Buffer.byteLength(JSON.stringify(value ?? null));
}
