import { systemClock, type Clock } from "../src/clock.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { whenNpmEnds } from "./parent.ts";

export interface Lifetime {
  /** Aborted at the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  /** Resolves at that signal; rejects with `unhandled` when something failed that nobody waited for. */
  readonly ended: Promise<void>;
  /** Gives the signals back to Node. */
  release(): void;
}

/** The parts of a process that end it. */
export interface Mortal {
  on(name: string, listener: (what: unknown) => void): unknown;
  off(name: string, listener: (what: unknown) => void): unknown;
  exit(code: number): void;
}

/** Draining may take this long before the process ends anyway; what is in hand is redone by the next. Ms. */
const drainMs = 9_000;

/** npm hands on the Ctrl-C that the terminal has sent to us already: within this it is one key press. Ms. */
const echoMs = 500;

/** A process's life: the first signal drains; a second one, or ten seconds, ends it. */
export function untilTerminated(
  diagnostics: Diagnostics,
  mortal: Mortal = process,
  clock: Clock = systemClock,
): Lifetime {
  const controller = new AbortController();
  const { promise: ended, resolve, reject } = Promise.withResolvers<undefined>();
  ended.catch(() => undefined);
  let since = 0;
  const end = (name: unknown): void => {
    if (controller.signal.aborted) {
      if (clock.now() - since > echoMs) mortal.exit(1);
      return;
    }
    since = clock.now();
    diagnostics.info({ signal: name }, "ending: finishing what is in hand; again to end at once");
    setTimeout(() => {
      mortal.exit(1);
    }, drainMs).unref();
    controller.abort();
    resolve(undefined);
  };
  // Node's own answer to it, a bare stack trace, would be the last line an operator sees.
  const fault = (cause: unknown): void => {
    const stack = cause instanceof Error ? cause.stack : undefined;
    diagnostics.error({ stack }, `something failed that nobody waited for: ${reasonOf(cause)}`);
    const message = `ended, because something failed that nobody waited for: ${reasonOf(cause)}; start it again, the log has everything`;
    reject(new HatrackError("unhandled", message, { cause }));
  };
  const listeners = { SIGTERM: end, SIGINT: end, unhandledRejection: fault };
  for (const [name, listener] of Object.entries(listeners)) mortal.on(name, listener);
  const forgetNpm = whenNpmEnds(() => {
    if (!controller.signal.aborted) end("npm ended");
  });
  const release = (): void => {
    forgetNpm();
    for (const [name, listener] of Object.entries(listeners)) mortal.off(name, listener);
  };
  return { signal: controller.signal, ended, release };
}
