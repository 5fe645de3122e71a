/** What memory says: past cases like this one, and campaigns. */
import type { RichTextElement } from "@slack/types";
import type { Cluster } from "../../src/memory/clusters.ts";
import type { Recalled } from "../../src/memory/recall.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, code, dotted, richText, section, text } from "../rich.ts";
import { caseRef, configured, fallback, ours, untrusted, type Ours } from "../text.ts";
import { verdicts } from "../wording.ts";

const dot = ours` · `;

export function recallAnswer(query: string, cases: readonly Recalled[]): Message {
  const head = section(bold(ours`Cases like `), code(untrusted(query, { max: 200 })));
  if (cases.length === 0) {
    const none = section(text(ours`None: no past case shares a strong indicator with it.`));
    return { text: fallback`Nothing like it`, blocks: [richText(head, none)] };
  }
  const rows = cases.map((found) => section(...dotted(recalled(found), dot)));
  return { text: fallback`${cases.length} cases like it`, blocks: [richText(head, bullets(rows))] };
}

/** No case holds the link; these hold its host. */
export function relatedAnswer(
  query: string,
  { host, cases }: { readonly host: string; readonly cases: readonly Recalled[] },
): Message {
  const head = section(text(ours`No past case holds `), code(untrusted(query, { max: 200 })));
  const weaker = section(
    bold(ours`Its host is known, which says less: `),
    code(untrusted(host, { max: 120 })),
  );
  const rows = cases.map((found) => section(...dotted(recalled(found), dot)));
  return { text: fallback`Its host alone is known`, blocks: [richText(head, weaker, bullets(rows))] };
}

function recalled({ caseId, score, shared, verdict, confirmedBy }: Recalled): RichTextElement[][] {
  return [
    [bold(caseRef(caseId))],
    [
      text(
        verdict === null
          ? ours`nobody has judged it`
          : ours`${verdicts[verdict]}, ${saidBy[confirmedBy ?? ""] ?? ours`judged`}`,
      ),
    ],
    [text(ours`shares `), ...valuesOf(shared, 3)],
    [text(ours`score ${configured(score.toFixed(2))}`)],
  ];
}

const saidBy: Readonly<Record<string, Ours>> = {
  person: ours`confirmed by a person`,
  source: ours`as closed in its console`,
  tier2: ours`by Tier 2`,
  sentinel: ours`by Sentinel`,
};

/** Campaigns a message shows. */
const mostClusters = 8;

export function clustersAnswer(clusters: readonly Cluster[], days: number): Message {
  const head = section(bold(ours`Campaigns of the last ${days} days`));
  if (clusters.length === 0) {
    const none = section(
      text(ours`None: no three cases share a strong indicator, nor two with a named actor.`),
    );
    return { text: fallback`No campaigns`, blocks: [richText(head, none)] };
  }
  const rows = clusters.slice(0, mostClusters).map((cluster) => section(...clusterRow(cluster)));
  const left = clusters.length - rows.length;
  const more = left > 0 ? [section(text(ours`and ${left} more`))] : [];
  return { text: fallback`${clusters.length} campaigns`, blocks: [richText(head, bullets(rows), ...more)] };
}

function clusterRow({ id, cases, indicators, actors }: Cluster): RichTextElement[] {
  const listed = cases.slice(0, 6).map((caseId) => [text(caseRef(caseId))]);
  const more = cases.length > 6 ? [[text(ours`${cases.length - 6} more`)]] : [];
  const named = actors.length === 0 ? [] : [[text(untrusted(actors.join(", "), { max: 200 }))]];
  const head = dotted(
    [[bold(untrusted(id, { max: 80 }))], [text(ours`${cases.length} cases`)], ...named],
    dot,
  );
  const joined = indicators.length === 0 ? [text(ours`linked by a person`)] : valuesOf(indicators, 4);
  return [
    ...head,
    text(ours`\njoined by `),
    ...joined,
    text(ours`\n`),
    ...dotted([...listed, ...more], ours`, `),
  ];
}

function valuesOf(indicators: readonly Indicator[], most: number): RichTextElement[] {
  const shown = indicators
    .slice(0, most)
    .map(({ type, value }) => [
      text(ours`${configured(type.replaceAll("_", " "))} `),
      code(untrusted(value, { max: 80 })),
    ]);
  const left = indicators.length - shown.length;
  return dotted(left > 0 ? [...shown, [text(ours`${left} more`)]] : shown, ours`, `);
}
