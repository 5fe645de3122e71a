/**
 * Answers that a leg has handed in for one role, word for word, whatever the case: a model that answers without reading,
 * or a cache that answers for it.
 */
import { canonicalJson, sha256 } from "../../events/canonical.ts";

/** Cases whose answers are remembered. */
const remembered = 64;
/** Two cases may be alike; the third is an echo. */
const others = 2;

export class Echoes {
  /** Case → the hash of its answer, the oldest first. */
  readonly #said = new Map<string, string>();

  /** True when just this was said for two other cases already. */
  isEcho(caseId: string, answer: unknown): boolean {
    const hash = sha256(canonicalJson(answer));
    const same = [...this.#said].filter(([id, said]) => id !== caseId && said === hash);
    this.#said.delete(caseId);
    this.#said.set(caseId, hash);
    const [oldest] = this.#said.keys();
    if (this.#said.size > remembered && oldest !== undefined) this.#said.delete(oldest);
    return same.length >= others;
  }
}
