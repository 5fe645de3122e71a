/** Campaigns: cases that strong indicators join inside a window. Pure, and the same whatever order cases came in. */
import { HatrackError } from "../errors.ts";
import type { Indicator } from "../events/vocabulary.ts";
import { Groups } from "./groups.ts";
import { Lines } from "./lines.ts";
import { isEligible, linksAmong, type Link, type Opened } from "./links.ts";
import { earlierFirst, recordsOf, type FiledCase, type MemoryState } from "./memory-state.ts";

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
  const found = groupsIn(state, opened).filter(isCampaign).map(described);
  if (found.length === 0) return [];
  const lines = new Lines(state, {
    ...{ gap: days * day, until: asOf },
    pairs: saidByPeople(state, { from: -Infinity, to: asOf }),
  });
  const earliestFirst = found.sort((a, b) => earlierFirst(a.first, b.first));
  return named(earliestFirst, lines).sort(
    (a, b) => b.cases.length - a.cases.length || (a.id < b.id ? -1 : 1),
  );
}

function isCampaign({ records }: Group): boolean {
  return records.length >= 3 || records.some(({ actors }) => actors.length > 0);
}

interface Group {
  readonly records: readonly FiledCase[];
  readonly links: readonly Link[];
}

function groupsIn(state: MemoryState, opened: Opened): Group[] {
  const links = linksAmong(state, opened);
  const groups = new Groups(state.all.length);
  for (const { cases } of links) groups.join(cases);
  for (const pair of saidByPeople(state, opened)) groups.join(pair);
  const linksOf = Map.groupBy(links, ({ cases: [first = -1] }) => groups.groupOf(first));
  return [...groups.all()].map(([group, cases]) => ({
    records: recordsOf(state, { cases }),
    links: linksOf.get(group) ?? [],
  }));
}

interface Described extends Omit<Cluster, "id" | "cases"> {
  /** In order of opening. */
  readonly records: readonly FiledCase[];
  readonly first: FiledCase;
}

function described(group: Group): Described {
  const records = group.records.toSorted(earlierFirst);
  const indicators = group.links
    .map(({ held: { type, value }, cases }) => ({ type, value, cases: cases.length }))
    .sort(
      (a, b) => b.cases - a.cases || (a.type === b.type ? byText(a.value, b.value) : byText(a.type, b.type)),
    );
  const actors = new Map<string, string>();
  for (const record of records) for (const actor of record.actors) actors.set(actor.toLowerCase(), actor);
  const [first] = records;
  if (first === undefined) throw new HatrackError("memory_broken", "clusters: a group without a case");
  return { records, first, indicators, actors: [...actors.values()].sort() };
}

const byText = (a: string, b: string): number => (a < b ? -1 : 1);

/** Pairs that a person linked: no indicator is needed, and no hub cut undoes it. */
function saidByPeople(state: MemoryState, opened: Opened): [number, number][] {
  const pairs: [number, number][] = [];
  for (const record of state.linked) {
    if (!isEligible(record, opened)) continue;
    for (const to of record.linkedTo) {
      const other = state.cases.get(to);
      if (other !== undefined && isEligible(other, opened)) pairs.push([record.n, other.n]);
    }
  }
  return pairs;
}

/** Two clusters of one line: the one with the earlier case keeps the line's id, the other has its own. */
function named(earliestFirst: readonly Described[], lines: Lines): Cluster[] {
  const taken = new Set<FiledCase>();
  return earliestFirst.map(({ records, first, indicators, actors }) => {
    const line = lines.firstOf(first);
    const from = taken.has(line) ? first : line;
    taken.add(from);
    const cases = records.map(({ caseId }) => caseId);
    return { id: from.caseId.replace(/^CASE-/, "CAMPAIGN-"), cases, indicators, actors };
  });
}
