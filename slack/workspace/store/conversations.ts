import { createHash } from "node:crypto";
import { z } from "zod";
import type { Directory } from "../directory.ts";
import type { Database } from "./database.ts";

/** A channel or a direct message, with who is in it (the app's own user included). */
export interface Conversation {
  id: string;
  name: string;
  topic: string;
  kind: "channel" | "private" | "im" | "mpim";
  members: string[];
}

const row = z.object({ id: z.string(), users: z.string() });

/** Channels come from the directory; direct messages come into being when somebody opens one. */
export class ConversationStore {
  readonly #database: Database;
  readonly #directory: Directory;
  readonly #channels: Conversation[];

  constructor(database: Database, directory: Directory) {
    this.#database = database;
    this.#directory = directory;
    const home = directory.users.filter(
      (user) => user.team_id === undefined || user.team_id === directory.team.id,
    );
    const everyone = home.filter((user) => !user.deleted).map((user) => user.id);
    this.#channels = directory.channels.map((channel) => ({
      id: channel.id,
      name: channel.name,
      topic: channel.topic,
      kind: channel.is_private ? "private" : "channel",
      members: [...(channel.members ?? everyone), ...(channel.app_is_member ? [directory.app.user_id] : [])],
    }));
  }

  channels(): Conversation[] {
    return this.#channels;
  }

  /** Direct messages, those of one user if given. */
  directMessages(user?: string): Conversation[] {
    return this.#database
      .prepare("SELECT * FROM dms ORDER BY id")
      .all()
      .map((found) => this.#fromRow(found))
      .filter((dm) => user === undefined || dm.members.includes(user));
  }

  find(id: string): Conversation | undefined {
    const channel = this.#channels.find((known) => known.id === id);
    if (channel !== undefined) return channel;
    const dm = this.#database.prepare("SELECT * FROM dms WHERE id = ?").get(id);
    return dm === undefined ? undefined : this.#fromRow(dm);
  }

  findByName(name: string): Conversation | undefined {
    return this.#channels.find((channel) => channel.name === name);
  }

  /** The direct message of the app with these people; the same people always have the same one. */
  open(users: readonly string[]): { conversation: Conversation; existed: boolean } {
    const people = [...new Set(users)].filter((user) => user !== this.#directory.app.user_id).sort();
    const hash = createHash("sha256").update(people.join(",")).digest("hex").slice(0, 9).toUpperCase();
    const id = `${people.length > 1 ? "G" : "D"}${hash}`;
    const result = this.#database
      .prepare("INSERT OR IGNORE INTO dms (id, users) VALUES (?, ?)")
      .run(id, JSON.stringify(people));
    return { conversation: this.#dm(id, people), existed: result.changes === 0 };
  }

  #fromRow(found: unknown): Conversation {
    const dm = row.parse(found);
    return this.#dm(dm.id, z.array(z.string()).parse(JSON.parse(dm.users)));
  }

  #dm(id: string, people: string[]): Conversation {
    const members = [...people, this.#directory.app.user_id];
    return { id, name: "", topic: "", kind: people.length > 1 ? "mpim" : "im", members };
  }
}
