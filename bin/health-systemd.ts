/**
 * What systemd wants to be told: READY=1 once the work has begun, WATCHDOG=1 while it gets on, STOPPING=1 when it ends.
 * Node has no datagram sockets of the unix kind: systemd's own `systemd-notify` says it, so the unit needs
 * NotifyAccess=all. Where no systemd waits (no NOTIFY_SOCKET) nothing is done.
 */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf } from "../src/errors.ts";
import type { Pulse } from "./health-pulse.ts";

const run = promisify(execFile);

const Manager = z.object({
  NOTIFY_SOCKET: z.string().min(1).optional(),
  /** Microseconds. */
  WATCHDOG_USEC: z.coerce.number().int().positive().optional(),
  /** The process the watchdog is meant for. */
  WATCHDOG_PID: z.coerce.number().int().optional(),
});

export interface Told {
  readonly pulse: Pulse;
  readonly diagnostics: Diagnostics;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

export class Systemd {
  readonly #told: Told;
  readonly #socket: string | undefined;
  /** Milliseconds after which systemd restarts a process that says nothing; undefined: never. */
  readonly #watchdogMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #hung = false;

  constructor(told: Told) {
    const { NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID } = Manager.parse(told.env ?? process.env);
    this.#told = told;
    this.#socket = NOTIFY_SOCKET;
    const ours = WATCHDOG_PID === undefined || WATCHDOG_PID === process.pid;
    if (NOTIFY_SOCKET !== undefined && WATCHDOG_USEC !== undefined && ours)
      this.#watchdogMs = WATCHDOG_USEC / 1_000;
  }

  async ready(): Promise<void> {
    await this.#say("READY=1", `MAINPID=${process.pid}`);
    if (this.#watchdogMs === undefined) return;
    this.#timer = setInterval(() => void this.feed(), this.#watchdogMs / 3);
    this.#timer.unref();
  }

  /** Once a third of the watchdog's time; nothing is said while something has stood still for half of it. */
  async feed(): Promise<void> {
    const { pulse, diagnostics } = this.#told;
    const hang = this.#watchdogMs === undefined ? undefined : pulse.hang(this.#watchdogMs / 2);
    if (hang === undefined) {
      this.#hung = false;
      await this.#say("WATCHDOG=1");
      return;
    }
    if (this.#hung) return;
    this.#hung = true;
    const seconds = Math.round(hang.stalledMs / 1_000);
    diagnostics.error(
      { group: hang.what, seconds },
      `${hang.what} has not moved for ${seconds} s: systemd's watchdog is no longer fed and will restart this process`,
    );
  }

  async stopping(): Promise<void> {
    // Fed on while it drains: TimeoutStopSec ends a drain that does not end.
    await this.#say("STOPPING=1");
  }

  close(): void {
    clearInterval(this.#timer);
  }

  async #say(...words: readonly string[]): Promise<void> {
    if (this.#socket === undefined) return;
    try {
      await run("systemd-notify", [...words], {
        env: { PATH: (this.#told.env ?? process.env)["PATH"], NOTIFY_SOCKET: this.#socket },
        timeout: 10_000,
      });
    } catch (error) {
      const { diagnostics } = this.#told;
      diagnostics.warn({}, `systemd could not be told ${words.join(" ")}: ${reasonOf(error)}`);
    }
  }
}
