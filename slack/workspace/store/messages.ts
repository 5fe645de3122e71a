import { z } from "zod";
import type { Clock } from "../clock.ts";
import { messageSchema } from "../wire.ts";
import type { Message, MessageDraft } from "../wire.ts";
import type { Database } from "./database.ts";

const rowSchema = z.object({
  channel: z.string(),
  ts: z.string(),
  thread_ts: z.string().nullable(),
  broadcast: z.int(),
  only_for: z.string().nullable(),
  body: z.string(),
});

/** A message where it stands. `onlyFor` is set on an ephemeral: the one person who sees it. */
export interface Stored {
  channel: string;
  message: Message;
  broadcast: boolean;
  onlyFor: string | undefined;
}

export interface Placement {
  channel: string;
  /** Also shown in the channel although it is a reply. */
  broadcast?: boolean;
  onlyFor?: string | undefined;
}

export interface Window {
  oldest?: string | undefined;
  latest?: string | undefined;
  inclusive?: boolean | undefined;
}

export interface ThreadSummary {
  reply_count: number;
  reply_users: string[];
  reply_users_count: number;
  latest_reply: string;
}

function fromRow(value: unknown): Stored {
  const row = rowSchema.parse(value);
  return {
    channel: row.channel,
    message: messageSchema.parse(JSON.parse(row.body)),
    broadcast: row.broadcast === 1,
    onlyFor: row.only_for ?? undefined,
  };
}

const LAST_TS = "9999999999.999999";

/** Every message, thread reply and ephemeral of the workspace. A `ts` is unique and rising in its channel. */
export class MessageStore {
  readonly #database: Database;
  readonly #clock: Clock;
  readonly #last = new Map<string, number>();

  constructor(database: Database, clock: Clock) {
    this.#database = database;
    this.#clock = clock;
  }

  #nextTs(channel: string): string {
    let last = this.#last.get(channel);
    if (last === undefined) {
      const found = this.#database
        .prepare("SELECT max(ts) AS ts FROM messages WHERE channel = ?")
        .get(channel);
      const { ts } = z.object({ ts: z.string().nullable() }).parse(found);
      last = ts === null ? 0 : Number(ts.replace(".", ""));
    }
    const micros = Math.max(this.#clock.now() * 1000, last + 1);
    this.#last.set(channel, micros);
    const digits = String(Math.trunc(micros)).padStart(16, "0");
    return `${digits.slice(0, -6)}.${digits.slice(-6)}`;
  }

  post(place: Placement, draft: MessageDraft): Stored {
    const message: Message = { ...draft, ts: this.#nextTs(place.channel) };
    this.#database
      .prepare(
        "INSERT INTO messages (channel, ts, thread_ts, broadcast, only_for, body) VALUES (?, ?, ?, ?, ?, ?)",
      )
      .run(
        place.channel,
        message.ts,
        message.thread_ts ?? null,
        place.broadcast === true ? 1 : 0,
        place.onlyFor ?? null,
        JSON.stringify(message),
      );
    return { channel: place.channel, message, broadcast: place.broadcast === true, onlyFor: place.onlyFor };
  }

  get(channel: string, ts: string): Stored | undefined {
    const row = this.#database
      .prepare("SELECT * FROM messages WHERE channel = ? AND ts = ?")
      .get(channel, ts);
    return row === undefined ? undefined : fromRow(row);
  }

  replace(stored: Stored): void {
    this.#database
      .prepare("UPDATE messages SET body = ? WHERE channel = ? AND ts = ?")
      .run(JSON.stringify(stored.message), stored.channel, stored.message.ts);
  }

  remove(channel: string, ts: string): void {
    this.#database.prepare("DELETE FROM messages WHERE channel = ? AND ts = ?").run(channel, ts);
  }

  /** Roots and broadcast replies, newest first; `limit` of them. */
  history(channel: string, window: Window & { limit: number }): Stored[] {
    return this.#select("(thread_ts IS NULL OR broadcast = 1) AND only_for IS NULL", "DESC", {
      channel,
      ...window,
    });
  }

  /** Replies of one thread without its root, oldest first. */
  replies(channel: string, threadTs: string, window: Window & { limit?: number } = {}): Stored[] {
    const thread = { channel, thread: threadTs, limit: 1000, ...window };
    return this.#select("only_for IS NULL", "ASC", thread);
  }

  /** What only this person sees in a channel: in one thread, or (without `thread`) at the channel's top level. */
  ephemerals(user: string, channel?: string): Stored[] {
    const where = channel === undefined ? "" : " AND channel = ?";
    const values = channel === undefined ? [user] : [user, channel];
    return this.#database
      .prepare(`SELECT * FROM messages WHERE only_for = ?${where} ORDER BY ts`)
      .all(...values)
      .map(fromRow);
  }

  allEphemerals(): Stored[] {
    return this.#database
      .prepare("SELECT * FROM messages WHERE only_for IS NOT NULL ORDER BY ts")
      .all()
      .map(fromRow);
  }

  threadSummary(channel: string, ts: string): ThreadSummary | undefined {
    const replies = this.replies(channel, ts);
    const last = replies.at(-1);
    if (last === undefined) return undefined;
    const users = [...new Set(replies.map((reply) => reply.message.user))];
    return {
      reply_count: replies.length,
      reply_users: users,
      reply_users_count: users.length,
      latest_reply: last.message.ts,
    };
  }

  unread(user: string, channel: string): number {
    const row = this.#database
      .prepare(
        `SELECT count(*) AS unread FROM messages WHERE channel = ? AND (thread_ts IS NULL OR broadcast = 1)
         AND (only_for IS NULL OR only_for = ?)
         AND ts > coalesce((SELECT ts FROM seen WHERE user = ? AND channel = ?), '')`,
      )
      .get(channel, user, user, channel);
    return z.object({ unread: z.int() }).parse(row).unread;
  }

  markSeen(user: string, channel: string): void {
    this.#database
      .prepare(
        `INSERT INTO seen (user, channel, ts)
         VALUES (?, ?, coalesce((SELECT max(ts) FROM messages WHERE channel = ?), ''))
         ON CONFLICT (user, channel) DO UPDATE SET ts = excluded.ts`,
      )
      .run(user, channel, channel);
  }

  #select(
    where: string,
    order: "ASC" | "DESC",
    range: Window & { channel: string; thread?: string; limit: number },
  ): Stored[] {
    const lower = range.inclusive === true ? ">=" : ">";
    const upper = range.inclusive === true ? "<=" : "<";
    const thread = range.thread === undefined ? "" : "AND thread_ts = ?";
    const values = [range.channel, range.oldest ?? "", range.latest ?? LAST_TS];
    if (range.thread !== undefined) values.push(range.thread);
    return this.#database
      .prepare(
        `SELECT * FROM messages WHERE channel = ? AND ts ${lower} ? AND ts ${upper} ? ${thread}
         AND ${where} ORDER BY ts ${order} LIMIT ?`,
      )
      .all(...values, range.limit)
      .map(fromRow);
  }
}
