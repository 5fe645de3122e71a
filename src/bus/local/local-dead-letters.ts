/** The dead letters of the local bus; an entry's text stays in the log, where it was. */
import { isoTime, type Clock } from "../../clock.ts";
import type { DeadEntry, DeadLetters, Position } from "../bus.ts";
import { entryRedriven } from "../outputs.ts";
import type { LocalDatabase } from "./local-database.ts";
import type { LocalLog } from "./local-log.ts";
import { intOf, textOf, type Row } from "./rows.ts";

export interface Graveyard {
  readonly database: LocalDatabase;
  readonly log: LocalLog;
  readonly clock: Clock;
  readonly claimClock: Clock;
}

export class LocalDeadLetters implements DeadLetters {
  readonly #yard: () => Graveyard;

  constructor(yard: () => Graveyard) {
    this.#yard = yard;
  }

  async list(group?: string): Promise<DeadEntry[]> {
    const { database } = this.#yard();
    const where = group === undefined ? "" : "WHERE d.grp = ?";
    const sql = `SELECT d.*, l.ms, l.seq, l.text FROM dead d JOIN log l ON l.n = d.n ${where} ORDER BY d.n, d.grp`;
    const rows = database.statement(sql).all(...(group === undefined ? [] : [group]));
    return Promise.resolve(rows.map(deadOf));
  }

  redrive(group: string, position: Position): Promise<boolean> {
    const { database, log, clock, claimClock } = this.#yard();
    return database.write(() => {
      const text = this.#unbury(group, position);
      if (text === undefined) return false;
      const n = log.at(position)?.n ?? 0;
      database.statement("INSERT INTO pending VALUES (?, ?, '', 0, 0, ?)").run(group, n, claimClock.now());
      log.append(entryRedriven({ group, position, text, at: isoTime(clock.now()) }));
      return true;
    });
  }

  discard(group: string, position: Position): Promise<boolean> {
    return this.#yard().database.write(() => this.#unbury(group, position) !== undefined);
  }

  /** The entry's text, if it was dead in this group. */
  #unbury(group: string, position: Position): string | undefined {
    const { database, log } = this.#yard();
    const entry = log.at(position);
    if (entry === undefined) return undefined;
    const { changes } = database.statement("DELETE FROM dead WHERE grp = ? AND n = ?").run(group, entry.n);
    return Number(changes) === 0 ? undefined : entry.text;
  }
}

function deadOf(row: Row): DeadEntry {
  return {
    group: textOf(row, "grp"),
    position: `${intOf(row, "ms")}-${intOf(row, "seq")}`,
    partition: 0,
    reason: textOf(row, "reason"),
    error: textOf(row, "error"),
    failures: intOf(row, "failures"),
    deliveries: intOf(row, "deliveries"),
    firstAt: textOf(row, "first_at"),
    lastAt: textOf(row, "last_at"),
    text: textOf(row, "text"),
    // null: nothing was thrown; not there: a file from before it was kept, opened to read.
    ...(typeof row["stack"] === "string" ? { stack: row["stack"] } : {}),
  };
}
