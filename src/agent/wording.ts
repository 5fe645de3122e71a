/** What a text says that the facts it words do not hold: numbers, names and case ids, told by code. Pure. */
import { inventedIn, withoutIds } from "../memory/explain-check.ts";

const caseIds = /\bCASE-[0-9A-Z]{10}\b/g;

/** Each number and case id of `words` that occurs nowhere in `facts`, once; else the first name or quote that does not. */
export function unsupported(words: string, facts: unknown): string[] {
  const text = JSON.stringify(facts);
  const known = new Set([...numbersOf(text), ...lengthsOf(facts)]);
  const cases = (words.match(caseIds) ?? []).filter((id) => !text.includes(id));
  const numbers = numbersOf(words).filter((number) => !known.has(number));
  const wrong = [...new Set([...cases, ...numbers])];
  if (wrong.length > 0) return wrong;
  const record = [text, ...known, ...reportWords].join(" ");
  const invented = inventedIn(words, record);
  return invented === undefined ? [] : [invented];
}

/** What begins a sentence of a report and names nobody, and what the house calls itself. */
const reportWords = (
  "Alert Alerts Approval Approvals Attack Attacks Authorised Campaign Campaigns Case Cases Cleared Confirm Check Exclude " +
  "False Handed Host Hosts Indicator Indicators Look Most Nothing Open Others Quiet Received Report Review Rule Rules " +
  "Shift Still True Waiting Worst ATT&CK C2 IOC IP SEV SOC Sentinel Sigma Tier Slack UTC"
).split(" ");

/** Runs of digits without leading zeros; an id's own digits are none. "06:00" is 6 and 0. */
function numbersOf(text: string): string[] {
  const digits =
    withoutIds(text)
      .replace(/(\d)[,\u202f\u00a0](?=\d{3}\b)/g, "$1")
      .match(/\d+/g) ?? [];
  return digits.map((run) => run.replace(/^0+(?=\d)/, ""));
}

/** How many entries each list has: "three cases" may be said of a list of three. */
function lengthsOf(value: unknown): string[] {
  if (value === null || typeof value !== "object") return [];
  const inner = Object.values(value).flatMap(lengthsOf);
  return Array.isArray(value) ? [String(value.length), ...inner] : inner;
}
