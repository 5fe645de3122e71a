/**
 * How long a case waits for a model that does not answer, from when its event came: then a person is asked instead.
 * An outage is waited out; a case whose time has passed is not.
 */
import type { Severity } from "../events/vocabulary.ts";

const hour = 60 * 60_000;

const patience: Readonly<Record<Severity, number>> = {
  critical: 2 * hour,
  high: 4 * hour,
  medium: 12 * hour,
  low: 24 * hour,
  informational: 24 * hour,
};

/** Milliseconds; of a case without an alert: as if it were high. */
export function patienceFor(severity: Severity | undefined): number {
  return patience[severity ?? "high"];
}
