/**
 * Every error this project throws on purpose. `code` is a stable string for programs; the message is for the
 * person: it names the component, the input and what was expected. `retryable` says whose fault it is: true
 * when the same call may go through later (a dependency is down), false when it never will (bad input).
 */
export class HatrackError extends Error {
  override readonly name = "HatrackError";
  readonly code: string;
  readonly retryable: boolean;

  constructor(code: string, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.retryable = options.retryable ?? false;
  }
}

/**
 * The text of anything that was thrown, for a message or a trace; never the stack. Where a library says no more than
 * "fetch failed", what caused it says why; our own errors say that themselves.
 */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const { message } = error;
  if (error instanceof HatrackError) return message;
  const root = rootOf(error).message;
  return message.includes(root) ? message : `${message} (${root})`;
}

/** What stands at the bottom of it all, at most five causes down. */
function rootOf(error: Error): Error {
  let root = error;
  for (let depth = 0; depth < 5 && root.cause instanceof Error; depth += 1) root = root.cause;
  return root;
}
