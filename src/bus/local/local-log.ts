/** The log table: append in order, find by id, read by position, type and subject. */
import type { Clock } from "../../clock.ts";
import type { AnyEvent } from "../../events/envelope.ts";
import { comparePositions, logTime, type Position, type ReadOptions } from "../bus.ts";
import type { LocalDatabase } from "./local-database.ts";
import { intOf, textOf, type Row } from "./rows.ts";

/** One row; `n` counts entries from 1 in log order and stays inside the file. */
export interface LogEntry {
  readonly n: number;
  readonly position: Position;
  readonly type: string;
  readonly text: string;
}

export interface Page {
  /** Exclusive and inclusive bounds in `n`. */
  readonly after: number;
  readonly to: number;
  readonly max: number;
}

const columns = "n, ms, seq, type, text";

export class LocalLog {
  readonly #database: LocalDatabase;
  readonly #clock: Clock;

  constructor(database: LocalDatabase, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  /** Appends in the running transaction unless the id is there already; says where it stands. */
  append({ event, text }: { event: AnyEvent; text: string }): LogEntry {
    const there = this.byId(event.id);
    if (there !== undefined) return there;
    const last = this.#database.statement("SELECT ms, seq FROM log ORDER BY n DESC LIMIT 1").get();
    const now = Math.floor(this.#clock.now());
    // A clock that steps back does not: the log's own time stands still until it is passed.
    const ms = last === undefined ? now : Math.max(now, intOf(last, "ms"));
    const seq = last !== undefined && intOf(last, "ms") === ms ? intOf(last, "seq") + 1 : 0;
    const { lastInsertRowid } = this.#database
      .statement("INSERT INTO log (ms, seq, id, type, subject, text) VALUES (?, ?, ?, ?, ?, ?)")
      .run(ms, seq, event.id, event.type, event.subject, text);
    return { n: Number(lastInsertRowid), position: `${ms}-${seq}`, type: event.type, text };
  }

  byId(id: string): LogEntry | undefined {
    return entryOf(this.#database.statement(`SELECT ${columns} FROM log WHERE id = ?`).get(id));
  }

  last(): LogEntry | undefined {
    return entryOf(this.#database.statement(`SELECT ${columns} FROM log ORDER BY n DESC LIMIT 1`).get());
  }

  at(position: Position): LogEntry | undefined {
    const found = this.lastUpTo(position);
    return found !== undefined && comparePositions(found.position, position) === 0 ? found : undefined;
  }

  /** The last entry that is not after this position. */
  lastUpTo(position: Position): LogEntry | undefined {
    const sql = `SELECT ${columns} FROM log WHERE (ms, seq) <= (?, ?) ORDER BY ms DESC, seq DESC LIMIT 1`;
    return entryOf(this.#database.statement(sql).get(logTime(position), sequence(position)));
  }

  page({ after, to, max }: Page, { types, subject }: Pick<ReadOptions, "types" | "subject">): LogEntry[] {
    const where = ["n > ?", "n <= ?"];
    const values: (string | number)[] = [after, to];
    if (subject !== undefined) {
      where.push("subject = ?");
      values.push(subject);
    }
    if (types !== undefined) {
      // The plus keeps SQLite off the type index, with which it would sort all that is left for every page.
      where.push(`+type IN (${types.map(() => "?").join(", ")})`);
      values.push(...types);
    }
    const sql = `SELECT ${columns} FROM log WHERE ${where.join(" AND ")} ORDER BY n LIMIT ?`;
    return this.#database
      .statement(sql)
      .all(...values, max)
      .map(toEntry);
  }
}

export function toEntry(row: Row): LogEntry {
  return {
    n: intOf(row, "n"),
    position: `${intOf(row, "ms")}-${intOf(row, "seq")}`,
    type: textOf(row, "type"),
    text: textOf(row, "text"),
  };
}

function entryOf(row: Row | undefined): LogEntry | undefined {
  return row === undefined ? undefined : toEntry(row);
}

function sequence(position: Position): number {
  return Number(position.slice(position.indexOf("-") + 1));
}
