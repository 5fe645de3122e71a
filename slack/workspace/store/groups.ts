import { z } from "zod";
import type { Clock } from "../clock.ts";
import type { UserGroup } from "../directory.ts";
import type { Database } from "./database.ts";

const row = z.object({ configured: z.string(), users: z.string(), updated: z.int() });

/** A user group as it is now. Without users it is disabled, as Slack has no empty groups. */
export interface LiveGroup extends UserGroup {
  /** Seconds since the epoch. */
  updated: number;
}

/** Membership can be changed while the workspace runs; a change of the directory wins over an older one. */
export class GroupStore {
  readonly #database: Database;
  readonly #groups: readonly UserGroup[];
  readonly #clock: Clock;

  constructor(database: Database, groups: readonly UserGroup[], clock: Clock) {
    this.#database = database;
    this.#groups = groups;
    this.#clock = clock;
    for (const group of groups) {
      const configured = JSON.stringify(group.users);
      database
        .prepare(
          `INSERT INTO groups (id, configured, users, updated) VALUES (?, ?, ?, ?) ON CONFLICT (id) DO UPDATE
           SET configured = excluded.configured, users = excluded.users, updated = excluded.updated
           WHERE configured <> excluded.configured`,
        )
        .run(group.id, configured, configured, this.#seconds());
    }
  }

  #seconds(): number {
    return Math.trunc(this.#clock.now() / 1000);
  }

  all(): LiveGroup[] {
    return this.#groups.map((group) => this.#live(group));
  }

  find(id: string): LiveGroup | undefined {
    const group = this.#groups.find((known) => known.id === id);
    return group === undefined ? undefined : this.#live(group);
  }

  set(id: string, users: readonly string[]): void {
    this.#database
      .prepare("UPDATE groups SET users = ?, updated = ? WHERE id = ?")
      .run(JSON.stringify(users), this.#seconds(), id);
  }

  #live(group: UserGroup): LiveGroup {
    const found = row.parse(
      this.#database.prepare("SELECT configured, users, updated FROM groups WHERE id = ?").get(group.id),
    );
    return { ...group, users: z.array(z.string()).parse(JSON.parse(found.users)), updated: found.updated };
  }
}
