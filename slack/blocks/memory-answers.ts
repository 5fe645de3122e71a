/** What memory says: past cases like this one, and campaigns. */
import type { RichTextElement } from "@slack/types";
import type { Cluster } from "../../src/memory/clusters.ts";
import type { Recalled } from "../../src/memory/recall.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, code, dotted, richText, section, text } from "../rich.ts";
import { caseRef, configured, ours, untrusted, type Ours } from "../text.ts";
import { verdicts } from "../words/shared.ts";
import * as say from "../words/memory-answers.ts";

const dot = ours` · `;

export function recallAnswer(query: string, cases: readonly Recalled[]): Message {
  const head = section(bold(say.casesLike), code(untrusted(query, { max: 200 })));
  if (cases.length === 0) {
    const none = section(text(say.noneNoPastCaseSharesA));
    return { text: say.nothingLikeItSpoken, blocks: [richText(head, none)] };
  }
  const rows = cases.map((found) => section(...dotted(recalled(found), dot)));
  return { text: say.casesLikeItSpoken(cases.length), blocks: [richText(head, bullets(rows))] };
}

/** No case holds the link; these hold its host. */
export function relatedAnswer(
  query: string,
  { host, cases }: { readonly host: string; readonly cases: readonly Recalled[] },
): Message {
  const head = section(text(say.noPastCaseHolds), code(untrusted(query, { max: 200 })));
  const weaker = section(bold(say.itsHostIsKnownWhichSays), code(untrusted(host, { max: 120 })));
  const rows = cases.map((found) => section(...dotted(recalled(found), dot)));
  return { text: say.hostAloneIsKnownSpoken, blocks: [richText(head, weaker, bullets(rows))] };
}

function recalled({ caseId, shared, verdict, confirmedBy }: Recalled): RichTextElement[][] {
  return [
    [bold(caseRef(caseId))],
    [
      text(
        verdict === null
          ? say.nobodyHasJudgedIt
          : ours`${verdicts[verdict]}, ${saidBy[confirmedBy ?? ""] ?? say.judged}`,
      ),
    ],
    [text(say.shares), ...valuesOf(shared, 3)],
  ];
}

const saidBy: Readonly<Record<string, Ours>> = {
  person: say.confirmedByAPerson,
  source: say.asClosedInItsConsole,
  tier2: say.byTierTwo,
  sentinel: say.bySentinel,
};

/** Campaigns a message shows. */
const mostClusters = 8;

export function clustersAnswer(clusters: readonly Cluster[], days: number): Message {
  const head = section(bold(say.campaignsOfTheLastDays(days)));
  if (clusters.length === 0) {
    const none = section(text(say.noneNoThreeCasesShareA));
    return { text: say.noCampaignsSpoken, blocks: [richText(head, none)] };
  }
  const rows = clusters.slice(0, mostClusters).map((cluster) => section(...clusterRow(cluster)));
  const left = clusters.length - rows.length;
  const more = left > 0 ? [section(text(say.andMore(left)))] : [];
  return { text: say.campaignsSpoken(clusters.length), blocks: [richText(head, bullets(rows), ...more)] };
}

function clusterRow({ id, cases, indicators, actors }: Cluster): RichTextElement[] {
  const listed = cases.slice(0, 6).map((caseId) => [text(caseRef(caseId))]);
  const more = cases.length > 6 ? [[text(say.more(cases.length - 6))]] : [];
  const named = actors.length === 0 ? [] : [[text(untrusted(actors.join(", "), { max: 200 }))]];
  const head = dotted([[bold(untrusted(id, { max: 80 }))], [text(say.cases(cases.length))], ...named], dot);
  const joined = indicators.length === 0 ? [text(say.linkedByAPerson)] : valuesOf(indicators, 4);
  return [...head, text(say.joinedBy), ...joined, text(ours`\n`), ...dotted([...listed, ...more], ours`, `)];
}

function valuesOf(indicators: readonly Indicator[], most: number): RichTextElement[] {
  const shown = indicators
    .slice(0, most)
    .map(({ type, value }) => [
      text(ours`${configured(type.replaceAll("_", " "))} `),
      code(untrusted(value, { max: 80 })),
    ]);
  const left = indicators.length - shown.length;
  return dotted(left > 0 ? [...shown, [text(say.more(left))]] : shown, ours`, `);
}
