/** Threat Hunter: twice a day looks between the cases: what comes back, what was missed, what belongs together. */
import { defineCalendarRole } from "../src/agent/define-calendar-role.ts";
import { announcedCampaigns, announcedCases, newsOf } from "../src/memory/campaigns.ts";
import { CaseMemory } from "../src/memory/case-memory.ts";
import type { Cluster } from "../src/memory/clusters.ts";
import { fitting } from "../src/memory/fitting.ts";
import { hunt, huntDays } from "../src/memory/hunt.ts";
import type { Draft } from "../src/bus/bus.ts";

/** An event has its size: `omitted` counts findings that do not fit; of indicators the widest are named. */
const findingRoom = { bytes: 40 * 1024, items: 200 };
const indicatorRoom = { bytes: 32 * 1024, items: 100 };

function announce({ id, cases, indicators, actors }: Cluster): Draft {
  return {
    type: "campaign.detected",
    data: {
      clusterId: id,
      caseIds: cases.slice(-announcedCases),
      indicators: fitting(indicators, indicatorRoom).kept,
      actors: actors.slice(0, 20),
    },
  };
}

export default defineCalendarRole({
  name: "threat-hunter",
  title: "Threat Hunter",
  compute: async ({ bus, window, position }) => {
    const memory = await CaseMemory.project(bus, { to: position });
    const { clusters } = memory.findCampaignClusters({ days: huntDays, asOf: window.end });
    const campaigns = newsOf(clusters, await announcedCampaigns(bus, position));
    return { findings: hunt(memory.state, window), campaigns };
  },
  wording: {
    prompt: `You are a threat hunter and report what single cases do not show.
Say first which attacks nobody was told of, then the hosts and indicators that come back and what they may have in
common. A shared indicator is a lead, not a proof: say what an analyst would look at next to confirm or drop it.
Write indicators as they stand in the facts.`,
    of: ({ findings }) => (findings.length === 0 ? undefined : { findings: findings.slice(0, 20) }),
  },
  emit: ({ facts, words, window }) => {
    const campaigns = facts.campaigns.map(announce);
    const { kept, ...omitted } = fitting(facts.findings, findingRoom);
    if (kept.length === 0) return campaigns;
    const findings = kept.map((finding) => ({ ...finding, caseIds: [...finding.caseIds] }));
    const data = { window, findings, ...omitted, ...(words === undefined ? {} : { words }) };
    return [{ type: "hunt.reported", data }, ...campaigns];
  },
  says: ["hunt.reported", "campaign.detected"],
});
