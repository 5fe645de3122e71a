/**
 * Retention: takes what old segments of the archive say of cases out of them. What is left is each entry's digest, so
 * that the chain is whole, and what concerns the SOC itself. Said on the log first: a crash between the two says it once.
 */
import { isoTime } from "../../clock.ts";
import { isEvent } from "../../events/envelope.ts";
import { naturalId } from "../../events/ids.ts";
import { makeEvent } from "../../events/parse.ts";
import { damaged, withoutCases, type ReadSegment } from "../archive/segment.ts";
import { comparePositions, logTime } from "../bus.ts";
import { stored } from "../outputs.ts";
import type { Archiving } from "./archiver.ts";
import { keptArchive } from "./kept-archive.ts";

export interface ErasureOrder {
  /** Segments that end before this time of the log, milliseconds since the epoch. */
  readonly beforeMs: number;
  /** Whose word it is. */
  readonly by: string;
  readonly why: string;
}

type Erasing = Omit<Archiving, "times" | "diagnostics">;

/**
 * Of segments that are off the log as a whole; a case that goes on later loses what was said up to there.
 * @returns how many entries were erased
 * @throws HatrackError `archive_damaged`: nothing is taken from a segment that is not what it was
 */
export async function eraseBefore(at: Erasing, order: ErasureOrder): Promise<number> {
  const { redis, keys, partition, folder } = at;
  const { head, trimmed } = await keptArchive(redis, keys);
  if (trimmed === undefined) return 0;
  let erased = 0;
  for (const { name, header } of await folder.fresh().chain(partition, head)) {
    const { position } = header.last;
    if (logTime(position) >= order.beforeMs || comparePositions(position, trimmed) >= 0) break;
    if (header.erased === undefined) erased += await erase(at, name, order);
  }
  await folder.removeErased(partition);
  return erased;
}

async function erase(at: Erasing, name: string, { by, why }: ErasureOrder): Promise<number> {
  const segment = await at.folder.read(name);
  const [first] = segment.damage;
  if (first !== undefined) throw damaged(first.where, first.what);
  const draft = { at: isoTime(at.clock.now()), by, why };
  const entries = withoutCases(segment, draft).header.erased?.entries ?? 0;
  const said = entries === 0 ? draft : await say(at, segment, { ...draft, entries });
  await at.folder.replace(name, withoutCases(segment, said));
  return entries;
}

/** What the log says of it: what it said before, should this not be the first time. */
async function say(
  { log, partition }: Erasing,
  { header }: ReadSegment,
  { entries, at: time, by, why }: { entries: number; at: string; by: string; why: string },
): Promise<{ at: string; by: string; why: string }> {
  const { after, last } = header;
  const event = makeEvent({
    id: naturalId("log.erased", partition, last.hash),
    source: "/operations",
    type: "log.erased",
    ...{ subject: "system", time },
    data: { partition, after: after.position, to: last.position, hash: last.hash, entries, by, why },
  });
  const [said] = await log.publish([stored(event)]);
  if (said === undefined || !isEvent(said.event, "log.erased")) return { at: time, by, why };
  return { at: said.event.time, by: said.event.data.by, why: said.event.data.why };
}
