/**
 * Says on the log what tool servers offer, where that is not what the log says already: also what changed while nobody
 * looked. An id is made of what it follows on: processes that see the same say it once, and what happens twice is said twice.
 */
import type { Bus } from "../src/bus/bus.ts";
import { isoTime, systemClock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import { canonicalJson } from "../src/events/canonical.ts";
import type { EventData } from "../src/events/catalogue.ts";
import { isEvent } from "../src/events/envelope.ts";
import { naturalId } from "../src/events/ids.ts";
import { makeEvent } from "../src/events/parse.ts";
import { rest, systemTimers, type Timers } from "../src/models/failover/timers.ts";

type Changed = EventData<"tools.changed">;
type Change = Changed["changes"][number];
type Log = Pick<Bus, "read" | "publish">;

interface AnnouncerDeps {
  readonly diagnostics: Diagnostics;
  /** Aborted when nobody is left to hear it. */
  readonly signal: AbortSignal;
  readonly timers?: Timers;
}

const againMs = 5_000;
/** Of one event. */
const mostChanges = 50;

/** What is told of one after the other is said in that order; never throws. */
export function toolsAnnouncer(bus: Log, deps: AnnouncerDeps): (data: Changed, isAll: boolean) => void {
  let work = Promise.resolve();
  return (data, isAll) => {
    work = work.then(() => say(bus, { data, isAll }, deps));
  };
}

interface Told {
  readonly data: Changed;
  /** What is not in it is not offered. */
  readonly isAll: boolean;
}

async function say(bus: Log, told: Told, deps: AnnouncerDeps): Promise<void> {
  const { diagnostics, signal, timers = systemTimers } = deps;
  for (;;) {
    try {
      await sayOnce(bus, told);
      return;
    } catch (error) {
      const fields = { server: told.data.server, why: reasonOf(error) };
      if (!signal.aborted) diagnostics.warn(fields, "a change of tools is not on the log yet");
    }
    await rest(timers, againMs, signal);
    if (signal.aborted) return;
  }
}

async function sayOnce(bus: Log, { data, isAll }: Told): Promise<void> {
  const said = await lastSaid(bus, data.server);
  const news = newsOf(isAll ? withGone(data, said) : data, said);
  if (news === undefined) return;
  const id = naturalId("tools.changed", said.id, canonicalJson(news));
  const time = isoTime(systemClock.now());
  await bus.publish([
    makeEvent({ id, source: "/tools", type: "tools.changed", subject: "system", time, data: news }),
  ]);
}

interface SaidOfServer {
  /** Of the event that said the last of it. */
  readonly id: string;
  readonly tools: ReadonlyMap<string, Change & { readonly version: string }>;
  readonly moreDigest: string | undefined;
}

async function lastSaid(bus: Log, server: string): Promise<SaidOfServer> {
  const tools = new Map<string, Change & { readonly version: string }>();
  let id = "";
  let moreDigest: string | undefined;
  for await (const { event } of bus.read({ subject: "system", types: ["tools.changed"] })) {
    if (!isEvent(event, "tools.changed") || event.data.server !== server) continue;
    const { version, changes } = event.data;
    for (const change of changes) tools.set(change.tool, { ...change, version });
    ({ id } = event);
    moreDigest = event.data.moreDigest ?? moreDigest;
  }
  return { id, tools, moreDigest };
}

const gone = "the server offers it no more";

/** With what was offered when the log said so last, and is no more; where not all is listed, nobody can tell. */
function withGone(data: Changed, { tools }: SaidOfServer): Changed {
  if (data.more > 0) return data;
  const listed = new Set(data.changes.map(({ tool }) => tool));
  const left = [...tools.values()].filter(({ tool, usable }) => usable && !listed.has(tool));
  const changes = [...data.changes, ...left.map(({ tool }) => ({ tool, usable: false, why: gone }))];
  const rest = changes.length - mostChanges;
  return { ...data, changes: changes.slice(0, mostChanges), more: Math.max(0, rest) };
}

const altered = "read-only; its annotations or its schema are not what was said of it before";

/** Undefined: the log says all of it. */
function newsOf(data: Changed, said: SaidOfServer): Changed | undefined {
  const { server, version } = data;
  const changes = data.changes.filter((change) => !isSaid(said.tools.get(change.tool), change, version));
  const moreIsNew = data.moreDigest !== undefined && data.moreDigest !== said.moreDigest;
  if (changes.length === 0 && !moreIsNew) return undefined;
  const worded = (changes.length === 0 ? data.changes : changes).map((change) => {
    const before = said.tools.get(change.tool);
    const other = before?.digest !== undefined && before.digest !== change.digest;
    return change.usable && other ? { ...change, why: altered } : change;
  });
  return moreIsNew ? { ...data, changes: worded } : { server, version, changes: worded, more: 0 };
}

/** Why a tool may be used is worded by what came before; why it may not is news. */
function isSaid(before: (Change & { readonly version: string }) | undefined, now: Change, version: string) {
  if (before?.usable !== now.usable || before.version !== version) return false;
  return before.digest === now.digest && (now.usable || before.why === now.why);
}
