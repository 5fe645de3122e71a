/**
 * The watch of `hatrack start`: a process of its own that outlives it. Its stdin is the tether: a word on it lets the
 * watch go, and a tether that tears without one means that what it watched has died; that it still says.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { extname, join } from "node:path";
import type { Readable } from "node:stream";
import { text } from "node:stream/consumers";
import { setTimeout as sleep } from "node:timers/promises";
import type { Diagnostics } from "../src/diagnostics.ts";

const letGo = "let go\n";

/** It has nothing to say in the first minute, and the start needs the processor for itself. Milliseconds. */
const afterMs = 2_000;
/** Before one that ended is started again. */
const againMs = 10_000;
/** How long it may take to end. */
const endMs = 3_000;

export interface Beside {
  readonly dataDir: string;
  /** Where it speaks; left out: where the environment says. */
  readonly workspace: string | undefined;
  readonly diagnostics: Diagnostics;
}

export class WatchBeside {
  readonly #beside: Beside;
  #child: ChildProcess | undefined;
  #ending = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(beside: Beside) {
    this.#beside = beside;
    this.#startIn(afterMs);
  }

  /** What it watches ends as it should: nobody needs to hear of it. */
  letGo(): void {
    this.#end();
    this.#child?.stdin?.end(letGo);
  }

  /** Waits for one that was let go. Any other is left to say what it has to say. */
  async close(): Promise<void> {
    const child = this.#child;
    const wasLetGo = this.#ending;
    this.#end();
    if (child === undefined || hasEnded(child)) return;
    if (!wasLetGo) {
      child.stdin?.destroy();
      child.unref();
      return;
    }
    const late = new AbortController();
    await Promise.race([once(child, "exit"), sleep(endMs, undefined, { signal: late.signal })]);
    late.abort();
    if (!hasEnded(child)) child.kill("SIGKILL");
  }

  #end(): void {
    this.#ending = true;
    clearTimeout(this.#timer);
  }

  #startIn(ms: number): void {
    this.#timer = setTimeout(() => {
      this.#start();
    }, ms).unref();
  }

  #start(): void {
    const { dataDir, workspace, diagnostics } = this.#beside;
    const where = workspace === undefined ? [] : ["--workspace", workspace];
    const program = join(import.meta.dirname, `hatrack${extname(import.meta.filename)}`);
    const args = ["--disable-warning=ExperimentalWarning", program, "watch", "--beside-start", ...where];
    // A group of its own: Ctrl-C in the terminal is for `start`, which lets it go.
    const stdio = ["pipe", "ignore", "inherit"] as const;
    const child = spawn(process.execPath, args, { env: envFor(dataDir), stdio: [...stdio], detached: true });
    this.#child = child;
    child.stdin.on("error", () => undefined);
    const gone = (why: string): void => {
      if (this.#ending || this.#child !== child) return;
      this.#child = undefined;
      diagnostics.warn({}, `the watch has ended (${why}); it is started again`);
      this.#startIn(againMs);
    };
    child.on("error", (error) => {
      gone(error.message);
    });
    child.on("exit", (code, signal) => {
      gone(signal ?? `code ${code ?? "unknown"}`);
    });
  }
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null;
}

/** What belongs to the process that starts it, and not to it: its port, its systemd, its npm. */
const notIts = /^(?:HATRACK_METRICS_PORT|NOTIFY_SOCKET|WATCHDOG_.*|npm_.*)$/;

function envFor(dataDir: string): NodeJS.ProcessEnv {
  const env = Object.entries(process.env).filter(([name]) => !notIts.test(name));
  return { ...Object.fromEntries(env), HATRACK_DIR: dataDir };
}

export interface Tether {
  /** Aborted when what it is tied to has ended, in whichever way. */
  readonly ended: AbortSignal;
  /** It ended without a word. */
  torn(): boolean;
}

/** The watch's end of it. */
export function tetherOf(stdin: Readable): Tether {
  const ended = new AbortController();
  let torn = false;
  void text(stdin)
    .catch(() => "")
    .then((said) => {
      torn = said !== letGo;
      ended.abort();
    });
  return { ended: ended.signal, torn: () => torn };
}
