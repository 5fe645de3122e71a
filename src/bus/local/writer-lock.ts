/**
 * One writer a file. The lock is a small SQLite file beside the log, held open in an exclusive transaction: the
 * operating system lets go of it when the process dies, however it dies, so there is never a stale one.
 */
import { existsSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { HatrackError } from "../../errors.ts";

export interface WriterLock {
  release(): void;
}

/** @throws HatrackError `log_locked` when another process (or another bus of this one) writes to the file */
export function lockForWriting(file: string): WriterLock {
  const beside = `${file}.lock`;
  const lock = new DatabaseSync(beside, { timeout: 0 });
  try {
    lock.exec("PRAGMA journal_mode = MEMORY; BEGIN EXCLUSIVE");
  } catch (cause) {
    lock.close();
    throw new HatrackError(
      "log_locked",
      `${file}: another process writes to this log (it holds ${beside}); stop it, or open the log read-only`,
      { cause },
    );
  }
  return {
    release: () => {
      lock.close();
    },
  };
}

/** Whether a process holds the lock now. Looks only. */
export function isWrittenTo(file: string): boolean {
  const beside = `${file}.lock`;
  if (!existsSync(beside)) return false;
  const lock = new DatabaseSync(beside, { readOnly: true, timeout: 0 });
  try {
    lock.prepare("SELECT count(*) FROM sqlite_master").get();
    return false;
  } catch {
    return true;
  } finally {
    lock.close();
  }
}
