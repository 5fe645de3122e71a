/** Answers from the record: why something was done, each sentence with the events it rests on; and how often roles are right. */
import type { KnownBlock, RichTextSection, TableBlock } from "@slack/types";
import type { Accuracy, AccuracyRow } from "../../src/memory/accuracy.ts";
import type { Explanation } from "../../src/memory/explain.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, circle, type circles, code, dotted, richText, section, text, when } from "../rich.ts";
import { cell, caseRef, configured, ours, plain, untrusted, type Ours } from "../text.ts";
import { hatOf } from "../words/shared.ts";
import * as say from "../words/record-answers.ts";

/** Sentences and lines of the timeline that are shown, the newest; the rest is counted. */
const mostLines = 14;
/** Characters of an event's id: enough to find it with `hatrack explain --json`. */
const idLength = 8;

export interface Explained {
  readonly explanation: Explanation;
  readonly question: string | undefined;
  /** User id → name, of those who acted in this case. */
  readonly names: ReadonlyMap<string, string>;
}

/** Without a question the timeline; with one, the sentences that answer it. */
export function explainAnswer({ explanation, question, names }: Explained): Message {
  const { caseId, sentences, timeline, withheld } = explanation;
  const asked = question === undefined ? [] : [[text(untrusted(question, { max: 300 }))]];
  const head = section(...dotted([[bold(caseRef(caseId))], ...asked], ours` · `));
  const lines =
    question === undefined
      ? timeline.slice(-mostLines).map((line) => [when(line.time), text(ours` `), ...said(line, names)])
      : sentences.slice(0, mostLines).map((line) => said(line, names));
  const earlier = question === undefined ? timeline.length - lines.length : 0;
  const blocks: KnownBlock[] = [
    richText(
      head,
      ...(earlier > 0 ? [section(text(say.earlierEntries(earlier)))] : []),
      bullets(lines.map((line) => section(...line))),
    ),
  ];
  if (withheld > 0) {
    blocks.push({
      type: "context",
      elements: [plain(withheldWords(withheld))],
    });
  }
  return { text: say.whatTheRecordSays(caseRef(caseId)), blocks };
}

function withheldWords(count: number): Ours {
  return count === 1 ? say.oneSentenceWithheld : say.sentencesWithheld(count);
}

/** The sentence with people's names for their ids, then the events it cites. */
function said(
  line: { readonly text: string; readonly cites: readonly string[] },
  names: ReadonlyMap<string, string>,
): RichTextSection["elements"] {
  let words = line.text;
  for (const [user, name] of names) words = words.replaceAll(new RegExp(`\\b${user}\\b`, "g"), () => name);
  const cites = line.cites
    .slice(0, 4)
    .map((id) => [code(untrusted(id.slice(0, idLength), { max: idLength }))]);
  const cited = cites.length === 0 ? [] : [text(ours` `), ...dotted(cites, ours` `)];
  return [text(untrusted(words, { brief: 420 })), ...cited];
}

export function accuracyAnswer({ cases, labelled, unsettled, rows, recall }: Accuracy): Message {
  const found = recall.measured
    ? say.recallMeasured(
        percent(recall.rate),
        say.to(percent(recall.interval.low), percent(recall.interval.high)),
        recall.sampled,
        recall.of,
      )
    : say.recallIsNotMeasured(configured(recall.why));
  const head = richText(
    section(bold(say.howOftenRight)),
    section(text(labels({ cases, labelled, unsettled }))),
    section(text(found)),
  );
  const blocks: KnownBlock[] = rows.length === 0 ? [head] : [head, tableOf(rows)];
  return { text: say.howOftenRightSpoken, blocks };
}

function labels({ cases, labelled, unsettled }: Pick<Accuracy, "cases" | "labelled" | "unsettled">): Ours {
  if (labelled === 0) return say.noneIsLabelled(cases);
  const counted = say.areLabelled(labelled, cases);
  return unsettled === 0 ? counted : ours`${counted} ${say.settleNothing(unsettled)}`;
}

function tableOf(rows: readonly AccuracyRow[]): TableBlock {
  const head = [say.role, say.precedent, say.cases, say.right, ours`95 %`, say.band];
  const lines = rows.slice(0, 40).map(cellsOf);
  return { type: "table", rows: [head.map(cell), ...lines] };
}

function cellsOf({ role, arm, n, rate, interval, colour }: AccuracyRow): TableBlock["rows"][number] {
  const title = hatOf(role);
  const [lamp, words] = bands[colour];
  const between = say.to(percent(interval.low), percent(interval.high));
  const facts = [title, configured(arm), ours`${n}`, rate === null ? ours`–` : percent(rate), between];
  return [...facts.map(cell), richText(section(circle(lamp), text(ours` ${words}`)))];
}

/** By the lower end of the interval. The colour is drawn, and said in words and by shape for who does not see it. */
const bands: Readonly<Record<AccuracyRow["colour"], readonly [(typeof circles)[number], Ours]>> = {
  green: ["large_green_circle", say.green],
  amber: ["large_yellow_circle", say.amber],
  red: ["red_circle", say.red],
  grey: ["white_circle", say.tooFew],
};

function percent(share: number): Ours {
  return ours`${Math.round(share * 100)} %`;
}
