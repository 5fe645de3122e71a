/**
 * Memory as it stood, so that a start folds only what came since. A cache: it is thrown away when it is of another
 * version, of other lists of actors, damaged, or of another log.
 *
 * One line of JSON with version, lists, latest, positions and the SHA-256 of the rest; then a record a line. The index
 * is not in it: it follows from the records, by the benign lists of today.
 */
import { z } from "zod";
import { canonicalJson, sha256 } from "../events/canonical.ts";
import { CaseId, Indicator, Verdict } from "../events/vocabulary.ts";
import type { CaseRecord } from "./case-record.ts";
import type { FiledCase, Kept, MemoryState } from "./memory-state.ts";

/** Goes up with every change of what a fold makes of an event. */
const version = 3;

/** Where a snapshot is kept. */
export interface SnapshotStore {
  read(): Promise<string | undefined>;
  /** Left out: it is only read, beside the process that keeps it. */
  write?(text: string): Promise<void>;
}

const Header = z.strictObject({
  hatrack: z.literal("memory"),
  version: z.literal(version),
  lists: z.string(),
  latest: z.number(),
  positions: z.array(z.tuple([z.number(), z.string()])),
  sha256: z.string(),
});

const Opinion = z.strictObject({ verdict: Verdict, at: z.number() });
const Strings = z.array(z.string());
const Indicators = z.array(Indicator);
const KeptRecord = z.strictObject({
  caseId: CaseId,
  openedAt: z.number(),
  alert: z
    .strictObject({
      rule: z.string(),
      host: z.string().exactOptional(),
      user: z.string().exactOptional(),
      program: z.string().exactOptional(),
    })
    .exactOptional(),
  seen: Indicators,
  harmless: Indicators,
  software: Indicator.exactOptional(),
  actors: Strings,
  opinions: z.strictObject({
    person: Opinion.exactOptional(),
    source: Opinion.exactOptional(),
    tier2: Opinion.exactOptional(),
    sentinel: Opinion.exactOptional(),
  }),
  escalated: z.boolean(),
  failedRoles: Strings,
  linkedTo: Strings,
});

/**
 * The same memory is the same bytes, however its events were interleaved.
 * @param lists which lists of actors the fold used: another fold would have written other names
 */
export function snapshotOf({ cases, latest, positions }: MemoryState, lists: string): string {
  const records = [...cases.values()].sort((a, b) => (a.caseId < b.caseId ? -1 : 1));
  const body = records.map((record) => canonicalJson(plain(record))).join("\n");
  const stood = [...positions].sort(([a], [b]) => a - b);
  const head = { hatrack: "memory", version, lists, latest, positions: stood, sha256: sha256(body) };
  return `${JSON.stringify(head)}\n${body}`;
}

/** Without what the fold keeps beside a case and an indicator. */
function plain({ n: _, ...record }: FiledCase): CaseRecord {
  const bare = ({ type, value }: Indicator): Indicator => ({ type, value });
  const { seen, harmless, software } = record;
  return {
    ...record,
    seen: seen.map(bare),
    harmless: harmless.map(bare),
    ...(software === undefined ? {} : { software: bare(software) }),
  };
}

/** Undefined for whatever is not a whole snapshot of this version and these lists. */
export function keptIn(text: string, lists: string): Kept | undefined {
  const end = text.indexOf("\n");
  const head = Header.safeParse(jsonOf(text.slice(0, end)));
  const body = text.slice(end + 1);
  if (end < 0 || !head.success || head.data.lists !== lists || sha256(body) !== head.data.sha256)
    return undefined;
  const records = z.array(KeptRecord).safeParse(body === "" ? [] : body.split("\n").map(jsonOf));
  if (!records.success) return undefined;
  const { latest, positions } = head.data;
  return { records: records.data, latest, positions: new Map(positions) };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
