import { DatabaseSync } from "node:sqlite";
import type { StatementSync } from "node:sqlite";

/** The file with its statements: each is compiled once. */
export class Database {
  readonly #file: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(file: DatabaseSync) {
    this.#file = file;
  }

  prepare(sql: string): StatementSync {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const compiled = this.#file.prepare(sql);
    this.#statements.set(sql, compiled);
    return compiled;
  }

  close(): void {
    this.#file.close();
  }
}

/**
 * The workspace's own file, apart from anything hatrack keeps: what was posted here outlives a `kill -9` of either
 * side. `synchronous=FULL`: an answer to `chat.postMessage` is a promise that the message stays.
 */
export function openDatabase(file: string): Database {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = FULL;
    PRAGMA busy_timeout = 2000;
    CREATE TABLE IF NOT EXISTS messages (
      channel TEXT NOT NULL, ts TEXT NOT NULL, thread_ts TEXT, broadcast INTEGER NOT NULL DEFAULT 0,
      only_for TEXT, body TEXT NOT NULL, PRIMARY KEY (channel, ts)) WITHOUT ROWID;
    CREATE INDEX IF NOT EXISTS replies ON messages (channel, thread_ts, ts) WHERE thread_ts IS NOT NULL;
    CREATE TABLE IF NOT EXISTS dms (id TEXT PRIMARY KEY, users TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS views (
      id TEXT PRIMARY KEY, user TEXT NOT NULL, type TEXT NOT NULL, depth INTEGER NOT NULL, body TEXT NOT NULL);
    CREATE TABLE IF NOT EXISTS groups (
      id TEXT PRIMARY KEY, configured TEXT NOT NULL, users TEXT NOT NULL, updated INTEGER NOT NULL);
    CREATE TABLE IF NOT EXISTS seen (user TEXT NOT NULL, channel TEXT NOT NULL, ts TEXT NOT NULL,
      PRIMARY KEY (user, channel));
    CREATE TABLE IF NOT EXISTS files (
      id TEXT PRIMARY KEY, secret TEXT NOT NULL, name TEXT NOT NULL, title TEXT NOT NULL, mimetype TEXT NOT NULL,
      bytes BLOB);
  `);
  return new Database(database);
}
