/** Hand-offs of made-up cases. */
import type { KnownEvent } from "../../src/events/envelope.ts";
import { caseOf, said, start } from "./saying.ts";

export const by = { team: "T1", user: "U1" };

/** One proposal for a case, handed to an on-call role by its title. */
export function asked(
  name: string,
  proposalId: string,
  title = "IR Lead On-Call",
  time = start,
): KnownEvent<"handoff.requested"> {
  const role = title.toLowerCase().replaceAll(" ", "-");
  return said("handoff.requested", caseOf(name), {
    time,
    data: {
      proposalId,
      ask: {
        ...{ verb: "isolate_host", target: { type: "host", value: "WS-1" }, parameters: {} },
        ...{ rationale: "It beacons.", evidence: [], proposedBy: "ir-lead" },
      },
      bar: {
        ...{ targetClass: "workstation", addressed: { role, title }, quorum: 1, reversible: true },
        ...{ blastRadius: "one workstation", expiresMinutes: 60, nextTiers: [], carryOutMinutes: 60 },
      },
      digest: "0".repeat(64),
      code: "4F-K2",
    },
  });
}
