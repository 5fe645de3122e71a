/** The scorecard of a shadow's log: what the roles made of live alerts, against how their source closed them. */
import { isoTime, systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { shadowWork } from "../../src/replay/shadow-work.ts";
import { scorecardOf } from "../../src/replay/scorecard.ts";
import type { Scorecard } from "../../src/replay/scorecard-schema.ts";
import type { Invocation } from "../command.ts";
import { withReadableBus } from "../open-bus.ts";
import { shadowOf } from "../shadow.ts";
import { revisionOf } from "./revision.ts";

/** @throws HatrackError `log_not_shadow` */
export async function shadowScorecard(invocation: Invocation, seed: number): Promise<Scorecard> {
  const started = systemClock.now();
  const { work, recall } = await withReadableBus(invocation, async (bus) => {
    const begun = await shadowOf(bus);
    if (begun === undefined) {
      throw new HatrackError(
        "log_not_shadow",
        "replay --shadow: expected the log of a SOC that was started with --shadow; on this one people saw and answered",
      );
    }
    return { work: await shadowWork(bus), recall: begun.data.recall };
  });
  return scorecardOf({
    run: { mode: "shadow", days: work.days, seed, dataHash: work.dataHash, recall },
    ...{ worked: work.worked, asked: work.asked, file: { lines: work.worked.length, problems: [] } },
    measured: {
      ...(await revisionOf()),
      ...{ startedAt: isoTime(started), milliseconds: systemClock.now() - started },
    },
  });
}
