/** The command line as processes of its own: one that ends, and `hatrack start`, which does not by itself. */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { text } from "node:stream/consumers";

export const root = resolve(import.meta.dirname, "../..");
const quiet = "--disable-warning=ExperimentalWarning";
const { NODE_COMPILE_CACHE = "" } = process.env;
/** Node's own, and no setting of hatrack: a start takes a quarter less with it. */
const compileCache = NODE_COMPILE_CACHE === "" ? {} : { NODE_COMPILE_CACHE };

export interface CliOptions {
  /** All of hatrack's own variables: nothing is inherited but the PATH and what Node compiled. */
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string;
  /** JavaScript that runs in the process before hatrack. */
  readonly before?: string;
  /** Run as another user, where this one may change it. */
  readonly uid?: number;
}

export interface Ended {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

function launch(args: readonly string[], { env, before, uid }: CliOptions): ChildProcess {
  const preload =
    before === undefined ? [] : ["--import", `data:text/javascript,${encodeURIComponent(before)}`];
  return spawn(process.execPath, [quiet, ...preload, join(root, "bin/hatrack.ts"), ...args], {
    cwd: root,
    env: { PATH: process.env["PATH"] ?? "", ...compileCache, ...env },
    ...(uid === undefined ? {} : { uid }),
  });
}

export async function hatrack(args: readonly string[], options: CliOptions = {}): Promise<Ended> {
  const child = launch(args, options);
  const { stdin, stdout, stderr } = child;
  if (stdin === null || stdout === null || stderr === null) throw new Error("hatrack: no pipes");
  stdin.on("error", () => undefined);
  stdin.end(options.stdin ?? "");
  const [out, err] = await Promise.all([text(stdout), text(stderr), once(child, "exit")]);
  return { code: child.exitCode, signal: child.signalCode, stdout: out, stderr: err };
}

/** A command that does not end by itself, on whose lines a test waits. */
export class Running {
  readonly child: ChildProcess;
  readonly errors: string[] = [];
  readonly out: string[] = [];
  readonly #waiting = new Set<() => void>();
  #ended = false;

  constructor(args: readonly string[], options: CliOptions = {}) {
    this.child = launch(args, options);
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error("hatrack: no pipes");
    createInterface({ input: stdout }).on("line", (line) => {
      this.#take(this.out, line);
    });
    createInterface({ input: stderr }).on("line", (line) => {
      this.#take(this.errors, line);
    });
    this.child.once("close", () => {
      this.#ended = true;
      for (const wake of this.#waiting) wake();
    });
  }

  #take(lines: string[], line: string): void {
    lines.push(line);
    for (const wake of this.#waiting) wake();
  }

  /** The first line of `lines` that fits; rejects when the process ends without one. */
  async line(lines: readonly string[], pattern: RegExp): Promise<string> {
    for (;;) {
      const found = lines.find((line) => pattern.test(line));
      if (found !== undefined) return found;
      if (this.#ended) throw new Error(`ended without ${String(pattern)}:\n${this.errors.join("\n")}`);
      await new Promise<void>((wake) => this.#waiting.add(wake));
    }
  }

  /** "URL#TOKEN" of the `ready` line. */
  async ready(): Promise<string> {
    return (await this.line(this.out, /^ready\b/)).replace(/^ready ?/, "");
  }

  async ended(): Promise<Ended> {
    while (!this.#ended) await new Promise<void>((wake) => this.#waiting.add(wake));
    const { exitCode: code, signalCode: signal } = this.child;
    return { code, signal, stdout: this.out.join("\n"), stderr: this.errors.join("\n") };
  }

  async stop(signal: NodeJS.Signals = "SIGTERM"): Promise<Ended> {
    if (!this.#ended) this.child.kill(signal);
    return this.ended();
  }
}

/** Without a watch beside it, unless that is what is asked for: each would be a process more. */
export class Start extends Running {
  constructor(args: readonly string[], { watch = false, ...options }: CliOptions & { watch?: boolean } = {}) {
    super(["start", "--no-open", ...(watch ? [] : ["--no-watch"]), ...args], options);
  }
}
