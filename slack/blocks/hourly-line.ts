/** One line for what needed no thread of its own, and how to see each of it. */
import type { Verdict } from "../../src/events/vocabulary.ts";
import type { Message } from "../limits.ts";
import { bold, code, dotted, richText, section, text } from "../rich.ts";
import { caseRef, configured, fallback, ours, untrusted } from "../text.ts";
import { counted, dot, windowLine } from "./digest-parts.ts";
import * as say from "../words/hourly-line.ts";

/** What got no thread in a stretch of the log. */
export interface NoThread {
  readonly window: { readonly start: string; readonly end: string };
  /** In log order. */
  readonly caseIds: readonly string[];
  /** How many of them each verdict has, the most first. */
  readonly verdicts: readonly { readonly verdict: Verdict; readonly cases: number }[];
  /** The rule most of them are of; left out where each has its own. */
  readonly rule?: { readonly name: string; readonly cases: number };
  /** Alerts that went to an earlier one, and muted ones. */
  readonly grouped: number;
  readonly suppressed: number;
}

/** Undefined: nothing got no thread, and there is nothing to say. */
export function hourlyLine(none: NoThread): Message | undefined {
  const { caseIds, verdicts, rule, grouped, suppressed } = none;
  const last = caseIds.at(-1);
  if (last === undefined && grouped + suppressed === 0) return undefined;
  const what = say.neededNoThread(counted(caseIds.length, "alert"));
  const judged = verdicts.map(({ verdict, cases }) => [
    text(ours`${cases} ${configured(verdict.replaceAll("_", " "))}`),
  ]);
  const folded = [
    ...(grouped === 0 ? [] : [[text(say.groupedWithEarlierOnes(grouped))]]),
    ...(suppressed === 0 ? [] : [[text(say.muted(suppressed))]]),
  ];
  const line = dotted(
    [
      [bold(what)],
      windowLine(none.window),
      ...(judged.length === 0 ? [] : [dotted(judged, ours`, `)]),
      ...(rule === undefined ? [] : [[text(say.by(rule.cases)), code(untrusted(rule.name, { brief: 80 }))]]),
      ...folded,
      ...(last === undefined ? [] : [[text(say.allOfItBy), code(say.socCase(caseRef(last)))]]),
    ],
    dot,
  );
  return { text: fallback`${what}`, blocks: [richText(section(...line))] };
}
