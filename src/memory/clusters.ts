/** Campaigns: cases that strong indicators join inside a window. Pure, and the same whatever order cases came in. */
import type { Indicator } from "../events/vocabulary.ts";
import { Groups } from "./groups.ts";
import { inOrder, isEligible, linksAmong, linksAround, type Link, type Opened } from "./links.ts";
import type { MemoryState } from "./memory-state.ts";

export interface Cluster {
  /** From the earliest case of its line: it stays as the cluster grows and as the window moves on. */
  readonly id: string;
  /** In order of opening. */
  readonly cases: readonly string[];
  /** What joins them, with the number of these cases it stands in; the widest first. */
  readonly indicators: readonly (Indicator & { readonly cases: number })[];
  readonly actors: readonly string[];
}

export interface Span {
  readonly days: number;
  /** End of the window, milliseconds since the epoch, inclusive. */
  readonly asOf: number;
}

const day = 86_400_000;

/** Three cases, or two of which one has a named actor; the largest first. */
export function clusters(state: MemoryState, { days, asOf }: Span): Cluster[] {
  const opened = { from: asOf - days * day, to: asOf };
  const links = linksAmong(state, opened);
  const groups = joined(state, opened, links);
  const linksOf = Map.groupBy(links, ({ cases: [first = ""] }) => groups.groupOf(first));
  const found = [...groups.all()]
    .map(([group, caseIds]) => describe(state, inOrder(state, caseIds), linksOf.get(group) ?? []))
    .filter(({ cases, actors }) => cases.length >= 3 || actors.length > 0);
  if (found.length === 0) return [];
  const byId = new Map(found.map((cluster) => [cluster.cases[0] ?? "", cluster]));
  const earliestFirst = inOrder(state, [...byId.keys()]).flatMap((first) => byId.get(first) ?? []);
  const lineOf = lines(state, found, { days, asOf });
  return named(earliestFirst, lineOf).sort(
    (a, b) => b.cases.length - a.cases.length || (a.id < b.id ? -1 : 1),
  );
}

function joined(state: MemoryState, opened: Opened, links: readonly Link[]): Groups {
  const groups = new Groups();
  for (const { cases } of links) groups.join(cases);
  for (const pair of saidByPeople(state, opened)) groups.join(pair);
  return groups;
}

function describe(state: MemoryState, cases: readonly string[], links: readonly Link[]): Omit<Cluster, "id"> {
  const indicators = links
    .map((link) => ({ ...link.indicator, cases: link.cases.length }))
    .sort((a, b) => b.cases - a.cases || (`${a.type} ${a.value}` < `${b.type} ${b.value}` ? -1 : 1));
  const named = cases.flatMap((caseId) => state.cases.get(caseId)?.actors ?? []);
  const actors = new Map(named.map((actor) => [actor.toLowerCase(), actor]));
  return { cases, indicators, actors: [...actors.values()].sort() };
}

/** Pairs that a person linked: no indicator is needed, and no hub cut undoes it. */
function saidByPeople(state: MemoryState, opened: Opened): [string, string][] {
  const pairs: [string, string][] = [];
  for (const record of state.cases.values()) {
    if (record.linkedTo.length === 0 || !isEligible(record, opened)) continue;
    for (const to of record.linkedTo) {
      const other = state.cases.get(to);
      if (other !== undefined && isEligible(other, opened)) pairs.push([record.caseId, to]);
    }
  }
  return pairs;
}

/**
 * For each case the earliest of its line: cases of all times that links join with no gap longer than the window.
 * A campaign that goes on for months keeps the id of its first case though that has left the window.
 */
function lines(
  state: MemoryState,
  found: readonly Pick<Cluster, "cases">[],
  { days, asOf }: Span,
): (caseId: string) => string {
  const always = { from: -Infinity, to: asOf };
  const pairs = saidByPeople(state, always);
  const from = [...found.flatMap(({ cases }) => cases), ...pairs.flat()];
  const groups = new Groups();
  for (const { cases } of linksAround(state, from, always)) {
    for (const pair of neighbours(state, cases, days * day)) groups.join(pair);
  }
  for (const pair of pairs) groups.join(pair);
  const first = new Map<string, string>();
  for (const caseIds of groups.all().values()) {
    const [earliest = ""] = inOrder(state, caseIds);
    for (const caseId of caseIds) first.set(caseId, earliest);
  }
  return (caseId) => first.get(caseId) ?? caseId;
}

function neighbours(state: MemoryState, cases: readonly string[], gap: number): [string, string][] {
  const opened = (caseId: string): number => state.cases.get(caseId)?.openedAt ?? 0;
  return cases.flatMap((caseId, i): [string, string][] => {
    const next = cases[i + 1];
    return next === undefined || opened(next) - opened(caseId) > gap ? [] : [[caseId, next]];
  });
}

/** Two clusters of one line: the one with the earlier case keeps the line's id, the other has its own. */
function named(earliestFirst: readonly Omit<Cluster, "id">[], lineOf: (caseId: string) => string): Cluster[] {
  const taken = new Set<string>();
  return earliestFirst.map((cluster) => {
    const [own = ""] = cluster.cases;
    const line = lineOf(own);
    const from = taken.has(line) ? own : line;
    taken.add(from);
    return { id: from.replace(/^CASE-/, "CAMPAIGN-"), ...cluster };
  });
}
