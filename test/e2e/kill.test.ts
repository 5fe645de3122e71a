import { describe, it } from "vitest";
import { anew, caseIsDone, events, expectEachOnce, kill9, settled, start } from "./killing.ts";

describe("kill -9", () => {
  it(
    "after the k-th event, for every k of a case: each event once, each message once",
    { timeout: 600_000 },
    async () => {
      await start();
      const whole = await events(caseIsDone);
      await kill9();
      // Three kills a run, so that no entry is suspected of killing its process; every k in one run or another.
      const stride = Math.ceil(whole.length / 3);
      for (let first = 1; first <= stride; first += 1) {
        await anew();
        for (let k = first; k <= whole.length; k += stride) {
          await start();
          await events((log) => log.length >= k);
          await kill9();
        }
        await expectEachOnce(await settled());
      }
    },
  );
});
