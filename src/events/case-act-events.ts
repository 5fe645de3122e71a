/**
 * What people did to a case, a rule or a role, as against a proposal: said by the gate, on a person's word. A label may
 * also be a source's, which says how its own people closed the alert.
 */
import { z } from "zod";
import { Alert } from "./alert-events.ts";
import { CaseId, IsoTime, Principal, RoleName, Verdict } from "./vocabulary.ts";
import { event } from "./define-event.ts";
import { ProposalId, Reason } from "./decision.ts";
import { DirectoryRecord } from "./gate-events.ts";

/** Who said it, and the directory's answer their right to say so rests on. */
const onWord = { by: Principal, directory: DirectoryRecord.optional() };

/** A person's, through the gate: it counts with the gate's signature alone. */
const PersonsLabel = z.strictObject({
  from: z.literal("person").optional(),
  verdict: Verdict,
  ...onWord,
  reason: Reason,
  /** The front end it was said through: "slack". */
  origin: z.string().max(64),
});

/** A source's, of its own alert: the event's `time` is when it was closed there. Below a person's, above Tier 2's. */
const SourcesLabel = z.strictObject({
  from: z.literal("source"),
  verdict: Verdict,
  labelledBy: z.strictObject({
    source: Alert.shape.source,
    sourceId: Alert.shape.sourceId,
    /** Whom the source names as having worked on it; nobody here has checked that. */
    person: z.string().min(1).max(255).optional(),
  }),
  reason: Reason,
  /** The source's name. */
  origin: z.string().max(64),
});

export const caseActEvents = {
  "case.assigned": event({
    saidBy: ["gate"],
    data: z.strictObject({ proposalId: ProposalId.optional(), to: Principal, ...onWord }),
  }),
  "case.labelled": event({
    saidBy: ["gate", "source"],
    data: z.discriminatedUnion("from", [PersonsLabel, SourcesLabel]),
    // Version 2 lets a source label; what a person said reads as it did.
    upcasts: [(data) => data],
  }),
  /** The label is taken back: nobody has confirmed the case any more, whatever was said before it. */
  "case.unlabelled": event({ saidBy: ["gate"], data: z.strictObject({ ...onWord, reason: Reason }) }),
  /**
   * Random cases of a day that nobody was asked about, put before people for a label: accuracy's recall rests on what
   * was asked, not on what would be drawn today. In nobody's case, so that no thread is made for it.
   */
  "label.requested": event({
    saidBy: ["slack"],
    data: z.strictObject({
      /** UTC, "2026-03-02". */
      day: z.iso.date(),
      caseIds: z.array(CaseId).min(1).max(50),
      /** How many cases of the day nobody was asked about: what these stand for. */
      of: z.int().min(1),
      /** The on-call role that was called. */
      asked: RoleName.optional(),
    }),
  }),
  "case.closed": event({ saidBy: ["gate"], data: z.strictObject({ ...onWord, reason: Reason }) }),
  "case.reopened": event({ saidBy: ["gate"], data: z.strictObject({ ...onWord, reason: Reason }) }),
  "case.linked": event({
    saidBy: ["gate"],
    data: z.strictObject({ to: CaseId, ...onWord, reason: Reason }),
  }),
  /** A thumb, never a label. */
  "finding.rated": event({
    saidBy: ["gate"],
    data: z.strictObject({ eventId: z.string().max(64), right: z.boolean(), ...onWord }),
  }),
  "suppression.set": event({
    saidBy: ["gate"],
    data: z.strictObject({
      suppressionId: z.string().min(1).max(64),
      rule: z.string().min(1).max(512),
      host: z.string().max(255).optional(),
      /** Critical alerts are muted too, because somebody asked for it. */
      critical: z.literal(true).optional(),
      until: IsoTime,
      ...onWord,
      reason: Reason,
    }),
  }),
  /** Every mute of the rule that was set before this is over; with a host, those of that host alone. */
  "suppression.lifted": event({
    saidBy: ["gate"],
    data: z.strictObject({
      rule: z.string().min(1).max(512),
      host: z.string().max(255).optional(),
      ...onWord,
    }),
  }),
  "role.paused": event({
    saidBy: ["gate"],
    data: z.strictObject({ role: RoleName, ...onWord, reason: Reason }),
  }),
  "role.resumed": event({ saidBy: ["gate"], data: z.strictObject({ role: RoleName, ...onWord }) }),
};
