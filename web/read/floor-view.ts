/** The floor as the page shows it at one moment: groups of the bus beside what their roles said on the log. */
import type { GroupStatus } from "../../src/bus/bus.ts";
import type { Handoff } from "../../src/gate/state.ts";
import type { Alarm, Canary, Floor, LastRun, ModelLeg } from "./floor.ts";
import type { Up, Uptime } from "./uptime.ts";

export interface RoleRow {
  readonly role: string;
  readonly group: GroupStatus | undefined;
  readonly up: Up | undefined;
  readonly last: LastRun | undefined;
  /** When it last said anything: what a role without a model does instead of runs. */
  readonly said: number | undefined;
  /** Within the last day. */
  readonly runs: number;
  readonly failed: number;
  /** Of those that did not fail, milliseconds. */
  readonly median: number | undefined;
  readonly paused: { readonly since: number; readonly why: string } | undefined;
}

export interface WaitingFor {
  readonly title: string;
  /** Since when the longest of them has waited, milliseconds since the epoch. */
  readonly oldest: number;
  readonly requests: readonly Handoff[];
}

export interface FloorView {
  readonly now: number;
  /** An export: nobody works on it, and ages are measured from its last entry. */
  readonly live: boolean;
  readonly roles: readonly RoleRow[];
  readonly lanes: readonly RoleRow[];
  readonly waiting: readonly WaitingFor[];
  readonly undone: readonly Handoff[];
  readonly legs: readonly ModelLeg[];
  readonly noModel: { readonly at: number; readonly why: string } | undefined;
  readonly posted: ReadonlyMap<string, number>;
  readonly canary: Canary | undefined;
  readonly alarms: readonly Alarm[];
  readonly lastAlert: number | undefined;
  readonly totals: { readonly lag: number; readonly pending: number; readonly dead: number };
}

const day = 86_400_000;

export interface Moment {
  readonly now: number;
  /** undefined: an export, which has none. */
  readonly groups: readonly GroupStatus[] | undefined;
  readonly uptime: Uptime;
  /** Names of roles in the order in which a case meets them. */
  readonly order: readonly string[];
}

export function floorView(floor: Floor, { now, groups, uptime, order }: Moment): FloorView {
  const byName = new Map((groups ?? []).map((group) => [group.group, group]));
  const isLane = (name: string): boolean => name.startsWith("slack-");
  const names = [...new Set([...order, ...byName.keys(), ...floor.runs.keys()])];
  const known = names.filter((name) => byName.has(name) || floor.runs.has(name));
  const row = (role: string): RoleRow =>
    rowOf(role, floor, { now, group: byName.get(role), up: uptime.of(role) });
  const sum = (of: (group: GroupStatus) => number): number =>
    (groups ?? []).reduce((total, group) => total + of(group), 0);
  return {
    now,
    live: groups !== undefined,
    roles: known.filter((name) => !isLane(name)).map(row),
    lanes: known.filter(isLane).map(row),
    waiting: waitingOf(floor.open.filter(({ status }) => status === "pending")),
    undone: floor.open.filter(({ status }) => status === "authorised"),
    ...{ legs: floor.legs, noModel: floor.noModel, posted: floor.posted, canary: floor.canary },
    ...{ alarms: floor.alarms, lastAlert: floor.lastAlert },
    totals: { lag: sum((g) => g.lag), pending: sum((g) => g.pending), dead: sum((g) => g.dead) },
  };
}

function rowOf(
  role: string,
  floor: Floor,
  {
    now,
    group,
    up,
  }: { readonly now: number; readonly group: GroupStatus | undefined; readonly up: Up | undefined },
): RoleRow {
  const runs = floor.runs.get(role);
  const recent = (runs?.recent ?? []).filter(({ at }) => at > now - day);
  const lasted = recent.filter(({ failed }) => !failed).map(({ milliseconds }) => milliseconds);
  return {
    role,
    group,
    up,
    last: runs?.last,
    said: floor.said.get(role),
    runs: recent.length,
    failed: recent.filter(({ failed }) => failed).length,
    median: lasted.sort((a, b) => a - b)[Math.floor(lasted.length / 2)],
    paused: floor.paused.get(role),
  };
}

/** By who is asked now; whom the oldest waits for first. */
function waitingOf(pending: readonly Handoff[]): WaitingFor[] {
  const byTitle = Map.groupBy(pending, ({ bar }) => bar.addressed.title);
  return [...byTitle]
    .map(([title, requests]) => ({
      title,
      requests,
      oldest: Math.min(...requests.map(({ askedAt }) => Date.parse(askedAt))),
    }))
    .sort((a, b) => a.oldest - b.oldest);
}
