/** What the digests are made of: their head, the reporter's words, their picture, and cases one can open. */
import type { KnownBlock, RichTextElement, RichTextSection } from "@slack/types";
import type { Verdict } from "../../src/events/vocabulary.ts";
import { bold, dotted, link, richText, section, text, when } from "../rich.ts";
import { caseRef, configured, ours, plain, untrusted, type Ours } from "../text.ts";
import { verdicts } from "../words/shared.ts";
import * as say from "../words/digest-parts.ts";

export const dot = ours` · `;

/** What is known of a case beside its id. */
export interface CaseLook {
  /** Its host, else its rule. */
  readonly about?: string;
  readonly verdict?: Verdict;
  /** To its thread. */
  readonly link?: string;
}

/** What a digest is drawn with besides its event: looked up before. */
export interface DigestLook {
  readonly cases: ReadonlyMap<string, CaseLook>;
  /** Proposal → its card. */
  readonly cards: ReadonlyMap<string, string>;
  /** The workspace's id of its picture, once it has one. */
  readonly picture?: string;
}

export function head(words: Ours): KnownBlock {
  return { type: "header", text: plain(words) };
}

interface Window {
  readonly start: string;
  readonly end: string;
}

export function windowLine({ start, end }: Window): RichTextElement[] {
  return [when(start), text(say.to), when(end)];
}

export interface Worded {
  readonly words?: string | undefined;
  readonly wordedBy?: "model" | "code" | undefined;
}

/** The report in a model's words, marked as such. Code's own words say what stands below, and are left out. */
export function wording({ words, wordedBy }: Worded): KnownBlock[] {
  if (words === undefined || words.trim() === "" || wordedBy === "code") return [];
  const block = richText(section(text(untrusted(words, { max: 1800, lines: true }))));
  return [block, small(say.wordedByAModel)];
}

export function small(words: Ours): KnownBlock {
  return { type: "context", elements: [plain(words)] };
}

/** `alt` is read aloud, and shown where the picture is not. */
export function pictureBlock(id: string | undefined, alt: string): KnownBlock[] {
  return id === undefined ? [] : [{ type: "image", slack_file: { id }, alt_text: alt.slice(0, 2000) }];
}

/** "CASE-7K3F9QWM2T · FIN-WS-042 · True positive", the id a link where there is a thread. */
export function caseLine(caseId: string, look: DigestLook): RichTextElement[] {
  const { about, verdict } = look.cases.get(caseId) ?? {};
  return dotted(
    [
      [caseLink(caseId, look)],
      ...(about === undefined ? [] : [[text(untrusted(about, { brief: 80 }))]]),
      ...(verdict === undefined ? [] : [[text(verdicts[verdict])]]),
    ],
    dot,
  );
}

export function caseLink(caseId: string, { cases }: Pick<DigestLook, "cases">): RichTextElement {
  const url = cases.get(caseId)?.link;
  const ref = caseRef(caseId);
  return url === undefined ? bold(ref) : link(url, ref);
}

/** "CASE-…, CASE-… and 4 more": the last of them, in order. */
export function caseList(caseIds: readonly string[], most: number, look: DigestLook): RichTextElement[] {
  const shown = caseIds.slice(-most);
  const left = caseIds.length - shown.length;
  const listed = dotted(
    shown.map((caseId) => [caseLink(caseId, look)]),
    ours`, `,
  );
  return left === 0 ? listed : [...listed, text(say.andEarlier(left))];
}

/** The first `most` as bullets; how many were left out stands below, never silently gone. */
export function atMost<T>(items: readonly T[], most: number): { shown: readonly T[]; left: number } {
  const shown = items.slice(0, most);
  return { shown, left: items.length - shown.length };
}

export function more(left: number, what: Ours): RichTextSection[] {
  return left === 0 ? [] : [section(text(say.andMore(left, what)))];
}

/** "1 case", "3 cases". */
export function counted(n: number, one: string, many = `${one}s`): Ours {
  return ours`${n} ${configured(n === 1 ? one : many)}`;
}
