/**
 * The SQLite file under the local bus. Writes of one turn of the event loop are gathered in one transaction (one
 * fsync); each is a savepoint of its own, so that one that fails takes no other with it.
 */
import { mkdirSync } from "node:fs";
import { dirname } from "node:path";
import { DatabaseSync, type StatementSync } from "node:sqlite";
import { HatrackError, reasonOf } from "../../errors.ts";
import { Bell } from "../waiting.ts";
import { lockForWriting, type WriterLock } from "./writer-lock.ts";

export interface DatabaseOptions {
  /** Default: in memory. */
  readonly file?: string;
  readonly readOnly?: boolean;
  /** What would make the file larger is refused as a full disk is. Bytes. */
  readonly maxBytes?: number;
}

const schemaVersion = 2;
const schema = `
  CREATE TABLE log (n INTEGER PRIMARY KEY, ms INTEGER NOT NULL, seq INTEGER NOT NULL, id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL, subject TEXT NOT NULL, text TEXT NOT NULL, UNIQUE (ms, seq));
  CREATE INDEX log_subject ON log (subject, n);
  CREATE INDEX log_type ON log (type, n);
  CREATE TABLE groups (grp TEXT PRIMARY KEY, cursor INTEGER NOT NULL, types TEXT) WITHOUT ROWID;
  CREATE TABLE consumers (grp TEXT, consumer TEXT, PRIMARY KEY (grp, consumer)) WITHOUT ROWID;
  CREATE TABLE pending (grp TEXT NOT NULL, n INTEGER NOT NULL, consumer TEXT NOT NULL, deliveries INTEGER NOT NULL,
    claimed_at REAL NOT NULL, first_at REAL NOT NULL, PRIMARY KEY (grp, n)) WITHOUT ROWID;
  CREATE TABLE state (grp TEXT, key TEXT, value TEXT NOT NULL, PRIMARY KEY (grp, key)) WITHOUT ROWID;
  CREATE TABLE dead (grp TEXT NOT NULL, n INTEGER NOT NULL, reason TEXT NOT NULL, error TEXT NOT NULL,
    failures INTEGER NOT NULL, deliveries INTEGER NOT NULL, first_at TEXT NOT NULL, last_at TEXT NOT NULL,
    stack TEXT, PRIMARY KEY (grp, n)) WITHOUT ROWID;
  CREATE TABLE known_groups (grp TEXT PRIMARY KEY) WITHOUT ROWID;
  PRAGMA user_version = ${schemaVersion};
`;

/** From the version before each to it. */
const upgrades: ReadonlyMap<number, string> = new Map([[2, "ALTER TABLE dead ADD COLUMN stack TEXT;"]]);

interface Write {
  readonly durable: boolean;
  readonly run: () => void;
  readonly settle: () => void;
  readonly fail: (error: HatrackError) => void;
}

export class LocalDatabase {
  /** Rings after every commit that may have given a reader or a worker something to do. */
  readonly changed = new Bell();
  readonly readOnly: boolean;
  readonly #name: string;
  readonly #db: DatabaseSync;
  readonly #lock: WriterLock | undefined;
  readonly #statements = new Map<string, StatementSync>();
  #queue: Write[] = [];
  #synchronous = "";
  #open = true;

  /** @throws HatrackError `log_locked`, `log_newer`, `log_missing`, `bus_unavailable`, `log_damaged` */
  constructor({ file, readOnly = false, maxBytes }: DatabaseOptions) {
    this.#name = file ?? "log in memory";
    this.readOnly = readOnly;
    if (file !== undefined && !readOnly) mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#lock = file === undefined || readOnly ? undefined : lockForWriting(file);
    try {
      this.#db = new DatabaseSync(file ?? ":memory:", { readOnly, timeout: 5_000 });
      this.#prepare(maxBytes);
    } catch (error) {
      this.#lock?.release();
      throw this.#classified(error);
    }
  }

  statement(sql: string): StatementSync {
    if (!this.#open) throw new HatrackError("bus_closed", `${this.#name}: the bus is closed`);
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#db.prepare(sql);
    this.#statements.set(sql, prepared);
    return prepared;
  }

  /**
   * Runs `work` in the next transaction; it must not wait for anything. `durable`: resolves only once the disk has
   * it; otherwise a power cut (not a crash) may take it back.
   */
  write<R>(work: () => R, durable = true): Promise<R> {
    if (!this.#open)
      return Promise.reject(new HatrackError("bus_closed", `${this.#name}: the bus is closed`));
    if (this.readOnly)
      return Promise.reject(new HatrackError("read_only", `${this.#name}: was opened read-only`));
    return new Promise<R>((resolve, reject) => {
      let result: { readonly value: R } | undefined;
      const run = (): void => {
        result = { value: work() };
      };
      const settle = (): void => {
        if (result !== undefined) resolve(result.value);
      };
      if (this.#queue.length === 0) {
        setImmediate(() => {
          this.#flush();
        });
      }
      this.#queue.push({ durable, run, settle, fail: reject });
    });
  }

  close(): void {
    if (!this.#open) return;
    this.#flush();
    this.#open = false;
    this.#statements.clear();
    this.#db.close();
    this.#lock?.release();
    this.changed.ring();
  }

  #prepare(maxBytes: number | undefined): void {
    const version = Number(this.#db.prepare("PRAGMA user_version").get()?.["user_version"]);
    if (version > schemaVersion) {
      const message = `${this.#name}: written by a newer hatrack (file version ${version}, this one knows ${schemaVersion})`;
      throw new HatrackError("log_newer", message);
    }
    if (this.readOnly) {
      if (version === 0) throw new HatrackError("log_missing", `${this.#name}: is not a hatrack log`);
      return;
    }
    this.#db.exec("PRAGMA journal_mode = WAL");
    this.#synchronise("FULL");
    if (version === 0) this.#db.exec(`BEGIN IMMEDIATE; ${schema} COMMIT`);
    else this.#upgrade(version);
    if (maxBytes === undefined) return;
    const pageSize = Number(this.#db.prepare("PRAGMA page_size").get()?.["page_size"]);
    this.#db.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / pageSize))}`);
  }

  #upgrade(from: number): void {
    const steps = [...upgrades].flatMap(([to, step]) => (to > from ? [step] : []));
    if (steps.length > 0)
      this.#db.exec(`BEGIN IMMEDIATE; ${steps.join(" ")} PRAGMA user_version = ${schemaVersion}; COMMIT`);
  }

  #synchronise(how: "FULL" | "NORMAL"): void {
    if (this.#synchronous === how) return;
    this.#db.exec(`PRAGMA synchronous = ${how}`);
    this.#synchronous = how;
  }

  #flush(): void {
    const batch = this.#queue;
    this.#queue = [];
    if (batch.length === 0) return;
    let done: Write[] = [];
    try {
      this.#synchronise(batch.some((write) => write.durable) ? "FULL" : "NORMAL");
      this.#db.exec("BEGIN IMMEDIATE");
      done = batch.filter((write) => this.#runOne(write));
      this.#db.exec("COMMIT");
    } catch (error) {
      if (this.#db.isTransaction) this.#db.exec("ROLLBACK");
      for (const write of batch) write.fail(this.#classified(error));
      return;
    }
    for (const write of done) write.settle();
    this.changed.ring();
  }

  #runOne(write: Write): boolean {
    this.statement("SAVEPOINT one").run();
    try {
      write.run();
      this.statement("RELEASE one").run();
      return true;
    } catch (error) {
      // A full disk may have rolled back everything already; then the whole batch fails with it.
      if (!this.#db.isTransaction) throw error;
      this.#db.exec("ROLLBACK TO one; RELEASE one");
      write.fail(this.#classified(error));
      return false;
    }
  }

  #classified(error: unknown): HatrackError {
    if (error instanceof HatrackError) return error;
    const code = sqliteCode(error);
    const message = `${this.#name}: ${reasonOf(error)}`;
    if (code === undefined || damage.has(code))
      return new HatrackError("log_damaged", message, { cause: error });
    return new HatrackError("bus_unavailable", message, { cause: error, retryable: true });
  }
}

/** https://www.sqlite.org/rescode.html: ERROR, CORRUPT, SCHEMA, CONSTRAINT, MISMATCH, MISUSE, RANGE, NOTADB. */
const damage = new Set([1, 11, 17, 19, 20, 21, 25, 26]);

function sqliteCode(error: unknown): number | undefined {
  if (!(error instanceof Error) || !("errcode" in error)) return undefined;
  return typeof error.errcode === "number" ? error.errcode & 0xff : undefined;
}
