/** The worker loop's store on the local log: claims are rows, a commit is a transaction. */
import type { Clock } from "../../clock.ts";
import type {
  Burial,
  Claim,
  Commit,
  CommitResult,
  GroupStore,
  GroupStoreRequest,
  StateChange,
  TakeRequest,
} from "../group-store.ts";
import { pause } from "../waiting.ts";
import type { LocalDatabase } from "./local-database.ts";
import { requireGroup } from "./local-groups.ts";
import { toEntry, type LocalLog, type LogEntry } from "./local-log.ts";
import { intOf, textOf } from "./rows.ts";

/** What all groups of one bus share. */
export interface LocalShelf {
  readonly database: LocalDatabase;
  readonly log: LocalLog;
  /** The time claims are measured by; not log time, which a replay moves by days. */
  readonly claimClock: Clock;
  readonly reclaimIdleMs: number;
}

const entryOfPending = "FROM pending p JOIN log l ON l.n = p.n WHERE p.grp = ?";
const held = "grp = ? AND n = ? AND consumer = ? AND deliveries = ?";

export class LocalGroupStore implements GroupStore {
  readonly #shelf: LocalShelf;
  readonly #request: GroupStoreRequest;
  readonly #n = new WeakMap<Claim, number>();
  #joined = false;
  /** Entries up to here are of other types. Not kept in the file: looking again costs little. */
  #scanned = 0;

  constructor(shelf: LocalShelf, request: GroupStoreRequest) {
    this.#shelf = shelf;
    this.#request = request;
  }

  async take({ max, waitMs, signal }: TakeRequest): Promise<readonly Claim[]> {
    const { database } = this.#shelf;
    const end = performance.now() + waitMs;
    await this.#join();
    for (;;) {
      requireGroup(database, this.#request.group);
      if (signal.aborted) return [];
      const changed = database.changed.heard();
      if (this.#anything()) {
        const claims = await this.#write(false, () => this.#claim(max));
        if (claims.length > 0) return claims;
      }
      const left = end - performance.now();
      if (left <= 0) return [];
      const waited = new AbortController();
      await Promise.race([changed, pause(left, signal, waited.signal)]);
      waited.abort();
    }
  }

  abandoned(): Promise<number | undefined> {
    return Promise.resolve(this.#abandoned()?.deliveries);
  }

  reclaim(): Promise<Claim | undefined> {
    const { group, consumer } = this.#request;
    return this.#write(false, () => {
      const found = this.#abandoned();
      if (found === undefined) return undefined;
      const deliveries = found.deliveries + 1;
      const sql = "UPDATE pending SET consumer = ?, deliveries = ?, claimed_at = ? WHERE grp = ? AND n = ?";
      const now = this.#now();
      this.#run(sql, consumer, deliveries, now, group, found.entry.n);
      // The host's clock may have stepped back since.
      return this.#claimed(found.entry, deliveries, Math.max(0, now - found.firstAt));
    });
  }

  renew(claims: readonly Claim[]): Promise<readonly Claim[]> {
    const sql = `UPDATE pending SET claimed_at = ? WHERE ${held}`;
    return this.#write(false, () =>
      claims.filter((claim) => this.#run(sql, this.#now(), ...this.#fence(claim)) === 0),
    );
  }

  handBack(claims: readonly Claim[]): Promise<void> {
    const sql = `UPDATE pending SET consumer = '', deliveries = deliveries - 1, claimed_at = 0 WHERE ${held}`;
    return this.#write(false, () => {
      for (const claim of claims) this.#run(sql, ...this.#fence(claim));
    });
  }

  readState(_claim: Claim, key: string): Promise<string | undefined> {
    return Promise.resolve(this.#state(key));
  }

  commit({ claim, outputs, state }: Commit): Promise<CommitResult> {
    // Losing a settling without outputs costs one more look at the entry; it need not wait for the disk.
    return this.#write(outputs.length > 0, () => {
      if (!this.#holds(claim)) return "settled";
      if (state !== undefined && this.#state(state.key) !== state.before) return "conflict";
      this.#run(`DELETE FROM pending WHERE ${held}`, ...this.#fence(claim));
      for (const output of outputs) this.#shelf.log.append(output);
      if (state !== undefined) this.#keep(state);
      return "ok";
    });
  }

  bury({ claim, dead, said }: Burial): Promise<"ok" | "settled"> {
    return this.#write(true, () => {
      if (this.#run(`DELETE FROM pending WHERE ${held}`, ...this.#fence(claim)) === 0) return "settled";
      const { group, reason, error, stack = null, failures, deliveries, firstAt, lastAt } = dead;
      const counts = [failures, deliveries, firstAt, lastAt];
      const sql =
        "INSERT INTO dead (grp, n, reason, error, failures, deliveries, first_at, last_at, stack) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)";
      this.#run(sql, group, this.#numberOf(claim), reason, error, ...counts, stack);
      this.#shelf.log.append(said);
      return "ok";
    });
  }

  async close(): Promise<void> {
    const { group, consumer } = this.#request;
    await this.#write(false, () =>
      this.#run("DELETE FROM consumers WHERE grp = ? AND consumer = ?", group, consumer),
    );
  }

  /** Makes the consumer and its types known, for `groups()`. */
  async #join(): Promise<void> {
    if (this.#joined) return;
    const { group, consumer, types } = this.#request;
    await this.#write(false, () => {
      this.#run("INSERT OR IGNORE INTO consumers (grp, consumer) VALUES (?, ?)", group, consumer);
      this.#run("UPDATE groups SET types = ? WHERE grp = ?", JSON.stringify(types), group);
    });
    this.#joined = true;
  }

  /**
   * Whether there may be something to claim; spares an empty transaction for every entry of other types. Only here,
   * outside of any transaction, may the mark move: inside of one that is rolled back the same `n` come again.
   */
  #anything(): boolean {
    const to = this.#shelf.log.last()?.n ?? 0;
    if (this.#fresh(1).length > 0) return true;
    this.#scanned = to;
    return this.#handedBack(1).length > 0;
  }

  #claim(max: number): Claim[] {
    const { group, consumer } = this.#request;
    const now = this.#now();
    const back = this.#handedBack(max);
    for (const { n } of back) {
      const sql = "UPDATE pending SET consumer = ?, deliveries = 1, claimed_at = ? WHERE grp = ? AND n = ?";
      this.#run(sql, consumer, now, group, n);
    }
    const fresh = back.length < max ? this.#fresh(max - back.length) : [];
    for (const { n } of fresh) {
      this.#run("INSERT INTO pending VALUES (?, ?, ?, 1, ?, ?)", group, n, consumer, now, now);
    }
    const last = fresh.at(-1);
    if (last !== undefined) this.#run("UPDATE groups SET cursor = ? WHERE grp = ?", last.n, group);
    return [...back, ...fresh].map((entry) => this.#claimed(entry, 1));
  }

  #fresh(max: number): LogEntry[] {
    const { database, log } = this.#shelf;
    const row = database.statement("SELECT cursor FROM groups WHERE grp = ?").get(this.#request.group);
    const cursor = row === undefined ? 0 : intOf(row, "cursor");
    const to = log.last()?.n ?? 0;
    const page = { after: Math.max(cursor, this.#scanned), to, max };
    return log.page(page, { types: this.#request.types });
  }

  #handedBack(max: number): LogEntry[] {
    const sql = `SELECT l.* ${entryOfPending} AND p.deliveries = 0 ORDER BY p.n LIMIT ?`;
    return this.#shelf.database.statement(sql).all(this.#request.group, max).map(toEntry);
  }

  #abandoned(): { entry: LogEntry; deliveries: number; firstAt: number } | undefined {
    const { database, reclaimIdleMs } = this.#shelf;
    const sql = `SELECT l.*, p.deliveries, p.first_at ${entryOfPending} AND p.deliveries > 0 AND p.claimed_at <= ? ORDER BY p.n LIMIT 1`;
    const row = database.statement(sql).get(this.#request.group, this.#now() - reclaimIdleMs);
    if (row === undefined) return undefined;
    return { entry: toEntry(row), deliveries: intOf(row, "deliveries"), firstAt: intOf(row, "first_at") };
  }

  #claimed({ n, position, type, text }: LogEntry, deliveries: number, firstAgoMs = 0): Claim {
    const claim = { position, partition: 0, deliveries, firstAgoMs, type, text };
    this.#n.set(claim, n);
    return claim;
  }

  #numberOf(claim: Claim): number {
    return this.#n.get(claim) ?? 0;
  }

  /** Owner and delivery both: an entry taken over under the same consumer name is another claim. */
  #fence(claim: Claim): [string, number, string, number] {
    return [this.#request.group, this.#numberOf(claim), this.#request.consumer, claim.deliveries];
  }

  #holds(claim: Claim): boolean {
    const sql = `SELECT 1 FROM pending WHERE ${held}`;
    return this.#shelf.database.statement(sql).get(...this.#fence(claim)) !== undefined;
  }

  #state(key: string): string | undefined {
    const sql = "SELECT value FROM state WHERE grp = ? AND key = ?";
    const row = this.#shelf.database.statement(sql).get(this.#request.group, key);
    return row === undefined ? undefined : textOf(row, "value");
  }

  #keep({ key, after }: StateChange): void {
    if (after === undefined) return;
    this.#run("INSERT OR REPLACE INTO state VALUES (?, ?, ?)", this.#request.group, key, after);
  }

  #now(): number {
    return this.#shelf.claimClock.now();
  }

  #run(sql: string, ...values: (string | number | null)[]): number {
    return Number(this.#shelf.database.statement(sql).run(...values).changes);
  }

  #write<R>(durable: boolean, work: () => R): Promise<R> {
    const { database } = this.#shelf;
    const checked = (): R => {
      requireGroup(database, this.#request.group);
      return work();
    };
    return database.write(checked, durable);
  }
}
