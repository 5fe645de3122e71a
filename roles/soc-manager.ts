/** SOC Manager: sums up the shift three times a day, and hands over what still waits for a person, by who is asked. */
import { defineCalendarRole } from "../src/agent/define-calendar-role.ts";
import type { ComputeInput } from "../src/agent/calendar.ts";
import type { AnyEvent } from "../src/events/envelope.ts";
import { gateLoad, type RoleLoad } from "../src/gate/load.ts";
import { gateSays } from "../src/gate/says.ts";
import { fitting } from "../src/memory/fitting.ts";
import { shiftFacts, type OpenApproval, type ShiftFacts } from "../src/memory/shift.ts";

/** An event has its size: what does not fit is still in the counts. */
const approvalRoom = { bytes: 32 * 1024, items: 500 };
const namedCases = 500;

interface Facts extends ShiftFacts {
  readonly load: readonly RoleLoad[];
}

/** Nights are those of the zone it was fired in. */
async function loadOf({ bus, event, position }: ComputeInput): Promise<readonly RoleLoad[]> {
  const { window, zone } = event.data;
  const events: AnyEvent[] = [];
  for await (const { event: said } of bus.read({ types: gateSays, to: position })) events.push(said);
  const [from, to] = [Date.parse(window.start), Date.parse(window.end)];
  return gateLoad(events, { from, to, ...(zone === undefined ? {} : { zone }) }).roles;
}

/** Nothing came in, nobody said anything and nobody is waited for: no message. */
function isQuiet({ counts, openApprovals }: Facts): boolean {
  return openApprovals.length === 0 && Object.values(counts).every((count) => count === 0);
}

/** "IR Lead On-Call: 2 (isolate host WS-1 since 10:00, …)", the longest waiting first. */
function waiting(approvals: readonly OpenApproval[]): string[] {
  return [...Map.groupBy(approvals, ({ addressed }) => addressed)].map(([addressed, of]) => {
    const shown = of.slice(0, 3).map(({ what, caseId, askedAt }) => `${what} (${caseId}, since ${askedAt})`);
    const more = of.length > shown.length ? `; and ${of.length - shown.length} more` : "";
    return `${addressed} is asked for ${of.length}: ${shown.join("; ")}${more}.`;
  });
}

function plainly({ counts, openApprovals }: Facts): string {
  const n = (name: string): number => counts[name] ?? 0;
  const open = n("approvals_open");
  const undone = n("authorised_not_done");
  return [
    open === 0 ? "No approval is open." : `${open} ${open === 1 ? "approval is" : "approvals are"} open.`,
    ...waiting(openApprovals),
    ...(undone === 0 ? [] : [`${undone} authorised and not marked done.`]),
    `${n("received")} alerts received: ${n("triaged")} triaged, ${n("failed")} failed, ${n("dead")} dead, ` +
      `${n("waiting")} waiting, ${n("grouped")} grouped, ${n("suppressed")} suppressed; ${n("escalated")} escalated.`,
    ...(n("failed") + n("dead") + n("waiting") === 0
      ? []
      : ["What failed, died or waits nobody has looked at."]),
  ].join("\n");
}

export default defineCalendarRole<Facts>({
  name: "soc-manager",
  title: "SOC Manager",
  compute: async (input) => ({
    ...(await shiftFacts(input.bus, input.window, input.position)),
    load: await loadOf(input),
  }),
  wording: {
    prompt: `You are the manager of a security operations centre and hand over to the next shift.
Say first what is open and who is asked for it, the longest waiting first; then what was authorised and not done;
then what came in and what became of it. Alerts that failed, died or wait were looked at by nobody: say so plainly.
Say which on-call role was asked most, if one was asked much. Do not praise, do not speculate.`,
    of: (facts) => {
      const { counts, openApprovals, load } = facts;
      return isQuiet(facts) ? undefined : { counts, openApprovals: openApprovals.slice(0, 20), load };
    },
    plain: plainly,
  },
  emit: ({ facts, worded, window }) => {
    if (isQuiet(facts)) return [];
    const { counts, openApprovals, caseIds, load } = facts;
    const data = {
      ...{ window, counts, openApprovals: fitting(openApprovals, approvalRoom).kept },
      ...{ caseIds: caseIds.slice(0, namedCases), load: load.slice(0, 50).map(inEvent), ...worded },
    };
    return [{ type: "shift.summarised", data }];
  },
  says: ["shift.summarised"],
});

function inEvent({ shares: _, nights, ...load }: RoleLoad) {
  return { ...load, nightAsks: nights.reduce((sum, { asks }) => sum + asks, 0) };
}
