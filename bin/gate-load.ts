/** `hatrack gate load`: what the gate costs the people behind it. */
import type { Bus } from "../src/bus/bus.ts";
import { systemClock } from "../src/clock.ts";
import { HatrackError } from "../src/errors.ts";
import type { AnyEvent } from "../src/events/envelope.ts";
import { gateLoad, type GateLoad, type NightLoad, type RoleLoad } from "../src/gate/load.ts";
import { gateSays } from "../src/gate/says.ts";
import { loadSoc } from "./assemble.ts";
import { flag, textOption, type Invocation } from "./command.ts";
import { table } from "./table.ts";

const dayMs = 24 * 60 * 60_000;

export async function showLoad(bus: Bus, { values, print, config }: Invocation): Promise<number> {
  const to = systemClock.now();
  const days = daysOf(textOption(values, "days"));
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read({ types: gateSays })) events.push(event);
  const { zone } = (await loadSoc(config())).schedules;
  const load = gateLoad(events, { from: to - days * dayMs, to, zone });
  print(flag(values, "json") ? JSON.stringify({ ...load, zone }) : inWords(load, { days, zone }));
  return 0;
}

function daysOf(text = "14"): number {
  const days = Number(text);
  if (Number.isInteger(days) && days >= 1 && days <= 3650) return days;
  throw new HatrackError("usage", `--days ${text}: expected a whole number from 1 to 3650, such as 14`);
}

function inWords(
  { roles }: GateLoad,
  { days, zone }: { readonly days: number; readonly zone: string },
): string {
  if (roles.length === 0) return `Nobody was asked for anything in ${days} days.`;
  const head = [
    "on-call role",
    "asks",
    `busiest night (22 to 06 ${zone})`,
    "each of them",
    "rejected",
    "expired",
    "overdue",
    "decided in p50",
    "p90",
    "n",
  ];
  return table(head, roles.map(cellsOf));
}

function cellsOf({ title, asks, nights, shares, minutesToDecision: times }: RoleLoad): string[] {
  const busiest = nights.toSorted((a, b) => weightOf(b) - weightOf(a))[0];
  const percent = (share: number): string => `${Math.round(share * 100)} %`;
  const minutes = (value: number | undefined): string =>
    value === undefined ? "" : `${value.toFixed(1)} min`;
  return [
    ...[title, String(asks), busiest === undefined ? "" : `${busiest.night}: ${busiest.asks}`],
    busiest?.perPerson === undefined
      ? ""
      : `${busiest.perPerson.toFixed(1)} (${busiest.people ?? 0} on call)`,
    ...[percent(shares.rejected), percent(shares.expired), percent(shares.overdue)],
    ...[minutes(times?.p50), minutes(times?.p90), String(times?.n ?? 0)],
  ];
}

/** The worst for a person; without the number of people, for the group. */
function weightOf({ asks, perPerson = asks }: NightLoad): number {
  return perPerson;
}
