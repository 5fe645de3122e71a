/** Threat Hunter: twice a day looks between the cases: what comes back, what was missed, what belongs together. */
import { defineCalendarRole } from "../src/agent/define-calendar-role.ts";
import type { Draft } from "../src/bus/bus.ts";
import { announce, announcedIn, newsOf } from "../src/memory/campaigns.ts";
import { CaseMemory } from "../src/memory/case-memory.ts";
import { fitting } from "../src/memory/fitting.ts";
import { hunt, huntDays, findingsIn, newFindings, type HuntFinding } from "../src/memory/hunt.ts";

/** An event has its size: `omitted` counts findings that do not fit. */
const findingRoom = { bytes: 40 * 1024, items: 200 };
const wordedFindings = 20;

interface Facts {
  readonly findings: readonly HuntFinding[];
  readonly campaigns: readonly Draft[];
}

function plainly({ findings }: Facts): string {
  const lines = findings.slice(0, wordedFindings).map(({ what, before }) => {
    return before === undefined ? `${what}.` : `${what} (${before} when it was last reported).`;
  });
  const more = findings.length - lines.length;
  return [...lines, ...(more > 0 ? [`And ${more} more findings.`] : [])].join("\n");
}

export default defineCalendarRole<Facts>({
  name: "threat-hunter",
  title: "Threat Hunter",
  compute: async ({ bus, window, position, reported, memory: kept }) => {
    const memory = await CaseMemory.project(bus, { ...kept, to: position });
    const { clusters } = memory.findCampaignClusters({ days: huntDays, asOf: window.end });
    const before = await reported();
    const announced = announcedIn(before);
    const { cases } = memory.state;
    return {
      findings: newFindings(hunt(memory.state, window), findingsIn(before)),
      campaigns: newsOf(clusters, announced).map((cluster) => announce(cluster, cases, announced)),
    };
  },
  wording: {
    prompt: `You are a threat hunter and report what single cases do not show.
Say first which attacks nobody was told of, then the hosts and indicators that come back and what they may have in
common. A shared indicator is a lead, not a proof: say what an analyst would look at next to confirm or drop it.
Write indicators as they stand in the facts.`,
    of: ({ findings }) =>
      findings.length === 0 ? undefined : { findings: findings.slice(0, wordedFindings) },
    plain: plainly,
  },
  emit: ({ facts, worded, window }) => {
    const { kept, ...omitted } = fitting(facts.findings, findingRoom);
    if (kept.length === 0) return facts.campaigns;
    const data = { window, findings: kept, ...omitted, ...worded };
    return [{ type: "hunt.reported", data }, ...facts.campaigns];
  },
  says: ["hunt.reported", "campaign.detected"],
});
