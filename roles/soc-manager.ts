/** SOC Manager: sums up the shift three times a day, and hands over what still waits for a person, by who is asked. */
import { defineCalendarRole } from "../src/agent/define-calendar-role.ts";
import { fitting } from "../src/memory/fitting.ts";
import { shiftFacts } from "../src/memory/shift.ts";

/** An event has its size: what does not fit is still in the counts. */
const approvalRoom = { bytes: 32 * 1024, items: 500 };
const namedCases = 500;

export default defineCalendarRole({
  name: "soc-manager",
  title: "SOC Manager",
  compute: ({ bus, window, position }) => shiftFacts(bus, window, position),
  wording: {
    prompt: `You are the manager of a security operations centre and hand over to the next shift.
Say first what is open and who is asked for it, the longest waiting first; then what was authorised and not done;
then what came in and what became of it. Alerts that failed, died or wait were looked at by nobody: say so plainly.
A quiet shift needs one sentence. Do not praise, do not speculate.`,
    of: ({ counts, openApprovals }) => ({ counts, openApprovals: openApprovals.slice(0, 20) }),
  },
  emit: ({ facts, words, window }) => [
    {
      type: "shift.summarised",
      data: {
        window,
        counts: facts.counts,
        openApprovals: fitting(facts.openApprovals, approvalRoom).kept,
        caseIds: facts.caseIds.slice(0, namedCases),
        ...(words === undefined ? {} : { words }),
      },
    },
  ],
  says: ["shift.summarised"],
});
