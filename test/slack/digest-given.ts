/** What the calendar roles would have reported, for tests of what the digest channel shows. */
import type { EventData } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { said } from "./given.ts";

export const cases = ["CASE-AAAAAAAAAA", "CASE-BBBBBBBBBB", "CASE-CCCCCCCCCC", "CASE-DDDDDDDDDD"] as const;
export const window = { start: "2026-03-02T05:00:00.000Z", end: "2026-03-02T13:00:00.000Z" };

type Over<T extends Parameters<typeof said>[0]> = Partial<EventData<T>>;

export function shift(over: Over<"shift.summarised"> = {}): KnownEvent<"shift.summarised"> {
  return said(
    "shift.summarised",
    {
      window,
      counts: {
        ...{ received: 12, triaged: 9, failed: 1, dead: 0, waiting: 0, grouped: 2, suppressed: 0 },
        ...{ true_positive: 2, suspicious: 1, insufficient_data: 0, benign: 4, false_positive: 2 },
        ...{ escalated: 3, authorised: 1, rejected: 1, expired: 0, carried_out: 1, approvals_open: 1 },
      },
      openApprovals: [
        {
          ...{ proposalId: "p1", caseId: cases[0], addressed: "IR Lead On-Call" },
          ...{ what: "isolate host FIN-WS-042", askedAt: "2026-03-02T09:10:00.000Z" },
        },
      ],
      caseIds: [...cases],
      ...over,
    },
    { subject: "calendar:soc-manager" },
  );
}

export const tuningId = "TUNE-7K3F9QWM2T";

export function tuning(over: Over<"tuning.reported"> = {}): KnownEvent<"tuning.reported"> {
  return said(
    "tuning.reported",
    {
      window,
      rules: [
        {
          ...{ rule: "Encoded PowerShell", alerts: 9, falsePositives: 5, benign: 2, tuningId },
          proposal: "Exclude program C:\\Tools\\agent.exe: that covers all 7 cleared alerts.",
          filter: {
            yaml: "title: quiet\ndetection:\n  filter:\n    Image: agent.exe\n",
            covers: 7,
          },
          caseIds: [...cases],
        },
      ],
      ...over,
    },
    { subject: "calendar:detection-engineer" },
  );
}

export function hunt(over: Over<"hunt.reported"> = {}): KnownEvent<"hunt.reported"> {
  return said(
    "hunt.reported",
    {
      window,
      findings: [
        {
          kind: "missed_escalation",
          what: "True positive by Tier 2, and nobody was asked: Beacon on HR-LT-007",
          caseIds: [cases[0]],
        },
        {
          ...{ kind: "recurring_host", what: "FIN-WS-042 stands in 4 alerts: Beacon, Macro" },
          ...{ caseIds: [...cases], cases: 4, before: 3, about: { type: "host", value: "FIN-WS-042" } },
        },
        {
          ...{ kind: "shared_indicator", what: "domain evil.example stands in 2 cases", cases: 2 },
          ...{ caseIds: [cases[0], cases[1]], about: { type: "domain", value: "evil.example" } },
        },
      ],
      ...over,
    },
    { subject: "calendar:threat-hunter" },
  );
}

export function campaign(over: Over<"campaign.detected"> = {}): KnownEvent<"campaign.detected"> {
  const caseIds = over.caseIds ?? cases.slice(0, 3);
  return said(
    "campaign.detected",
    {
      ...{ clusterId: "CAMPAIGN-AAAAAAAAAA", caseIds, actors: ["FIN7"], hosts: 3 },
      ...{ first: "2026-03-01T05:00:00.000Z", latest: "2026-03-02T11:00:00.000Z" },
      indicators: [
        { type: "domain", value: "evil.example", cases: caseIds.length, among: caseIds.map((_, at) => at) },
        { type: "ipv4", value: "203.0.113.7", cases: 2, among: [0, 1] },
      ],
      ...over,
    },
    { subject: "calendar:threat-hunter" },
  );
}
