/**
 * A list that somebody publishes, kept: asked for when it is wanted and old, by its etag, and held on disk between starts.
 * What cannot be read never replaces what could; a list that is too old is refused, because what is not on it may be by now.
 */
import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { dirname } from "node:path";
import { z } from "zod";
import { isoTime, type Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { HttpAnswer, HttpClient } from "./http-client.ts";

export interface KeptListOptions<T> {
  /** "abuse.ch's Feodo Tracker". */
  readonly name: string;
  readonly http: HttpClient;
  readonly path: string;
  /** @throws whatever it likes for a text that is no such list */
  readonly parse: (text: string) => T;
  /** Where it is held between starts. */
  readonly file: string;
  readonly clock: Clock;
  readonly diagnostics: Diagnostics;
  /** Milliseconds between two askings. Default one hour. */
  readonly refreshMs?: number;
  /** Milliseconds after which it is refused. Default three days. */
  readonly staleMs?: number;
}

export interface Dated<T> {
  readonly value: T;
  /** When its publisher made it, milliseconds; where that is not said, when it was last asked for. */
  readonly ofMs: number;
}

const Held = z.object({
  etag: z.string().max(1_000).optional(),
  /** Of the publisher's Last-Modified. */
  madeMs: z.number().optional(),
  checkedMs: z.number(),
  text: z.string(),
});
type Held = z.infer<typeof Held>;

/** After a failure it is asked for again so much later. */
const retryMs = 5 * 60_000;

export class KeptList<T> {
  readonly #options: Required<KeptListOptions<T>>;
  #held: (Held & { readonly value: T }) | undefined;
  #nextMs = 0;
  #work: Promise<void> | undefined;
  #loaded = false;

  constructor(options: KeptListOptions<T>) {
    this.#options = { refreshMs: 60 * 60_000, staleMs: 3 * 24 * 60 * 60_000, ...options };
  }

  /** @throws HatrackError `list_missing` when there never was one, `list_stale` when it is too old */
  async current(): Promise<Dated<T>> {
    this.#work ??= this.#bringUpToDate().finally(() => {
      this.#work = undefined;
    });
    await this.#work;
    const { name, clock, staleMs } = this.#options;
    if (this.#held === undefined)
      throw new HatrackError("list_missing", `${name}: it could not be had so far`, { retryable: true });
    const { value, madeMs, checkedMs } = this.#held;
    const ofMs = madeMs ?? checkedMs;
    if (clock.now() - ofMs <= staleMs) return { value, ofMs };
    const message = `${name}: the list is of ${isoTime(ofMs)}, older than ${Math.round(staleMs / 3_600_000)} hours`;
    throw new HatrackError("list_stale", message, { retryable: true });
  }

  async #bringUpToDate(): Promise<void> {
    const { clock, diagnostics, name, refreshMs } = this.#options;
    if (!this.#loaded) await this.#load();
    if (clock.now() < this.#nextMs) return;
    try {
      await this.#ask();
      this.#nextMs = clock.now() + refreshMs;
    } catch (error) {
      this.#nextMs = clock.now() + retryMs;
      diagnostics.warn({ list: name, why: reasonOf(error) }, `${name} could not be brought up to date`);
    }
  }

  async #load(): Promise<void> {
    this.#loaded = true;
    const { file, diagnostics, name, parse, refreshMs, clock } = this.#options;
    try {
      const held = Held.parse(JSON.parse(await readFile(file, "utf8")));
      this.#held = { ...held, value: parse(held.text) };
      // A clock that was ahead when it was held must not keep it from being asked for.
      this.#nextMs = Math.min(held.checkedMs, clock.now()) + refreshMs;
    } catch (error) {
      if (error instanceof Error && "code" in error && error.code === "ENOENT") return;
      diagnostics.warn({ list: name, file, why: reasonOf(error) }, `what is held of ${name} does not read`);
    }
  }

  async #ask(): Promise<void> {
    const { http, path, parse, clock } = this.#options;
    const held = this.#held;
    const headers = held?.etag === undefined ? {} : { "if-none-match": held.etag };
    const answer = await http.call({ path, headers });
    const checkedMs = clock.now();
    const madeMs = madeAt(answer, checkedMs);
    if (answer.status === 304 && held !== undefined) {
      this.#held = { ...held, checkedMs, ...(madeMs === undefined ? {} : { madeMs }) };
    } else {
      const { text } = answer;
      const etag = answer.headers.get("etag") ?? undefined;
      const dated = { checkedMs, ...(madeMs === undefined ? {} : { madeMs }) };
      this.#held = { text, value: parse(text), ...dated, ...(etag === undefined ? {} : { etag }) };
    }
    await this.#save(Held.parse(this.#held));
  }

  /** Roles that run as processes of their own share the file. */
  async #save(held: Held): Promise<void> {
    const { file, diagnostics, name } = this.#options;
    try {
      await mkdir(dirname(file), { recursive: true, mode: 0o700 });
      await writeFile(`${file}.${process.pid}`, JSON.stringify(held), { mode: 0o600 });
      await rename(`${file}.${process.pid}`, file);
    } catch (error) {
      diagnostics.warn({ list: name, file, why: reasonOf(error) }, `${name} is held in memory alone`);
    }
  }
}

/** Never later than now, whatever the publisher's clock says. */
function madeAt({ headers }: HttpAnswer, nowMs: number): number | undefined {
  const said = Date.parse(headers.get("last-modified") ?? "");
  return Number.isNaN(said) ? undefined : Math.min(said, nowMs);
}
