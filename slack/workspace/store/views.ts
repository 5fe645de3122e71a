import { z } from "zod";
import { viewSchema } from "../wire.ts";
import type { View } from "../wire.ts";
import type { Database } from "./database.ts";

const row = z.object({ user: z.string(), body: z.string() });

/** A view and whose screen it is on. */
export interface OpenView {
  user: string;
  view: View;
}

function fromRow(found: unknown): OpenView {
  const { user, body } = row.parse(found);
  return { user, view: viewSchema.parse(JSON.parse(body)) };
}

/** Each person has a stack of open modals (at most three deep) and one App Home. */
export class ViewStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  find(id: string): OpenView | undefined {
    const found = this.#database.prepare("SELECT user, body FROM views WHERE id = ?").get(id);
    return found === undefined ? undefined : fromRow(found);
  }

  findExternal(externalId: string): OpenView | undefined {
    return this.all().find((open) => open.view.external_id === externalId);
  }

  all(): OpenView[] {
    return this.#database.prepare("SELECT user, body FROM views ORDER BY user, depth").all().map(fromRow);
  }

  /** Bottom first. */
  stack(user: string): View[] {
    return this.#database
      .prepare("SELECT user, body FROM views WHERE user = ? AND type = 'modal' ORDER BY depth")
      .all(user)
      .map((found) => fromRow(found).view);
  }

  top(user: string): View | undefined {
    return this.stack(user).at(-1);
  }

  home(user: string): View | undefined {
    const found = this.#database
      .prepare("SELECT user, body FROM views WHERE user = ? AND type = 'home'")
      .get(user);
    return found === undefined ? undefined : fromRow(found).view;
  }

  /** Writes the view; a new modal goes on top of the person's stack. */
  save(user: string, view: View): void {
    this.#database
      .prepare(
        `INSERT INTO views (id, user, type, depth, body) VALUES (?, ?, ?, ?, ?)
         ON CONFLICT (id) DO UPDATE SET body = excluded.body`,
      )
      .run(view.id, user, view.type, this.stack(user).length, JSON.stringify(view));
  }

  remove(id: string): void {
    this.#database.prepare("DELETE FROM views WHERE id = ?").run(id);
  }

  clear(user: string): void {
    this.#database.prepare("DELETE FROM views WHERE user = ? AND type = 'modal'").run(user);
  }
}
