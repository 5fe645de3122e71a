/**
 * One process sends. Any number may receive what people do; the lanes run in the one that holds the sender's lease. It
 * keeps the lease while it works, gives it back when it closes, and another takes over some seconds after it died. A
 * process that was away for longer than its lease (a suspended machine) sends nothing more, whatever it had in hand.
 */
import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import type { Bus } from "../src/bus/bus.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";

/** What is done while this process sends. */
export interface Tenure {
  /** Why it does not serve; undefined when it does. */
  unready(): string | undefined;
  close(): Promise<void>;
}

export interface SenderOptions {
  readonly bus: Pick<Bus, "lease">;
  readonly diagnostics: Diagnostics;
  /** Begins to send. Called anew each time: what another process sent meanwhile is on the log and nowhere else. */
  readonly begin: (may: MaySend) => Tenure;
  /** How long a lease lasts, milliseconds. */
  readonly leaseMs?: number;
  /** How often it is kept, or asked for. */
  readonly lookMs?: number;
}

/** Asked before anything is sent: the lease may have run out since. */
export type MaySend = () => boolean;

const leaseName = "slack-sender";

export class Sender {
  readonly #options: SenderOptions;
  readonly #leaseMs: number;
  readonly #owner = randomUUID();
  readonly #ending = new AbortController();
  #ended: Promise<void> = Promise.resolve();
  #until = 0;
  #tenure: Tenure | undefined;

  private constructor(options: SenderOptions) {
    this.#options = options;
    this.#leaseMs = options.leaseMs ?? 15_000;
  }

  /** Resolves once it is known who sends. @throws what `begin` throws */
  static async start(options: SenderOptions): Promise<Sender> {
    const sender = new Sender(options);
    await sender.#look();
    sender.#ended = sender.#live();
    return sender;
  }

  /** Undefined also while another process sends. */
  unready(): string | undefined {
    return this.#tenure?.unready();
  }

  async close(): Promise<void> {
    this.#ending.abort();
    await this.#ended;
  }

  async #live(): Promise<void> {
    const { signal } = this.#ending;
    for (;;) {
      await sleep(this.#options.lookMs ?? this.#leaseMs / 3, undefined, { signal, ref: false }).catch(
        () => undefined,
      );
      if (signal.aborted) break;
      await this.#look().catch((error: unknown) => {
        this.#options.diagnostics.error({ error: reasonOf(error) }, "slack: sending could not begin");
      });
    }
    await this.#end();
    if (this.#maySend()) await this.#lease(0);
  }

  async #look(): Promise<void> {
    const before = performance.now();
    const isMine = await this.#lease(this.#leaseMs);
    // Counted from before it was asked for: never longer than the bus counts it. No answer: what is left still runs.
    if (isMine !== undefined) this.#until = isMine ? before + this.#leaseMs : 0;
    if (!this.#maySend()) await this.#end();
    else if (this.#tenure === undefined) this.#begin();
  }

  #begin(): void {
    this.#options.diagnostics.info({}, "slack: this process sends");
    this.#tenure = this.#options.begin(() => this.#maySend());
  }

  async #end(): Promise<void> {
    const tenure = this.#tenure;
    if (tenure === undefined) return;
    this.#tenure = undefined;
    await tenure.close();
  }

  async #lease(ms: number): Promise<boolean | undefined> {
    try {
      return await this.#options.bus.lease(leaseName, this.#owner, ms);
    } catch (error) {
      this.#options.diagnostics.warn({ error: reasonOf(error) }, "slack: who sends could not be asked");
      return undefined;
    }
  }

  #maySend(): boolean {
    return performance.now() < this.#until;
  }
}
