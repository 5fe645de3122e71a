/** Who follows the scratch log: woken by what they asked for, and not by every entry. */
import type { ReadOptions, StoredEvent } from "../bus/bus.ts";
import { Bell } from "../bus/waiting.ts";

type Read = (options: ReadOptions) => AsyncIterable<StoredEvent>;
type FollowOptions = ReadOptions & { readonly signal: AbortSignal };

export class Followers {
  readonly #read: Read;
  /** Bells by what rings them; undefined: every type. */
  readonly #bells = new Map<Bell, ReadonlySet<string> | undefined>();

  constructor(read: Read) {
    this.#read = read;
  }

  /** It is on the log. */
  came({ event }: StoredEvent): void {
    for (const [bell, types] of this.#bells) if (types?.has(event.type) !== false) bell.ring();
  }

  /** What is there, and then what comes, until the signal aborts. */
  async *follow({ signal, ...options }: FollowOptions): AsyncGenerator<StoredEvent> {
    const bell = new Bell();
    const aborted = (): void => {
      bell.ring();
    };
    signal.addEventListener("abort", aborted);
    this.#bells.set(bell, options.types && new Set(options.types));
    try {
      yield* this.#until(signal, options, bell);
    } finally {
      this.#bells.delete(bell);
      signal.removeEventListener("abort", aborted);
    }
  }

  async *#until(signal: AbortSignal, options: ReadOptions, bell: Bell): AsyncGenerator<StoredEvent> {
    let reading = options;
    while (!isAborted(signal)) {
      const heard = bell.heard();
      for await (const entry of this.#read(reading)) {
        yield entry;
        if (isAborted(signal)) return;
        reading = { ...options, after: entry.position };
      }
      if (!isAborted(signal)) await heard;
    }
  }
}

/** Asked in a function because it changes in between, which narrowing does not know. */
function isAborted(signal: AbortSignal): boolean {
  return signal.aborted;
}
