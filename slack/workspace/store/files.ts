import { z } from "zod";
import type { Database } from "./database.ts";

const row = z.object({
  id: z.string(),
  secret: z.string(),
  name: z.string(),
  title: z.string(),
  mimetype: z.string(),
  bytes: z.instanceof(Uint8Array).nullable(),
});

export type UploadedFile = z.infer<typeof row>;

const TYPES: Readonly<Record<string, string>> = {
  png: "image/png",
  jpg: "image/jpeg",
  jpeg: "image/jpeg",
  csv: "text/csv",
  json: "application/json",
  txt: "text/plain",
};

/** Files the app uploads: announced first, then sent, then shared in a message. SVG is not served as a picture. */
export class FileStore {
  readonly #database: Database;

  constructor(database: Database) {
    this.#database = database;
  }

  announce(file: { id: string; secret: string; name: string }): void {
    const extension = file.name.split(".").at(-1)?.toLowerCase() ?? "";
    this.#database
      .prepare("INSERT INTO files (id, secret, name, title, mimetype) VALUES (?, ?, ?, ?, ?)")
      .run(file.id, file.secret, file.name, file.name, TYPES[extension] ?? "application/octet-stream");
  }

  find(id: string): UploadedFile | undefined {
    const found = this.#database.prepare("SELECT * FROM files WHERE id = ?").get(id);
    return found === undefined ? undefined : row.parse(found);
  }

  fill(id: string, bytes: Uint8Array): void {
    this.#database.prepare("UPDATE files SET bytes = ? WHERE id = ?").run(bytes, id);
  }

  entitle(id: string, title: string): void {
    this.#database.prepare("UPDATE files SET title = ? WHERE id = ?").run(title, id);
  }
}
