import type { Diagnostics } from "../src/diagnostics.ts";

export interface Lifetime {
  /** Aborted at the first SIGTERM or SIGINT. */
  readonly signal: AbortSignal;
  readonly ended: Promise<void>;
}

/** Draining may take this long before the process ends anyway; what is in hand is redone by the next. Ms. */
const drainMs = 9_000;

/** A process's life: the first signal drains, the second, or ten seconds, ends it. */
export function untilTerminated(diagnostics: Diagnostics): Lifetime {
  const controller = new AbortController();
  const ended = new Promise<void>((resolve) => {
    const end = (name: string): void => {
      if (controller.signal.aborted) process.exit(1);
      diagnostics.info({ signal: name }, "ending: finishing what is in hand");
      setTimeout(() => process.exit(1), drainMs).unref();
      controller.abort();
      resolve();
    };
    process.on("SIGTERM", end);
    process.on("SIGINT", end);
  });
  return { signal: controller.signal, ended };
}
