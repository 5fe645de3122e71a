import { HatrackError } from "../../errors.ts";

/** No leg can answer now. Loud and typed: whoever asked pauses, spends nothing, and asks again. */
export class ModelsUnavailable extends HatrackError {
  /** When it may be worth asking again; milliseconds. */
  readonly retryAfterMs: number;

  constructor(why: string, retryAfterMs: number, cause?: unknown) {
    super("model_unavailable", why, { cause, retryable: true });
    this.retryAfterMs = retryAfterMs;
  }
}
