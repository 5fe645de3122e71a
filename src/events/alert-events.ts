import { z } from "zod";
import { CaseId, Indicator, IsoTime, Severity, Technique } from "./vocabulary.ts";
import { event } from "./define-event.ts";

const Process = z.strictObject({
  commandLine: z.string().max(16_000).optional(),
  fileName: z.string().max(1024).optional(),
  path: z.string().max(2048).optional(),
  sha256: z.string().max(64).optional(),
  parent: z.string().max(16_000).optional(),
});

/** One detection, in the shape every source is normalised to. `raw` is what the source sent, but for how
 * its people worked on the alert since. */
export const Alert = z.strictObject({
  source: z.string().regex(/^[a-z][a-z0-9_-]{0,31}$/, 'expected a source name such as "crowdstrike"'),
  sourceId: z.string().min(1).max(512),
  caseId: CaseId,
  rule: z.strictObject({ id: z.string().max(256), name: z.string().min(1).max(512) }),
  title: z.string().min(1).max(512),
  description: z.string().max(4000).optional(),
  severity: Severity,
  /** When the source says it happened. */
  time: IsoTime,
  host: z
    .strictObject({
      name: z.string().min(1).max(255),
      id: z.string().max(255).optional(),
      ip: z.string().max(64).optional(),
      os: z.string().max(255).optional(),
    })
    .optional(),
  user: z.strictObject({ name: z.string().min(1).max(255), id: z.string().max(255).optional() }).optional(),
  process: Process.optional(),
  tactic: z.string().max(128).optional(),
  techniques: z.array(Technique).max(32),
  /** What the control did (OCSF disposition), in the source's words: "blocked", "detected", … */
  disposition: z.string().max(255).optional(),
  indicators: z.array(Indicator).max(200),
  /** The alert in the source's own console; shown only if its host is allow-listed. */
  link: z.string().max(2048).optional(),
  raw: z.unknown(),
});
export type Alert = z.infer<typeof Alert>;

/** What is kept of an alert that has no case of its own: enough to find it at its source. */
const AlertBrief = Alert.pick({
  ...{ source: true, rule: true, title: true, severity: true, time: true, host: true, user: true },
});

/** An alert is one of the first three, never two of them: they share the id that follows from the alert. */
export const alertEvents = {
  "alert.received": event({ saidBy: ["source"], data: Alert }),
  /** It repeats one that has a case: it counts there. */
  "alert.grouped": event({
    saidBy: ["source"],
    data: z.strictObject({
      ...{ caseId: CaseId, sourceId: Alert.shape.sourceId },
      /** Alerts of the case so far, this one and the first included. */
      count: z.int().min(2),
      alert: AlertBrief.optional(),
    }),
  }),
  /** Somebody has muted its rule. */
  "alert.suppressed": event({
    saidBy: ["source"],
    data: z.strictObject({
      sourceId: Alert.shape.sourceId,
      suppressionId: z.string().min(1).max(64),
      alert: AlertBrief.optional(),
    }),
  }),
  "alert.rejected": event({
    saidBy: ["source"],
    data: z.strictObject({
      source: z.string().min(1).max(512),
      /** Line of a file or position in a batch, from 1. */
      line: z.int().min(1).optional(),
      reason: z.string().min(1).max(2000),
      /** The first characters of what was refused, so that it can be found again. */
      excerpt: z.string().max(500),
    }),
  }),
  "source.advanced": event({
    saidBy: ["source"],
    data: z.strictObject({ source: z.string().min(1).max(512), cursor: z.string().max(2048) }),
  }),
};
