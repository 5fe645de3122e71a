/** Four cases that share a host of the attacker, each on a machine of its own: one campaign. */
import type { AnyEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";

const hosts = ["LOG-WS-017", "HR-WS-008", "OPS-WS-031", "FIN-WS-050"];

export function campaignLog(): AnyEvent[] {
  return hosts.flatMap((host, at) => {
    const caseId = `CASE-CAMPAIGN0${at}`;
    const time = new Date(Date.UTC(2026, 1, 20 + at, 9)).toISOString();
    const said = { subject: caseId, time };
    return [
      makeEvent({
        ...{ ...said, id: `c-${at}`, source: "/sources/crowdstrike", type: "alert.received" },
        data: {
          ...{
            source: "crowdstrike",
            sourceId: `c-${at}`,
            caseId,
            title: "Rundll32 connected to a rare domain",
          },
          ...{ rule: { id: "r", name: "RareDomain" }, severity: "high", time, host: { name: host }, raw: {} },
          techniques: ["T1218.011"],
          indicators: [
            { type: "domain", value: "cdn-telemetry-sync.example" },
            { type: "ipv4", value: "203.0.113.7" },
          ],
        },
      }),
      makeEvent({
        ...{
          ...said,
          id: `t-${at}`,
          source: "/roles/sentinel",
          type: "alert.triaged",
          causationid: `c-${at}`,
        },
        data: {
          ...{
            intent: "malicious",
            outcome: "succeeded",
            verdict: "true_positive",
            confidence: 0.8,
            priority: 8,
          },
          ...{ summary: "A beacon.", riskFactors: [], mitigatingFactors: [], questions: [], evidence: [] },
        },
      }),
    ];
  });
}
