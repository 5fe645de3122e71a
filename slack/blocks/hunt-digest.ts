/** What comes back between the cases, and attacks nobody was told of; the missed first. */
import type { KnownBlock, RichTextElement } from "@slack/types";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Picture } from "../../src/seams/pictures.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, richText, section, text } from "../rich.ts";
import { untrusted, type Ours } from "../text.ts";
import {
  atMost,
  caseList,
  counted,
  dot,
  head,
  more,
  pictureBlock,
  windowLine,
  wording,
  type DigestLook,
} from "./digest-parts.ts";
import * as say from "../words/hunt-digest.ts";

export type HuntEvent = KnownEvent<"hunt.reported">;
type Finding = HuntEvent["data"]["findings"][number];

/** Findings of each kind that are listed. */
export const namedFindings = 6;
/** Cases of each finding. */
export const namedCasesOfFinding = 3;

const kinds: readonly { readonly kind: Finding["kind"]; readonly words: Ours }[] = [
  { kind: "missed_escalation", words: say.missedAttacks },
  { kind: "recurring_host", words: say.hostsThatComeBack },
  { kind: "shared_indicator", words: say.sharedIndicators },
];

export function huntMessage({ data }: HuntEvent, look: DigestLook): Message {
  const all = data.findings.length + (data.omitted ?? 0);
  const omitted = data.omitted === undefined ? [] : [section(text(say.andMoreFindings(data.omitted)))];
  return {
    text: say.huntSpoken(counted(all, "finding")),
    blocks: [
      head(say.hunt(counted(all, "finding"))),
      richText(section(...windowLine(data.window))),
      ...wording(data),
      ...pictureBlock(look.picture, huntAlt(data)),
      ...kinds.flatMap((kind) => kindBlocks(kind, data.findings, look)),
      ...(omitted.length === 0 ? [] : [richText(...omitted)]),
    ],
  };
}

function kindBlocks(
  { kind, words }: (typeof kinds)[number],
  findings: readonly Finding[],
  look: DigestLook,
): KnownBlock[] {
  const { shown, left } = atMost(
    findings.filter((finding) => finding.kind === kind),
    namedFindings,
  );
  if (shown.length === 0) return [];
  const lines = shown.map((finding) => section(...findingLine(finding, look)));
  return [richText(section(bold(words)), bullets([...lines, ...more(left, say.ofThese)]))];
}

function findingLine({ what, caseIds, before }: Finding, look: DigestLook): RichTextElement[] {
  return [
    text(untrusted(what, { brief: 240 })),
    ...(caseIds.length === 0 ? [] : [text(dot), ...caseList(caseIds, namedCasesOfFinding, look)]),
    ...(before === undefined ? [] : [text(dot), text(say.whenLastReported(counted(before, "case")))]),
  ];
}

export function huntAlt({ findings }: Pick<HuntEvent["data"], "findings">): string {
  const shown = drawnFindings(findings).length;
  return say.inHowManyCasesEachOf(counted(shown, "finding"));
}

/** What comes back, by how often; a missed escalation is one case and nothing to compare. */
function drawnFindings(findings: readonly Finding[]): Finding[] {
  return findings.filter(({ kind }) => kind !== "missed_escalation").slice(0, 8);
}

/** Undefined where there is nothing to compare. */
export function huntPicture({ data }: HuntEvent): Picture | undefined {
  const drawn = drawnFindings(data.findings);
  if (drawn.length < 2) return undefined;
  const parts = [
    { name: say.drawnBefore, colour: "quiet" },
    { name: say.drawnSince, colour: "warn" },
  ] as const;
  const rows = drawn.map(({ what, about, caseIds, cases = caseIds.length, before = 0 }) => ({
    name: about === undefined ? what : `${about.type.replaceAll("_", " ")} ${about.value}`,
    counts: [Math.min(before, cases), Math.max(0, cases - before)],
    note: counted(cases, "case"),
  }));
  return { kind: "bars", alt: huntAlt(data), bars: { parts, rows } };
}
