/**
 * A server of tools over its whole life: started again with back-off when it ends, asked anew what it offers when it says
 * that this has changed and whenever it comes back. A server that hangs, floods or dies costs the calls that it was asked.
 */
import { ToolError } from "../src/agent/define-tool.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import type { Timers } from "../src/models/failover/timers.ts";
import { CallFailed, Connection } from "./mcp-connection.ts";
import { recheck, type Known, type Rechecked } from "./mcp-listing.ts";
import { resultText } from "./mcp-result.ts";
import type { Reached } from "./mcp-transport.ts";
import { visible } from "./visible.ts";

export interface ServerDeps {
  readonly timers: Timers;
  readonly diagnostics: Diagnostics;
  /** Called with what is offered, each time that this is something else. */
  readonly offers: (server: McpServer, rechecked: Rechecked) => void;
}

const backOff = { firstMs: 1_000, mostMs: 60_000 };
/** So many calls in a row without an answer, and it is started again. */
const maxSlow = 3;
/** Between two askings for the list because it says that it has changed, however often it says so. */
const listEveryMs = 1_000;
/** A connection that has held so long begins its back-off anew. */
const steadyMs = 60_000;

export class McpServer {
  readonly name: string;
  readonly #reached: Reached;
  readonly #deps: ServerDeps;
  #connection: Connection | undefined;
  #known: Known = new Map();
  #usable: ReadonlySet<string> = new Set();
  #version = "unknown";
  /** Calls wait for it: what they ask for may be withdrawn. */
  #checking: Promise<void> | undefined;
  #again = false;
  #relistedMs = -listEveryMs;
  #tries = 0;
  #upSince = 0;
  #slow = 0;
  #closed = false;
  #cancel = (): void => undefined;

  constructor(reached: Reached, deps: ServerDeps) {
    this.name = reached.name;
    this.#reached = reached;
    this.#deps = deps;
  }

  get version(): string {
    return this.#version;
  }

  /** Resolves when the first try is over, whatever came of it. */
  async start(): Promise<void> {
    if (this.#closed) return;
    const life = { ended: false, changed: false };
    const listChanged = (): void => {
      if (this.#connection === connection && connection !== undefined) this.#listChanged();
      else life.changed = true;
    };
    const closed = (): void => {
      life.ended = true;
      if (this.#connection === connection && connection !== undefined) this.#lost("it ended, or broke off");
    };
    let connection: Connection | undefined;
    try {
      connection = await Connection.open(this.#reached, {
        closed,
        listChanged,
      });
      const listed = await connection.list();
      if (life.ended || this.#stopped()) throw new Error("it ended right after it had started");
      this.#connection = connection;
      this.#version = connection.version;
      this.#upSince = this.#deps.timers.now();
      this.#slow = 0;
      this.#take(recheck(this.#known, listed));
      // Said before this list was taken: it may have changed since.
      if (life.changed) this.#listChanged();
    } catch (error) {
      await connection?.close().catch(() => undefined);
      this.#lost(reasonOf(error));
    }
  }

  /** @throws ToolError in our words; or what `signal` was aborted with */
  async call(tool: string, args: Record<string, unknown>, signal: AbortSignal | undefined): Promise<string> {
    await this.#checking;
    const connection = this.#connection;
    if (connection === undefined)
      throw new ToolError("server_down", `the tool server ${this.name} does not run at the moment`);
    if (!this.#usable.has(tool))
      throw new ToolError("tool_withdrawn", `the tool server ${this.name} no longer offers this as it was`);
    try {
      const result = await connection.call(tool, args, signal);
      this.#slow = 0;
      if (result.isError !== true) return resultText(result, this.#reached.config.resultBytes);
      this.#note(tool, resultText(result, 1000));
      throw new ToolError("tool_failed", `the tool server ${this.name} says that this call failed`);
    } catch (error) {
      if (error instanceof CallFailed) this.#after(tool, error, connection);
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#cancel();
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  #stopped(): boolean {
    return this.#closed;
  }

  #after(tool: string, { aftermath, cause }: CallFailed, connection: Connection): void {
    this.#note(tool, reasonOf(cause));
    if (aftermath === "nothing") return;
    this.#slow = aftermath === "slow" ? this.#slow + 1 : maxSlow;
    if (this.#slow < maxSlow || this.#connection !== connection) return;
    this.#lost(aftermath === "slow" ? `${maxSlow} calls in a row had no answer` : "a call broke off");
    connection.close().catch(() => undefined);
  }

  /** The server's own words stay here. */
  #note(tool: string, said: string): void {
    const fields = { server: this.name, tool, said: visible(said, 500) };
    this.#deps.diagnostics.warn(fields, `a call of the tool server ${this.name} failed`);
  }

  #lost(why: string): void {
    this.#connection = undefined;
    if (this.#closed) return;
    const { timers, diagnostics } = this.#deps;
    if (this.#upSince !== 0 && timers.now() - this.#upSince >= steadyMs) this.#tries = 0;
    this.#upSince = 0;
    const waitMs = Math.min(backOff.firstMs * 2 ** this.#tries, backOff.mostMs);
    this.#tries += 1;
    const fields = { server: this.name, why: visible(why, 500), waitMs };
    diagnostics.warn(fields, `the tool server ${this.name} is down; roles work without it`);
    this.#cancel();
    this.#cancel = timers.aside(waitMs, () => void this.start());
  }

  #listChanged(): void {
    if (this.#checking !== undefined) {
      this.#again = true;
      return;
    }
    const connection = this.#connection;
    if (connection === undefined) return;
    this.#checking = this.#relist(connection).finally(() => {
      this.#checking = undefined;
      if (this.#again) this.#listChanged();
    });
  }

  /** What does not say what it offers now is not asked for what it offered before. */
  async #relist(connection: Connection): Promise<void> {
    const { timers } = this.#deps;
    const waitMs = this.#relistedMs + listEveryMs - timers.now();
    if (waitMs > 0) await new Promise<void>((resolve) => void timers.aside(waitMs, resolve));
    // What it has said until now is answered by this list.
    this.#again = false;
    this.#relistedMs = timers.now();
    if (this.#connection !== connection) return;
    try {
      const listed = await connection.list();
      if (this.#connection === connection) this.#take(recheck(this.#known, listed));
    } catch (error) {
      if (this.#connection !== connection) return;
      this.#lost(reasonOf(error));
      await connection.close().catch(() => undefined);
    }
  }

  #take(rechecked: Rechecked): void {
    this.#known = rechecked.known;
    this.#usable = new Set(rechecked.usable.map(({ name }) => name));
    // Also a first list that is empty: the log may say that there was something.
    if (rechecked.first || rechecked.changes.length > 0) this.#deps.offers(this, rechecked);
  }
}
