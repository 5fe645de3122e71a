/** Which clusters are news: a campaign is announced when it is found, and again only when it has grown. */
import type { Draft } from "../bus/bus.ts";
import { isoTime } from "../clock.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import { indicatorsOf, isAmong, type CaseRecord } from "./case-record.ts";
import type { Cluster } from "./clusters.ts";
import { fitting } from "./fitting.ts";

/** A campaign as it was last announced. */
export interface Announcement {
  /** Of a large one the latest. */
  readonly caseIds: readonly string[];
  readonly cases: number;
}

/** By campaign id. */
export type Announced = ReadonlyMap<string, Announcement>;

/** Cases an announcement names; of a larger campaign the latest. */
export const announcedCases = 500;
/** An event has its size: of indicators the widest are named. */
const indicatorRoom = { bytes: 24 * 1024, items: 100 };

/** Folds what was announced, in log order. */
export function announcedIn(reports: readonly AnyEvent[]): Announced {
  const announced = new Map<string, Announcement>();
  for (const event of reports) {
    if (!isEvent(event, "campaign.detected")) continue;
    const { clusterId, caseIds, cases = caseIds.length } = event.data;
    announced.set(clusterId, { caseIds, cases });
  }
  return announced;
}

/** The clusters that hold a case their last announcement did not. */
export function newsOf(clusters: readonly Cluster[], announced: Announced): Cluster[] {
  return clusters.filter(({ id, cases }) => {
    const shown = cases.slice(-announcedCases);
    const last = announced.get(id);
    if (last !== undefined) return shown.some((caseId) => !last.caseIds.includes(caseId));
    // What is left of a campaign after a case was cleared has a new id and nothing new to say.
    return ![...announced.values()].some((before) =>
      shown.every((caseId) => before.caseIds.includes(caseId)),
    );
  });
}

/** The announcement of a cluster: what it is, which case holds what, and what is new of it. Pure. */
export function announce(
  { id, cases, indicators, actors }: Cluster,
  records: ReadonlyMap<string, CaseRecord>,
  announced: Announced,
): Draft {
  const caseIds = cases.slice(-announcedCases);
  const held = caseIds.map((caseId) => records.get(caseId));
  const hosts = new Set(cases.flatMap((caseId) => records.get(caseId)?.alert?.host?.toLowerCase() ?? []));
  const times = cases.flatMap((caseId) => records.get(caseId)?.openedAt ?? []);
  const before = announced.get(id)?.cases;
  const shown = fitting(indicators, indicatorRoom).kept.map((indicator) => ({
    ...indicator,
    among: held.flatMap((record, at) =>
      record !== undefined && isAmong(indicatorsOf(record), indicator) ? [at] : [],
    ),
  }));
  const campaign = {
    ...{ clusterId: id, caseIds, indicators: fittingAmong(shown), actors: actors.slice(0, 20) },
    ...{ cases: cases.length, hosts: hosts.size },
    ...(before === undefined ? {} : { before }),
    ...(times.length === 0
      ? {}
      : { first: isoTime(Math.min(...times)), latest: isoTime(Math.max(...times)) }),
  };
  return { type: "campaign.detected", data: { ...campaign, words: plainly(campaign), wordedBy: "code" } };
}

type Campaign = EventData<"campaign.detected">;

/** Where they stand in very many cases the places alone would fill the event: the count is there all the same. */
function fittingAmong(indicators: Campaign["indicators"]): Campaign["indicators"] {
  const places = indicators.reduce((sum, { among = [] }) => sum + among.length, 0);
  if (places <= 4_000) return indicators;
  return indicators.map(({ among: _, ...indicator }) => indicator);
}

function plainly({ cases = 0, hosts = 0, before, indicators, actors }: Campaign): string {
  const [widest] = indicators;
  const grown = before === undefined ? "" : `, ${before} when it was last announced`;
  const shared =
    widest === undefined
      ? "a person linked them"
      : `${widest.cases} of them share ${widest.type} ${widest.value.slice(0, 200)}`;
  const others = indicators.length - 1;
  const more = others > 0 ? `, and ${others} more ${others === 1 ? "indicator" : "indicators"}` : "";
  const named = actors.length === 0 ? "" : ` Threat intel names ${actors.slice(0, 3).join(", ")}.`;
  return `${cases} cases on ${hosts} ${hosts === 1 ? "host" : "hosts"}${grown}: ${shared}${more}.${named}`;
}
