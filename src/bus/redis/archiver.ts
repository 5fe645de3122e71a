/**
 * Moves the old end of one partition's log into the archive: writes a segment, moves the head that Redis keeps by
 * compare-and-set, trims behind it. Any number of archivers may run; of two one comes second and changes nothing. A
 * crash anywhere leaves at worst a file that nobody counts.
 */
import { z } from "zod";
import type { Clock } from "../../clock.ts";
import { isoTime } from "../../clock.ts";
import type { Diagnostics } from "../../diagnostics.ts";
import { naturalId } from "../../events/ids.ts";
import { makeEvent } from "../../events/parse.ts";
import { HatrackError } from "../../errors.ts";
import type { ArchiveFolder } from "../archive/archive-folder.ts";
import { digestOf, type Head } from "../archive/chain.ts";
import { makeSegment, type ArchivedEntry } from "../archive/segment.ts";
import { comparePositions, logTime, type Position } from "../bus.ts";
import { stored } from "../outputs.ts";
import { keptArchive } from "./kept-archive.ts";
import type { RedisConnection } from "./connection.ts";
import { entryOf, RawEntries, type Entry } from "./entries.ts";
import { knownGroups } from "./groups.ts";
import type { RedisKeys } from "./keys.ts";
import type { RedisLog } from "./log.ts";

export interface ArchiveTimes {
  /** What is younger stays out of the archive, milliseconds. Default one minute. */
  readonly behindMs: number;
  /** What is younger stays on the log too, so that recent cases are read from Redis, milliseconds. Default 14 days. */
  readonly keepMs: number;
  /** A group that has not moved for so long no longer holds the log: it is detached. Milliseconds. Default 30 days. */
  readonly retentionMs: number;
}

const day = 24 * 60 * 60 * 1000;
export const archiveTimes: ArchiveTimes = { behindMs: 60_000, keepMs: 14 * day, retentionMs: 30 * day };

export interface Archiving {
  readonly redis: RedisConnection;
  readonly keys: RedisKeys;
  readonly partition: number;
  readonly log: RedisLog;
  readonly folder: ArchiveFolder;
  readonly times: ArchiveTimes;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
}

export interface Archived {
  readonly partition: number;
  /** Entries archived by this call; 0: there was nothing old enough, or another archiver came first. */
  readonly entries: number;
  readonly trimmed: number;
  readonly head: Head;
  /** What keeps the log from being trimmed to the head: a group, or its dead letters; undefined: nothing does. */
  readonly heldBy: string | undefined;
}

/** Bounds of one segment. */
const mostEntries = 5_000;
const mostBytes = 16 * 1024 * 1024;
const page = 500;
/** Of what a detached group had not done, so many are listed. */
const mostUndone = 1_000;

const Moved = z.union([
  z.tuple([z.literal("OK"), z.int(), z.string(), z.string(), z.enum(["", "dead", "vanished"])]),
  z.tuple([z.literal("LOST"), z.string(), z.string()]),
]);
const Time = z.tuple([z.coerce.number(), z.coerce.number()]);

/**
 * One segment of one partition, if there is enough that is old enough.
 * @throws HatrackError `log_rolled_back`, `archive_damaged`, `archive_unwritable`
 */
export async function archiveOnce(at: Archiving): Promise<Archived> {
  const { head } = await keptArchive(at.redis, at.keys);
  const cameSecond = { partition: at.partition, entries: 0, trimmed: 0, head, heldBy: undefined };
  if (!(await continues(at, head))) return cameSecond;
  const [seconds] = Time.parse(await at.redis.call("archive", "TIME"));
  const now = seconds * 1000;
  const entries = await oldEnough(at, head, now - at.times.behindMs);
  const after = entries.length === 0 ? head : await moved(at, head, entries);
  if (after === undefined) return cameSecond;
  // What the archive cannot show is not taken from the log.
  await at.folder.chain(at.partition, after);
  const { trimmed, floor, holder } = await trim(at, after, `${now - at.times.keepMs}-0`);
  if (trimmed > 0) await forget(at, after, floor);
  const detached = await detachOverdue(at, holder, now - at.times.retentionMs);
  const heldBy = holder === undefined || detached ? undefined : heldByWords(holder);
  return { partition: at.partition, entries: entries.length, trimmed, head: after, heldBy };
}

interface Holder {
  readonly group: string;
  /** What only people can settle: its dead letters, or that it vanished. */
  readonly by: "group" | "dead" | "vanished";
}

function heldByWords({ group, by }: Holder): string {
  if (by === "dead") return `dead letters of ${group}`;
  return by === "group" ? group : `${group}, which vanished`;
}

/** A group whose first undone entry is older than the retention no longer holds the log. */
async function detachOverdue(at: Archiving, holder: Holder | undefined, beforeMs: number): Promise<boolean> {
  if (holder?.by !== "group") return false;
  const [first] = (await undoneBy(at, holder.group)).positions;
  if (first === undefined || logTime(first) >= beforeMs) return false;
  await detach(at, holder.group, "it did not move for longer than the log's retention");
  return true;
}

/** Writes the segment and moves the head on Redis; undefined: another archiver did. */
async function moved(
  at: Archiving,
  head: Head,
  entries: readonly ArchivedEntry[],
): Promise<Head | undefined> {
  const { partition, folder } = at;
  const segment = makeSegment({ partition, after: head }, entries);
  const name = await folder.write(segment);
  const { last } = segment.header;
  const reply = await moveHead(at, { from: head, to: last, keep: "0-0", file: name });
  // Our own file: the script ran, its reply was lost and it was sent again.
  if (reply[0] === "OK" || reply[2] === name) return last;
  await folder.remove(name);
  return undefined;
}

async function moveHead(
  { redis, keys }: Archiving,
  {
    from,
    to,
    keep,
    file,
  }: { readonly from: Head; readonly to: Head; readonly keep: Position; readonly file: string },
): Promise<z.infer<typeof Moved>> {
  const groups = await knownGroups(redis, keys);
  const dead = groups.map((group) => keys.dead(group));
  const was = from.count === 0 ? "" : from.hash;
  const args = [was, to.position, to.hash, to.count, keep, file, ...groups];
  return Moved.parse(await redis.script("archive", [keys.log, keys.archive, keys.retired, ...dead], args));
}

async function trim(
  at: Archiving,
  head: Head,
  keep: Position,
): Promise<{ trimmed: number; floor: Position; holder: Holder | undefined }> {
  const none = { trimmed: 0, floor: "0-0", holder: undefined };
  if (head.count === 0) return none;
  const reply = await moveHead(at, { from: head, to: head, keep, file: "" });
  if (reply[0] === "LOST") return none;
  const [, trimmed, floor, group, by] = reply;
  return { trimmed, floor, holder: group === "" ? undefined : { group, by: by === "" ? "group" : by } };
}

async function oldEnough({ redis, keys }: Archiving, head: Head, beforeMs: number): Promise<ArchivedEntry[]> {
  const entries: ArchivedEntry[] = [];
  let bytes = 0;
  let from = head.position;
  while (entries.length < mostEntries && bytes < mostBytes) {
    const range = [keys.log, `(${from}`, `${beforeMs}-0`, "COUNT", page] as const;
    const read = RawEntries.parse(await redis.call("archive", "XRANGE", ...range)).map(entryOf);
    for (const entry of read) {
      entries.push(archivable(entry));
      bytes += entry.text?.length ?? 0;
    }
    const last = read.at(-1);
    if (last === undefined || read.length < page) break;
    from = last.position;
  }
  return entries;
}

function archivable({ position, type, text }: Entry): ArchivedEntry {
  return { position, type, text: text ?? "" };
}

/**
 * Whether the log goes on from this head. A Redis that was set back (an old backup, a failover) to before what the
 * archive holds would give out the same positions again: trimming or archiving on would hide what was lost. False:
 * another archiver has moved the head since it was read, and what is missing on the log may be what it trimmed.
 * @throws HatrackError `log_rolled_back`
 */
async function continues({ redis, keys, folder, partition }: Archiving, head: Head): Promise<boolean> {
  const back = (what: string): HatrackError =>
    new HatrackError(
      "log_rolled_back",
      `redis bus: partition ${partition} was rolled back: ${what}. Nothing is archived or trimmed. Restore Redis from a ` +
        `younger backup, or keep what the archive has beyond ${head.position} as the record of what is lost`,
    );
  const info = await redis.call("archive", "XINFO", "STREAM", keys.log);
  const flat = z.array(z.unknown()).parse(info);
  const last = z.string().parse(flat[flat.indexOf("last-generated-id") + 1]);
  if (comparePositions(last, head.position) < 0)
    throw back(`its last entry ever is ${last}, the archive's head is at ${head.position}`);
  for (const name of await folder.following(partition, head)) {
    const { header, lines } = await folder.read(name);
    const { position } = header.last;
    const [found] = RawEntries.parse(await redis.call("archive", "XRANGE", keys.log, position, position));
    const text = found === undefined ? undefined : entryOf(found).text;
    const end = lines.at(-1);
    if (text !== undefined && end !== undefined && digestOf({ position, text }) === digestOf(end)) continue;
    if ((await keptArchive(redis, keys)).head.hash !== head.hash) return false;
    const instead = text === undefined ? "nothing" : "something else";
    throw back(`segment ${name} goes on to ${position}, where the log has ${instead}`);
  }
  return true;
}

/** The indexes of the subjects whose entries were trimmed since it was done last. */
async function forget(
  { redis, keys, folder, partition }: Archiving,
  head: Head,
  floor: Position,
): Promise<void> {
  const [ms = "0", sequence = "0"] = floor.split("-");
  const { forgotten = "0-0" } = await keptArchive(redis, keys);
  for (const { header } of await folder.chain(partition, head)) {
    if (comparePositions(header.last.position, forgotten) < 0) continue;
    if (comparePositions(header.after.position, floor) >= 0) break;
    for (let from = 0; from < header.subjects.length; from += page) {
      const indexes = header.subjects.slice(from, from + page).map((subject) => keys.subject(subject));
      await redis.script("forget", indexes, [ms, sequence]);
    }
  }
  await redis.call("archive", "HSET", keys.archive, "forgotten", floor);
}

/**
 * Takes a group out of what holds the log, and says what it had not done. Said first: a crash between the two says it
 * once more under the same id.
 */
export async function detach(
  { redis, keys, log, clock, partition }: Omit<Archiving, "folder" | "times">,
  group: string,
  why: string,
): Promise<readonly string[]> {
  const undone = await undoneBy({ redis, keys }, group);
  const event = makeEvent({
    id: naturalId("group.detached", group, partition, undone.last),
    source: "/operations",
    type: "group.detached",
    subject: "system",
    time: isoTime(clock.now()),
    data: { group, undone: undone.positions.slice(0, mostUndone), why },
  });
  await log.publish([stored(event)]);
  await redis.call("detach", "HSET", keys.retired, group, undone.last);
  return undone.positions;
}

async function undoneBy(
  { redis, keys }: Pick<Archiving, "redis" | "keys">,
  group: string,
): Promise<{ positions: string[]; last: Position }> {
  const infos = z.array(z.array(z.unknown())).parse(await redis.call("detach", "XINFO", "GROUPS", keys.log));
  const info = infos.find((fields) => fields[fields.indexOf("name") + 1] === group);
  if (info === undefined) {
    // Gone with what it had done: nobody can say what it had not.
    if ((await redis.call("detach", "HEXISTS", keys.groups, group)) === 1)
      return { positions: [], last: "0-0" };
    const message = `redis bus: there is no group ${group} to detach; "status" lists them`;
    throw new HatrackError("group_unknown", message);
  }
  const claims = z
    .array(z.tuple([z.string()]).rest(z.unknown()))
    .parse(await redis.call("detach", "XPENDING", keys.log, group, "-", "+", mostUndone));
  const last = z.string().parse(info[info.indexOf("last-delivered-id") + 1]);
  const said = z.nullable(z.string()).parse(await redis.call("detach", "HGET", keys.types, group));
  const types = said === null ? undefined : z.array(z.string()).parse(JSON.parse(said));
  const range = [keys.log, `(${last}`, "+", "COUNT", mostUndone] as const;
  const coming = RawEntries.parse(await redis.call("detach", "XRANGE", ...range)).map(entryOf);
  const wanted = coming.filter(
    ({ type }) => types === undefined || (type !== undefined && types.includes(type)),
  );
  return { positions: [...claims.map(([id]) => id), ...wanted.map(({ position }) => position)], last };
}
