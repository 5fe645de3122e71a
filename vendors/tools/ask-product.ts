/** What a model may read when a product gave no answer: our words alone. The product's own go to the diagnostics. */
import { ToolError } from "../../src/agent/define-tool.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";

export interface Asking {
  /** As the model is told: "Falcon". */
  readonly product: string;
  readonly diagnostics: Diagnostics;
  readonly signal?: AbortSignal;
  /** Codes of errors that a model is told of in so many words; any other is "gave no answer". */
  readonly words: Readonly<Record<string, string>>;
}

/** @throws ToolError; or what `signal` was aborted with */
export async function askProduct<T>(asking: Asking, ask: () => Promise<T>): Promise<T> {
  const { product, diagnostics, signal, words } = asking;
  try {
    return await ask();
  } catch (error) {
    signal?.throwIfAborted();
    if (error instanceof ToolError) throw error;
    const code = error instanceof HatrackError ? error.code : "no_answer";
    diagnostics.warn({ product, code, why: reasonOf(error) }, `a look-up at ${product} failed`);
    const why = Object.hasOwn(words, code) ? words[code] : undefined;
    const said = `${product} ${why ?? "gave no answer"}: nothing follows from this`;
    throw new ToolError(why === undefined ? "no_answer" : code, said, { cause: error });
  }
}

/** What Falcon refuses for good, said with the scope that is missing. */
export function falconAsking(
  scope: "Alerts: read" | "Hosts: read",
  { diagnostics, signal }: Pick<Asking, "diagnostics" | "signal">,
): Asking {
  const words = {
    falcon_scope_missing: `refuses this look-up (the API client lacks the scope "${scope}")`,
    falcon_credentials: "refuses the API client",
  };
  return { product: "Falcon", diagnostics, words, ...(signal === undefined ? {} : { signal }) };
}
