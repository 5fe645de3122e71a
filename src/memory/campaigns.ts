/** Which clusters are news: a campaign is announced when it is found, and again only when it has grown. */
import type { Bus, Position } from "../bus/bus.ts";
import { isEvent } from "../events/envelope.ts";
import type { Cluster } from "./clusters.ts";

/** Campaign id → the cases it had when it was last announced. */
export type Announced = ReadonlyMap<string, readonly string[]>;

/** Cases an announcement names; of a larger campaign the latest. */
export const announcedCases = 500;

/** Reads what was announced up to `to`, inclusive. */
export async function announcedCampaigns(bus: Bus, to: Position): Promise<Announced> {
  const announced = new Map<string, readonly string[]>();
  for await (const { event } of bus.read({ types: ["campaign.detected"], to })) {
    if (isEvent(event, "campaign.detected")) announced.set(event.data.clusterId, event.data.caseIds);
  }
  return announced;
}

/** The clusters that hold a case their last announcement did not. */
export function newsOf(clusters: readonly Cluster[], announced: Announced): Cluster[] {
  return clusters.filter(({ id, cases }) => {
    const shown = cases.slice(-announcedCases);
    const last = announced.get(id);
    if (last !== undefined) return shown.some((caseId) => !last.includes(caseId));
    // What is left of a campaign after a case was cleared has a new id and nothing new to say.
    return ![...announced.values()].some((before) => shown.every((caseId) => before.includes(caseId)));
  });
}
