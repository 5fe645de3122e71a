/** Reads typed cells out of SQLite rows; a row of another shape is an error of this program or a foreign file. */
import type { SQLOutputValue } from "node:sqlite";
import { HatrackError } from "../../errors.ts";

export type Row = Record<string, SQLOutputValue>;

/** @throws HatrackError `log_damaged` */
export function textOf(row: Row, column: string): string {
  const value = row[column];
  if (typeof value === "string") return value;
  throw damaged(column, "text", value);
}

/** @throws HatrackError `log_damaged` */
export function intOf(row: Row, column: string): number {
  const value = row[column];
  if (typeof value === "number") return value;
  throw damaged(column, "a number", value);
}

function damaged(column: string, expected: string, value: unknown): HatrackError {
  return new HatrackError(
    "log_damaged",
    `log file: column ${column}: expected ${expected}, got ${typeof value}`,
  );
}
