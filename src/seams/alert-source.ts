import type { Alert } from "../events/alert-events.ts";
import type { Verdict } from "../events/vocabulary.ts";

/** How the source's own people closed an alert. On the log as `case.labelled`, once for each closing. */
export interface ClosingLabel {
  /** Of the alert, as on it: the case follows from both. */
  readonly source: string;
  readonly sourceId: string;
  readonly verdict: Verdict;
  /** What it was closed as, in the source's words; never a comment of theirs. */
  readonly reason: string;
  /** RFC 3339; the label's event has this time, so that a replay does not know it earlier. */
  readonly closedAt: string;
  /** Whom the source names as having worked on it. */
  readonly person?: string;
}

/**
 * What a source hands over: a normalised alert, with how it was closed if it was; how an earlier one was closed since;
 * what it could not read and why; or how far it got.
 */
export type SourceItem = (
  | { readonly alert: Alert; readonly label?: ClosingLabel }
  | { readonly label: ClosingLabel }
  | { readonly rejected: { readonly line?: number; readonly reason: string; readonly excerpt: string } }
  /** How far it got: all it handed over before is on the log. Kept as `source.advanced`, for its next start. */
  | { readonly advanced: string }
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
