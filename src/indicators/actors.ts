/**
 * Threat actors under any of their names: "Fancy Bear", "FANCYBEAR" and "APT28" are one. The list is data
 * (reference/actors.json, or one's own in that shape), given to `actorsFrom`, never read here.
 */
import { z } from "zod";
import { HatrackError } from "../errors.ts";

const ActorData = z.object({ actors: z.record(z.string(), z.object({ aliases: z.array(z.string()) })) });

export interface NamedActor {
  readonly type: "actor";
  /** The name all its aliases fold to. */
  readonly value: string;
  /** UTF-16 offsets; `end` is exclusive. */
  readonly start: number;
  readonly end: number;
}

export interface Actors {
  /** The one name of this actor; a name on no list as it is. */
  canonical(name: string): string;
  /** Actors named in a text: names that are ordinary words too count only where it speaks of an actor. */
  find(text: string): NamedActor[];
}

export const noActors: Actors = { canonical: (name) => name, find: () => [] };

/** @throws HatrackError `actors_invalid` when the data has another shape */
export function actorsFrom(data: unknown): Actors {
  const parsed = ActorData.safeParse(data);
  if (!parsed.success) {
    const message = `actors: expected { actors: { NAME: { aliases } } }: ${parsed.error.message}`;
    throw new HatrackError("actors_invalid", message, { cause: parsed.error });
  }
  const byName = new Map<string, string>();
  for (const [name, { aliases }] of Object.entries(parsed.data.actors)) {
    for (const alias of [name, ...aliases]) byName.set(folded(alias), name.trim());
  }
  return {
    canonical: (name) => byName.get(folded(name)) ?? name,
    find: (text) => find(text, byName),
  };
}

/** What two spellings of a name have in common: letters and digits, lower case. */
function folded(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, "");
}

/** "Earth Lusca Group" and the like; the longest name there is. Words. */
const longestName = 5;
const wordPattern = /[\p{L}\p{N}]+(?:[-.'’&][\p{L}\p{N}]+)*/gu;

interface Word {
  readonly start: number;
  readonly end: number;
}

interface Scene {
  readonly text: string;
  readonly words: readonly Word[];
  readonly byName: ReadonlyMap<string, string>;
}

function find(text: string, byName: ReadonlyMap<string, string>): NamedActor[] {
  const words = [...text.matchAll(wordPattern)].map((match): Word => ({
    start: match.index,
    end: match.index + match[0].length,
  }));
  const found: NamedActor[] = [];
  for (let at = 0; at < words.length;) {
    const named = longestAt({ text, words, byName }, at);
    if (named !== undefined) found.push(named.actor);
    at += named?.words ?? 1;
  }
  return found;
}

function longestAt(
  { text, words, byName }: Scene,
  at: number,
): { actor: NamedActor; words: number } | undefined {
  const start = words[at]?.start ?? 0;
  for (let length = Math.min(longestName, words.length - at); length > 0; length -= 1) {
    const end = words[at + length - 1]?.end ?? start;
    const written = text.slice(start, end);
    if (!isOnePhrase(written)) continue;
    const value = byName.get(folded(written));
    if (value !== undefined && (isUnmistakable(written) || speaksOfActors(text, start, end))) {
      return { actor: { type: "actor", value, start, end }, words: length };
    }
  }
  return undefined;
}

/** A name does not go on past a comma or a line; inside it are single spaces. */
function isOnePhrase(written: string): boolean {
  return written.length <= 60 && !/[^\p{L}\p{N}\-.'’& ]| {2}/u.test(written);
}

/** APT28, TA505, UNC2452; MuddyWater; two words that both begin large: Fancy Bear. */
function isUnmistakable(written: string): boolean {
  const parts = written.split(" ");
  if (parts.length > 1) {
    return parts.every((part) => /^[\p{Lu}\p{N}]/u.test(part)) && parts.filter(isLongWord).length > 1;
  }
  const isCode = /^\p{Lu}/u.test(written) && /\d/.test(written) && written.length >= 4;
  return isCode || (/\p{Ll}\p{Lu}/u.test(written) && written.length >= 6);
}

const isLongWord = (part: string): boolean => /\p{L}{3}/u.test(part);

const wordsBefore =
  /(?:\bactors?|\bgroups?|\bgang|\bapt|\bcrew|\badversary|attributed to|(?:known|tracked) as|a\.?k\.?a\.?|\balias|operators of)[ :]+["'“(]?$/i;
const wordsAfter =
  /^["'”)]? (?:apt|group|gang|actors?|hackers|hacking|operators|crew|threat|intrusion set)\b/i;

/** Names such as Silence, Turla or Play are words, or programs, unless the text around them speaks of people. */
function speaksOfActors(text: string, start: number, end: number): boolean {
  if (!/^\p{Lu}/u.test(text.slice(start, end))) return false;
  return (
    wordsBefore.test(text.slice(Math.max(0, start - 24), start)) || wordsAfter.test(text.slice(end, end + 24))
  );
}
