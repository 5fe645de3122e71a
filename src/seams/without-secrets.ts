/** An alert before it is on the log: without the secrets in it, and none too long for what marks them. */
import { redactWithin, type Redactor } from "../agent/redact.ts";
import { Alert } from "../events/alert-events.ts";

/** The ids stay: the case follows from them. */
export function withoutSecrets(alert: Alert, redactor: Redactor): unknown {
  const { source, sourceId, caseId } = alert;
  const clean = { ...asObject(redactor.value(alert)), source, sourceId, caseId };
  return Alert.safeParse(clean).success
    ? clean
    : { ...asObject(redactWithin(alert, redactor)), source, sourceId, caseId };
}

function asObject(value: unknown): object {
  return typeof value === "object" && value !== null ? value : {};
}
