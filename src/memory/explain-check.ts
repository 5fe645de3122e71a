/**
 * Holds a narrator to the record, in code: a sentence stands only if it cites events of the case, and every number,
 * name and quote in it occurs in what it cites (lesson 24). What cannot be checked is what it says of them, which is
 * why the plain record is always beside it.
 */

export interface Sentence {
  readonly text: string;
  readonly cites: readonly string[];
}

/** Why a sentence is withheld; undefined: it stands. */
export function whyWithheld(
  { text, cites }: Sentence,
  said: ReadonlyMap<string, string>,
): string | undefined {
  if (cites.length === 0) return "it cites nothing";
  const unknown = cites.find((id) => !said.has(id));
  if (unknown !== undefined) return `${unknown} is no event of this case`;
  return inventedIn(text, cites.map((id) => said.get(id) ?? "").join("\n"));
}

/** The first quote, number or name of a text that its record does not hold, in words. */
export function inventedIn(text: string, record: string): string | undefined {
  return (
    missing("quote", quotesIn(text), (quote) => holdsQuote(record, quote)) ??
    inventedNumber(text, record) ??
    missing("name", namesIn(text), (name) => holdsName(record, name))
  );
}

function missing(
  what: string,
  parts: readonly string[],
  isThere: (part: string) => boolean,
): string | undefined {
  const invented = parts.find((part) => !isThere(part));
  return invented === undefined ? undefined : `the ${what} ${invented} does not occur in what it cites`;
}

function quotesIn(text: string): string[] {
  return [...text.matchAll(/"([^"]+)"|“([^”]+)”|`([^`]+)`|‘([^’]+)’/g)].map(
    (m) => m.slice(1).find(Boolean) ?? "",
  );
}

function holdsQuote(record: string, quote: string): boolean {
  return plain(record).includes(plain(quote));
}

/** As it reads: JSON's escapes, case and white space aside. */
function plain(text: string): string {
  return text
    .toLowerCase()
    .replace(/\\(["\\/])/g, "$1")
    .replace(/\s+/g, " ")
    .trim();
}

const numberWords = [
  "zero",
  "one",
  "two",
  "three",
  "four",
  "five",
  "six",
  "seven",
  "eight",
  "nine",
  "ten",
  "eleven",
  "twelve",
];

/** Ids are no numbers: among the digits of a hash nearly every small number occurs. */
const ids = /\b(?:[0-9a-f]{32,64}|CASE-[0-9A-Z]{10}|\d{10,}-\d+)\b/gi;

/** What a text or a record says, its ids aside. */
export function withoutIds(text: string): string {
  return text.replace(ids, " ");
}

const stamp = String.raw`\b\d{4}-\d{2}-\d{2}(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?`;
const month = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*";
const day = String.raw`\d{1,2}(?:st|nd|rd|th)?`;
const stamps = new RegExp(stamp, "g");
const times = new RegExp(
  String.raw`${stamp}|\b\d{1,2}:\d{2}(?::\d{2})?|\b${day} (?:of )?${month}(?:,? \d{4})?|\b${month} ${day}(?:,? \d{4})?`,
  "g",
);

/** When something was is told by the record's times; how many there were is not. */
function inventedNumber(text: string, record: string): string | undefined {
  const [said, held] = [withoutIds(text), withoutIds(record)];
  const numbers = numbersOf(held.replace(stamps, " "));
  const moments = digitsOf((held.match(stamps) ?? []).join(" "));
  const when = digitsOf((said.match(times) ?? []).join(" "));
  return (
    missing("number", when, (number) => moments.includes(number) || numbers.has(number)) ??
    missing("number", numbersIn(said.replace(times, " ")), (number) => numbers.has(number))
  );
}

const digitsOf = (text: string): string[] => (text.match(/\d+/g) ?? []).map(withoutZeros);

/** "0.86", "12"; a number in words counts, "one" apart, which is an article too. */
function numbersIn(text: string): string[] {
  const digits = [...text.matchAll(/\d+(?:[.,:]\d+)*/g)].flatMap(([number]) => asNumbers(number));
  const words = [...text.toLowerCase().matchAll(/[a-z]+/g)].map(([word]) => numberWords.indexOf(word));
  return [...digits, ...words.filter((n) => n > 1).map(String)];
}

/** An address, a version and a decimal are one; a time is as many as it has. */
function asNumbers(number: string): string[] {
  if (number.includes(".")) return [number];
  return number.replaceAll(",", "").split(":").map(withoutZeros);
}

const withoutZeros = (digits: string): string => digits.replace(/^0+(?=\d)/, "");

function numbersOf(record: string): Set<string> {
  const dotted = [...record.matchAll(/\d+(?:\.\d+)+/g)].map(([number]) => number);
  const whole = digitsOf(record);
  // A share of 0.86 may be told as 86 %.
  const percent = dotted.map((number) => String(Math.round(Number(number) * 100)));
  return new Set([...dotted, ...whole, ...percent]);
}

/** Begins large, or is no word of a language: WS-042, j.doe, 203.0.113.7, evil.example, powershell.exe. */
function namesIn(text: string): string[] {
  const tokens = text.match(/[\p{L}\p{N}_$\\][\p{L}\p{N}_$.@\\/:-]*/gu) ?? [];
  return tokens
    .map((token) => token.replace(/[.:/-]+$/, "").replace(/['’]s$/, ""))
    .filter((token) => /^\p{Lu}/u.test(token) || /[\p{L}\p{N}][._@\\/]|\p{L}-?\d|[\p{Lu}]{2}/u.test(token))
    .filter((token) => !begins.has(token) && token !== "");
}

/** Words that begin a sentence, and what the sentences here call the roles, whose names the record has in small. */
const begins: ReadonlySet<string> = new Set(
  (
    "A According After Against All Also An And Another As At Because Before Both But By Containment During Each Evidence Finally First " +
    "For From He Her His However I If In It Its Later Nobody No None Not Of On One Only Once Please Second She Since So Someone Somebody That " +
    "The Their Then There These They This Those Threat To Two Until Was We What When Where Which While Who Why With Within You"
  ).split(" "),
);

/** Every part of the name stands in the record as a word of its own: "Tier 2" in "/roles/tier2" too. */
function holdsName(record: string, name: string): boolean {
  const hay = plain(record);
  if (hay.includes(name.toLowerCase())) return isWord(hay, name.toLowerCase());
  const parts = name
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter(Boolean);
  return parts.length > 1 && parts.every((part) => isWord(hay, part));
}

function isWord(hay: string, word: string): boolean {
  const escaped = word.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(String.raw`(?<![\p{L}])${escaped}(?![\p{L}])`, "u").test(hay);
}
