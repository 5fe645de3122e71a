/**
 * A model that is down half-way: waited for a while, then the case goes on without that role and the log says so. A
 * ticket that was never judged is missing, not a miss.
 */
import { says, type Handled } from "../bus/bus.ts";
import { pause } from "../bus/waiting.ts";

export interface Patience {
  /** Tries of one run before it is given up; once one is given up, each further run has one try. */
  readonly tries: number;
  /** Milliseconds between them. */
  readonly waitMs: number;
}

export const usualPatience: Patience = { tries: 4, waitMs: 5_000 };

type Patiently = (work: () => Promise<Handled>) => Promise<Handled>;

export function patiently(patience: Patience = usualPatience): Patiently {
  let down = false;
  return async (work) => {
    for (let tried = 1; ; tried += 1) {
      const handled = await work();
      if (!("stop" in handled)) {
        down = false;
        return handled;
      }
      down ||= tried >= patience.tries;
      if (down) return gaveUp(handled.stop);
      await pause(patience.waitMs);
    }
  };
}

function gaveUp(why: string): Handled {
  return says({ type: "model.unavailable", source: "/models", data: { why: why.slice(0, 1000) } });
}
