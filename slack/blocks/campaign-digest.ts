/** A campaign as the digest channel reads it: what joins which cases. It reads well without its picture. */
import type { KnownBlock, RichTextElement, RichTextSection } from "@slack/types";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { defangValue } from "../../src/indicators/defang.ts";
import type { CampaignGraph, Picture } from "../../src/seams/pictures.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, code, date, dotted, richText, section, text } from "../rich.ts";
import { configured, fallback, ours, untrusted, type Ours } from "../text.ts";
import {
  atMost,
  caseLine,
  counted,
  dot,
  head,
  more,
  pictureBlock,
  small,
  wording,
  type DigestLook,
} from "./digest-parts.ts";
import * as say from "../words/campaign-digest.ts";

export type CampaignEvent = KnownEvent<"campaign.detected">;
type Campaign = CampaignEvent["data"];

/** Cases that are listed and looked up: of more the latest. */
export const namedCases = 10;
const namedIndicators = 8;

/** `before`: the cases it had when it was last announced; undefined: it is new. */
export function campaignMessage(
  event: CampaignEvent,
  before: readonly string[] | undefined,
  look: DigestLook,
): Message {
  const { data } = event;
  const what = headOf(data);
  return {
    text: fallback`${before === undefined ? say.newCampaign : say.campaignThatGrew}: ${what}`,
    blocks: [
      head(say.campaign(what)),
      richText(section(...facts(data))),
      ...wording(data),
      ...pictureBlock(look.picture, campaignAlt(data)),
      richText(section(bold(say.cases)), bullets(caseBullets(data, before, look))),
      ...joinBlocks(data),
      small(say.aSharedIndicatorIsALead),
    ],
  };
}

/** In the thread of its first message. */
export function grownMessage({ data }: CampaignEvent, before: readonly string[], look: DigestLook): Message {
  const known = new Set(before);
  const { shown, left } = atMost(
    data.caseIds.filter((caseId) => !known.has(caseId)).toReversed(),
    namedCases,
  );
  const earlier = data.before ?? before.length;
  const line = say.grownFromTo(earlier, counted(totalOf(data), "case"));
  return {
    text: fallback`${line}`,
    blocks: [
      richText(
        section(bold(line), text(say.newCases)),
        bullets([...shown.map((caseId) => section(...caseLine(caseId, look))), ...more(left, say.moreCases)]),
      ),
      ...wording(data),
    ],
  };
}

export function campaignAlt(data: Campaign): string {
  const joined = data.indicators.length === 0 ? say.linkedByAPerson : say.andWhatJoinsThem;
  return say.graph(counted(totalOf(data), "case"), joined);
}

export function totalOf({ cases, caseIds }: Pick<Campaign, "cases" | "caseIds">): number {
  return cases ?? caseIds.length;
}

function headOf(data: Campaign): Ours {
  const cases = counted(totalOf(data), "case");
  const joins = data.indicators.length;
  if (joins === 0) return say.casesLinkedByAPerson(cases);
  return say.share(cases, counted(joins, "indicator"));
}

function facts({ clusterId, actors, hosts, first, latest }: Campaign): RichTextElement[] {
  return dotted(
    [
      [bold(untrusted(clusterId, { max: 80 }))],
      ...(actors.length === 0 ? [] : [[text(untrusted(actors.slice(0, 5).join(", "), { brief: 200 }))]]),
      ...(hosts === undefined ? [] : [[text(counted(hosts, "host"))]]),
      ...(first === undefined ? [] : [[text(say.first), date(first)]]),
      ...(latest === undefined ? [] : [[text(say.latest), date(latest)]]),
    ],
    dot,
  );
}

function caseBullets(
  data: Campaign,
  before: readonly string[] | undefined,
  look: DigestLook,
): RichTextSection[] {
  const known = new Set(before);
  const shown = data.caseIds.slice(-namedCases);
  const lines = shown.map((caseId) => {
    const isNew = before !== undefined && !known.has(caseId);
    return section(...caseLine(caseId, look), ...(isNew ? [text(dot), bold(say.isNew)] : []));
  });
  const left = totalOf(data) - shown.length;
  return left <= 0 ? lines : [...lines, section(text(say.andEarlier(left)))];
}

function joinBlocks({ indicators }: Campaign): KnownBlock[] {
  if (indicators.length === 0) return [];
  const { shown, left } = atMost(indicators, namedIndicators);
  const lines = shown.map((indicator) =>
    section(
      text(ours`${configured(indicator.type.replaceAll("_", " "))} `),
      code(untrusted(defangValue(indicator), { brief: 120 })),
      text(say.inWord(counted(indicator.cases, "case"))),
    ),
  );
  return [richText(section(bold(say.joinedBy)), bullets([...lines, ...more(left, say.indicators)]))];
}

export function campaignPicture(
  { data }: CampaignEvent,
  before: readonly string[] | undefined,
  { cases }: Pick<DigestLook, "cases">,
): Picture {
  const known = new Set(before);
  const joins = data.indicators.map(({ type, value, cases: held, among = [] }) => ({
    ...{ type, value, cases: held },
    caseIds: among.flatMap((at) => data.caseIds[at] ?? []),
  }));
  const byPerson = { type: "person", value: "", cases: totalOf(data), caseIds: data.caseIds };
  const campaign: CampaignGraph = {
    cases: data.caseIds.map((caseId) => {
      const { about, verdict } = cases.get(caseId) ?? {};
      return {
        ...{ caseId, isNew: before !== undefined && !known.has(caseId) },
        ...(about === undefined ? {} : { about }),
        ...(verdict === undefined ? {} : { verdict }),
      };
    }),
    total: totalOf(data),
    joins: joins.length === 0 ? [byPerson] : joins,
  };
  return { kind: "campaign", alt: campaignAlt(data), campaign };
}
