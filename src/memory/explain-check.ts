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
  const record = cites.map((id) => said.get(id) ?? "").join("\n");
  return (
    missing("quote", quotesIn(text), (quote) => holdsQuote(record, quote)) ??
    missing("number", numbersIn(text), (number) => numbersOf(record).has(number)) ??
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
  const whole = [...record.matchAll(/\d+/g)].map(([number]) => withoutZeros(number));
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
