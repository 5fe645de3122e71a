/** What changed on somebody's screen; the page's live stream and the answers of `/local/…` are fed from it. */
export type Change =
  | {
      kind: "message";
      change: "posted" | "updated" | "deleted";
      channel: string;
      ts: string;
      threadTs: string | undefined;
      broadcast: boolean;
      /** Set on ephemerals. */
      onlyFor: string | undefined;
    }
  | { kind: "modal"; user: string }
  | { kind: "home"; user: string }
  /** User groups or the app's connection. */
  | { kind: "directory" };

export class Feed {
  readonly #listeners = new Set<(change: Change) => void>();

  emit(change: Change): void {
    for (const listener of this.#listeners) listener(change);
  }

  /** Returns what ends the subscription. */
  listen(listener: (change: Change) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }
}
