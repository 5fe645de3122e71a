/** Words as the dashboard shows them: what came from outside is made inert first, our own stand in slack/words/shared.ts. */
import type { Verdict } from "../src/events/vocabulary.ts";
import { untrusted } from "../slack/text.ts";
import { hats, verdicts } from "../slack/words/shared.ts";

/** Text of an alert, a model or a person: control characters shown, links and addresses defanged, the rest counted. */
export function said(text: string, max = 1200): string {
  return text === "" ? "" : untrusted(text, { max });
}

/** As `said`, its line breaks kept. */
export function saidInLines(text: string, max = 4000): string {
  return text === "" ? "" : untrusted(text, { max, lines: true });
}

/** The beginning, for a row of a list whose page has the whole. */
export function briefly(text: string, length = 90): string {
  return text === "" ? "" : untrusted(text, { brief: length });
}

const otherTitles: Readonly<Record<string, string>> = {
  "human-gate": "Human gate",
  "soc-manager": "SOC Manager",
  "detection-engineer": "Detection Engineer",
  "threat-hunter": "Threat Hunter",
  "record-watch": "Record watch",
  "log-audit": "Log audit",
  canary: "Canary",
};

/** "tier2" → "Tier 2 Analyst"; a role of somebody else's as it calls itself. */
export function roleTitle(role: string): string {
  const hat = hats.find((one) => one.role === role);
  return hat?.title ?? otherTitles[role] ?? said(role, 60);
}

export function verdictWords(verdict: Verdict): string {
  return verdicts[verdict];
}

/** "isolate_host" → "isolate host". */
export function spelt(name: string): string {
  return said(name.replaceAll("_", " "), 80);
}

export function counted(n: number, one: string, many = `${one}s`): string {
  return `${n.toLocaleString("en-GB")} ${n === 1 ? one : many}`;
}

const units = [
  ["d", 86_400_000],
  ["h", 3_600_000],
  ["min", 60_000],
  ["s", 1000],
] as const;

/** "340 ms", "4.2 s", "3 min 10 s", "2 d 4 h": the two largest units. */
export function lasting(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`;
  const at = Math.max(
    0,
    units.findIndex(([, size]) => ms >= size),
  );
  const parts = units.slice(at, at + 2).map(([name, size], i) => {
    const n = Math.floor((i === 0 ? ms : ms % (units[at]?.[1] ?? size)) / size);
    return i > 0 && n === 0 ? "" : `${n} ${name}`;
  });
  return parts.join(" ").trim();
}

/** "18 s", "21 min", "3 h", "2 d": an age, which nobody needs to the second. */
export function coarsely(ms: number): string {
  const [name, size] = units.find(([, unit]) => ms >= unit) ?? ["s", 1000];
  return `${Math.floor(ms / size)} ${name}`;
}

/** "23 Nov 2026, 09:41 UTC" */
export function utc(ms: number): string {
  const [, date = "", month = "", year = "", time = ""] =
    /^\w+, (\d+) (\w+) (\d+) (\d\d:\d\d)/.exec(new Date(ms).toUTCString()) ?? [];
  return `${Number(date)} ${month} ${year}, ${time} UTC`;
}

export function percent(share: number, digits = 0): string {
  return `${(share * 100).toFixed(digits)} %`;
}
