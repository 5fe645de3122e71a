import type { Alert } from "../events/alert-events.ts";

/** What a source hands over: a normalised alert, or what it could not read and why. */
export type SourceItem = (
  | { readonly alert: Alert }
  | { readonly rejected: { readonly line?: number; readonly reason: string; readonly excerpt: string } }
) & {
  /** Called once the item is durable on the log, or with the error that kept it off. */
  readonly published?: (error?: unknown) => void;
};

/**
 * Where alerts come from. The next item is asked for only when the one before is on the log, so a source moves
 * its cursor after its `yield`, never before (lesson 6). Adapters: vendors/.
 */
export interface AlertSource {
  /** Stands on `alert.rejected` and in the diagnostics: "file:alerts.jsonl". */
  readonly name: string;
  items(signal: AbortSignal): AsyncIterable<SourceItem>;
}
