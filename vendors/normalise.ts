/**
 * Any alert a source may hand over → Alert. CrowdStrike Alerts v2, OCSF Detection Finding, hatrack's own normalised
 * alert and a `{source, raw}` wrapper around any of them are told apart by themselves.
 */
import { z } from "zod";
import { HatrackError } from "../src/errors.ts";
import { Alert } from "../src/events/alert-events.ts";
import { caseIdOf } from "../src/events/ids.ts";
import type { ClosingLabel } from "../src/seams/alert-source.ts";
import { falconAlert, looksLikeFalcon } from "./falcon-alert.ts";
import { falconLabel } from "./falcon-label.ts";
import { fit } from "./fit.ts";
import { looksLikeOcsf, ocsfAlert } from "./ocsf-alert.ts";

const expected =
  "a CrowdStrike alert (composite_id), an OCSF Detection Finding (class_uid 2004), " +
  'a hatrack alert (source, sourceId, rule, …) or {"source": "crowdstrike", "raw": {…}}';

const Wrapped = z.strictObject({ source: Alert.shape.source, raw: z.looseObject({}) });
const Response = z.object({ resources: z.array(z.unknown()) });

/** @throws HatrackError `alert_unrecognised` naming what was found, `alert_invalid` naming the field */
export function normaliseAlert(input: unknown): Alert {
  if (typeof input !== "object" || input === null || Array.isArray(input)) throw unrecognised(input);
  const wrapped = Wrapped.safeParse(input);
  if (wrapped.success) return normaliseRaw(wrapped.data.raw, wrapped.data.source);
  return normaliseRaw(input);
}

/** How the source's own people closed it, if they did; undefined for what says nothing of that. */
export function closingLabelOf(input: unknown): ClosingLabel | undefined {
  const wrapped = Wrapped.safeParse(input);
  const { raw, source } = wrapped.success ? wrapped.data : { raw: input, source: undefined };
  if (typeof raw !== "object" || raw === null || !looksLikeFalcon(raw)) return undefined;
  return falconLabel(raw, source);
}

function normaliseRaw(raw: object, source?: string): Alert {
  if (looksLikeFalcon(raw)) return checked(falconAlert(raw, source));
  if (looksLikeOcsf(raw)) return checked(ocsfAlert(raw, source));
  if ("sourceId" in raw && "rule" in raw) return own(raw, source);
  throw unrecognised(raw);
}

/** The case id is ours to say, techniques and indicators may be left out, `raw` too. */
function own(input: object, source: string | undefined): Alert {
  const key = z
    .object({ source: z.string(), sourceId: z.string() })
    .safeParse({ ...input, ...(source && { source }) });
  const caseId = key.success ? caseIdOf(key.data) : undefined;
  const said = z.object({ caseId: z.string() }).safeParse(input);
  if (said.success && caseId !== undefined && said.data.caseId !== caseId) {
    const message = `hatrack alert caseId: expected ${caseId}, which follows from source and sourceId, got ${said.data.caseId}`;
    throw new HatrackError("alert_invalid", message);
  }
  const defaults = { techniques: [], indicators: [], raw: null };
  return fit(checked({ ...defaults, ...input, ...key.data, caseId }));
}

function checked(candidate: unknown): Alert {
  const alert = Alert.safeParse(candidate);
  if (alert.success) return alert.data;
  const issues = alert.error.issues.slice(0, 5);
  const where = issues
    .map((issue) => `${issue.path.map(String).join(".") || "(whole)"}: ${issue.message}`)
    .join("; ");
  throw new HatrackError("alert_invalid", `alert: ${where}`, { cause: alert.error });
}

/** One alert, a list of them or an API answer with `resources` → the alerts in it, not yet normalised. */
export function alertsIn(input: unknown): unknown[] {
  if (Array.isArray(input)) return input;
  const response = Response.safeParse(input);
  return response.success ? response.data.resources : [input];
}

function unrecognised(input: unknown): HatrackError {
  return new HatrackError("alert_unrecognised", `alert: expected ${expected}; found ${describe(input)}`);
}

function describe(input: unknown): string {
  if (input === null) return "null";
  if (Array.isArray(input)) return `a list of ${input.length}`;
  if (typeof input !== "object") return `a ${typeof input}`;
  const keys = Object.keys(input);
  if (keys.length === 0) return "an empty object";
  const more = keys.length > 8 ? ` and ${keys.length - 8} more` : "";
  return `an object with ${keys
    .slice(0, 8)
    .map((key) => key.slice(0, 40))
    .join(", ")}${more}`;
}
