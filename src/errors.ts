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

/** The text of anything that was thrown, for a message or a trace; never the stack. */
export function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
