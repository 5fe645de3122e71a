/**
 * What every bus must do, whatever it stands on. An adapter's own test calls this with its harness and adds what is
 * special to it; a case it cannot run has a name and a reason.
 */
import { describe } from "vitest";
import { claimCases } from "./conformance/claims.ts";
import { crashCases } from "./conformance/crashes.ts";
import { deadCases } from "./conformance/dead-letters.ts";
import { groupCases } from "./conformance/groups.ts";
import { handlingCases } from "./conformance/handling.ts";
import type { MakeHarness, Suite } from "./conformance/harness.ts";
import { historyCases } from "./conformance/histories.ts";
import { leaseCases } from "./conformance/leases.ts";
import { logCases } from "./conformance/log.ts";
import { stateCases } from "./conformance/state.ts";

export function busConformance(name: string, make: MakeHarness, suite: Suite = {}): void {
  describe(`the bus contract on ${name}`, () => {
    logCases(make);
    leaseCases(make);
    groupCases(make, suite);
    handlingCases(make);
    deadCases(make, suite);
    claimCases(make);
    stateCases(make, suite);
    crashCases(make, suite);
    historyCases(make, suite);
  });
}
