/**
 * Takes a model's thoughts out of its answer: servers without a reasoning parser leave them in the text, between
 * <think> and </think>, or with the opening tag swallowed by the chat template. Thoughts are no answer, no evidence
 * and no part of the conversation that goes on.
 */
const whole = /<think(?:ing)?>[\s\S]*?<\/think(?:ing)?>/gi;
const endOnly = /^[\s\S]*?<\/think(?:ing)?>/i;
const startOnly = /<think(?:ing)?>[\s\S]*$/i;

export function withoutThoughts(text: string): string {
  if (!/<\/?think(?:ing)?>/i.test(text)) return text;
  const closed = text.replace(whole, "");
  const begun = /<\/think(?:ing)?>/i.test(closed) ? closed.replace(endOnly, "") : closed;
  return begun.replace(startOnly, "").trim();
}

/** The same for a stream, for thoughts that begin with it: text is held back until it is sure to be none. */
export class ThoughtFilter {
  #said = false;
  #held = "";

  /** What of this part is said. */
  push(part: string): string {
    if (this.#said) return part;
    this.#held += part;
    const begun = this.#held.trimStart().toLowerCase();
    if (["<think>", "<thinking>"].some((tag) => tag.startsWith(begun))) return "";
    if (!/^<think(?:ing)?>/.test(begun)) return this.#let(this.#held);
    const end = /<\/think(?:ing)?>\s*/i.exec(this.#held);
    return end === null ? "" : this.#let(this.#held.slice(end.index + end[0].length));
  }

  /** What was held back to the end and is no thought. */
  end(): string {
    return this.#said || /^<think(?:ing)?>/i.test(this.#held.trimStart()) ? "" : this.#held;
  }

  #let(text: string): string {
    this.#said = true;
    this.#held = "";
    return text;
  }
}
