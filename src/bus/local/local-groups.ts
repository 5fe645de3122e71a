/** Groups on the log: where each begins, who works for it, how far it is. */
import { HatrackError } from "../../errors.ts";
import type { GroupStatus } from "../bus.ts";
import type { LocalDatabase } from "./local-database.ts";
import type { LocalLog } from "./local-log.ts";
import { intOf, textOf, type Row } from "./rows.ts";

const hour = 60 * 60_000;

/**
 * Creates what is missing, in the running transaction. `now` is log time, milliseconds.
 * @throws HatrackError `group_vanished`
 */
export function createGroups(
  database: LocalDatabase,
  log: LocalLog,
  wanted: { groups: readonly string[]; now: number },
): void {
  const isNew = database.statement("SELECT 1 FROM known_groups").get() === undefined;
  const hourBack = isNew
    ? undefined
    : log.lastUpTo(`${Math.floor(wanted.now) - hour - 1}-${Number.MAX_SAFE_INTEGER}`);
  for (const group of wanted.groups) {
    if (isGroup(database, group)) continue;
    if (isKnown(database, group)) throw vanished(group);
    database.statement("INSERT INTO groups (grp, cursor) VALUES (?, ?)").run(group, hourBack?.n ?? 0);
    database.statement("INSERT INTO known_groups (grp) VALUES (?)").run(group);
  }
  // A log opened without groups has a beginning too: those who come later are late.
  if (isNew) database.statement("INSERT OR IGNORE INTO known_groups (grp) VALUES ('')").run();
}

/** One process holds the lock, so whoever held these is dead: they are abandoned now, not after a time-out. */
export function abandonAll(database: LocalDatabase): void {
  database.statement("UPDATE pending SET consumer = '', claimed_at = 0").run();
  database.statement("DELETE FROM consumers").run();
}

/** @throws HatrackError `group_vanished`, `group_unknown` */
export function requireGroup(database: LocalDatabase, group: string): void {
  if (isGroup(database, group)) return;
  if (isKnown(database, group)) throw vanished(group);
  throw new HatrackError("group_unknown", `bus: group ${group} does not exist; name it in open()`);
}

function isGroup(database: LocalDatabase, group: string): boolean {
  return database.statement("SELECT 1 FROM groups WHERE grp = ?").get(group) !== undefined;
}

function isKnown(database: LocalDatabase, group: string): boolean {
  return database.statement("SELECT 1 FROM known_groups WHERE grp = ?").get(group) !== undefined;
}

function vanished(group: string): HatrackError {
  const message = `bus: group ${group} was on this log and is gone; it is not created again, for it would lose its place`;
  return new HatrackError("group_vanished", message);
}

/** `now` is the time claims are measured by, milliseconds. */
export function groupStatus(database: LocalDatabase, now: number): GroupStatus[] {
  const rows = database.statement("SELECT grp, cursor, types FROM groups ORDER BY grp").all();
  return rows.map((row) => oneStatus(database, row, now));
}

function oneStatus(database: LocalDatabase, row: Row, now: number): GroupStatus {
  const group = textOf(row, "grp");
  const count = (sql: string, ...values: (string | number)[]): number => {
    const found = database.statement(sql).get(...values);
    return found === undefined ? 0 : intOf(found, "c");
  };
  const types = row["types"] ?? null;
  const handedBack = "SELECT count(*) c FROM pending WHERE grp = ? AND deliveries = 0";
  const undelivered =
    types === null
      ? count("SELECT count(*) c FROM log WHERE n > ?", intOf(row, "cursor"))
      : count(
          "SELECT count(*) c FROM log WHERE n > ? AND type IN (SELECT value FROM json_each(?))",
          intOf(row, "cursor"),
          textOf(row, "types"),
        );
  const pending = count("SELECT count(*) c FROM pending WHERE grp = ? AND deliveries > 0", group);
  const oldest = "SELECT coalesce(min(first_at), ?) c FROM pending WHERE grp = ? AND deliveries > 0";
  return {
    group,
    lag: undelivered + count(handedBack, group),
    pending,
    oldestPendingMs: Math.max(0, now - count(oldest, now, group)),
    consumers: count("SELECT count(*) c FROM consumers WHERE grp = ?", group),
    dead: count("SELECT count(*) c FROM dead WHERE grp = ?", group),
  };
}
