import { z } from "zod";
import { CaseId, Confidence, Digest, Indicator, IsoTime, RoleName, Text } from "./vocabulary.ts";
import { event } from "./define-event.ts";

const Window = z.strictObject({ start: IsoTime, end: IsoTime });
const CaseIds = z.array(CaseId).max(500);
/** A calendar role's facts are computed from the log; these are the model's words for them, if there is a model. */
const Words = z.string().max(4000).optional();

/** One tool call of a run; `result` is redacted and capped. */
export const TraceStep = z.strictObject({
  step: z.int().min(1),
  tool: z.string().min(1).max(100),
  arguments: z.unknown(),
  result: z.string().max(8000),
  status: z.enum(["ok", "error", "refused"]),
  milliseconds: z.number().min(0),
});
export type TraceStep = z.infer<typeof TraceStep>;

export const calendarEvents = {
  "schedule.fired": event({
    saidBy: ["schedule"],
    data: z.strictObject({ role: RoleName, window: Window, nominal: IsoTime }),
  }),
  "deadline.reached": event({
    saidBy: ["schedule"],
    data: z.strictObject({
      proposalId: z.string().min(1).max(64),
      /** `unposted`: nobody has posted the card; `overdue`: authorised, and not marked done. */
      deadline: z.enum(["remind", "expire", "carry_out", "unposted", "overdue"]),
      due: IsoTime,
    }),
  }),
  "shift.summarised": event({
    saidBy: ["role:soc-manager"],
    data: z.strictObject({
      window: Window,
      counts: z.record(z.string().max(64), z.int().min(0)),
      openApprovals: z
        .array(
          z.strictObject({
            proposalId: z.string(),
            caseId: CaseId,
            /** The on-call role's title. */
            addressed: z.string().max(100),
            /** "isolate host FIN-WS-042". */
            what: z.string().max(600).optional(),
            askedAt: IsoTime.optional(),
          }),
        )
        .max(500),
      caseIds: CaseIds,
      words: Words,
    }),
  }),
  "tuning.reported": event({
    saidBy: ["role:detection-engineer"],
    data: z.strictObject({
      window: Window,
      rules: z
        .array(
          z.strictObject({
            rule: z.string().min(1).max(512),
            alerts: z.int().min(0),
            falsePositives: z.int().min(0),
            benign: z.int().min(0),
            proposal: Text,
            caseIds: CaseIds,
          }),
        )
        .max(100),
      /** How many more there were: an event has its size. */
      omitted: z.int().min(1).optional(),
      words: Words,
    }),
  }),
  "hunt.reported": event({
    saidBy: ["role:threat-hunter"],
    data: z.strictObject({
      window: Window,
      findings: z
        .array(
          z.strictObject({
            kind: z.enum(["recurring_host", "shared_indicator", "missed_escalation"]),
            what: z.string().min(1).max(600),
            caseIds: CaseIds,
          }),
        )
        .max(200),
      omitted: z.int().min(1).optional(),
      words: Words,
    }),
  }),
  "campaign.detected": event({
    saidBy: ["role:threat-hunter"],
    data: z.strictObject({
      clusterId: z.string().min(1).max(64),
      caseIds: CaseIds,
      indicators: z.array(Indicator.extend({ cases: z.int().min(1) })).max(100),
      actors: z.array(z.string().min(1).max(200)).max(20),
    }),
  }),
};

export const runEvents = {
  "role.worked": event({
    saidBy: ["runner"],
    data: z.strictObject({
      role: RoleName,
      /** SHA-256 of the constant prompt prefix, the tools and the answer's schema. */
      promptVersion: Digest,
      model: z.string().min(1).max(200),
      leg: z.string().min(1).max(100),
      steps: z.array(TraceStep).max(200),
      modelCalls: z.int().min(0),
      tokens: z.strictObject({ input: z.int().min(0), output: z.int().min(0) }),
      milliseconds: z.number().min(0),
      /** How many claims the answer made that code could not tie to the record. */
      evidenceDropped: z.int().min(0),
      recallArm: z.enum(["on", "off"]),
      /** Partition → log position that the run's view of the log stood at. */
      positions: z.record(z.string(), z.string()),
    }),
  }),
  "role.failed": event({
    saidBy: ["runner"],
    data: z.strictObject({
      role: RoleName,
      title: z.string().min(1).max(100),
      reason: z.enum(["budget_exhausted", "invalid_output", "empty_output", "tool_failed"]),
      detail: Text,
      steps: z.array(TraceStep).max(200),
      model: z.string().min(1).max(200),
      confidence: Confidence.optional(),
    }),
  }),
};

const Leg = z.strictObject({ leg: z.string().min(1).max(200), why: z.string().min(1).max(1000) });

export const modelEvents = {
  "model.failed_over": event({ saidBy: ["models"], data: Leg.extend({ to: z.string().min(1).max(200) }) }),
  "model.recovered": event({ saidBy: ["models"], data: Leg }),
  "model.unavailable": event({
    saidBy: ["models"],
    data: z.strictObject({ why: z.string().min(1).max(1000) }),
  }),
};

export const surfaceEvents = {
  "message.posted": event({
    saidBy: ["slack"],
    data: z.strictObject({
      kind: z.enum(["root", "finding", "gate", "direct", "answer", "notice", "digest"]),
      /** The event this message shows. */
      eventId: z.string().min(1).max(64),
      proposalId: z.string().max(64).optional(),
      role: RoleName.optional(),
      channel: z.string().min(1).max(64),
      ts: z.string().min(1).max(64),
      threadTs: z.string().max(64).optional(),
      /** "slack" or "local": which kind of workspace it stands in. */
      surface: z.enum(["slack", "local"]),
    }),
  }),
};

/** Which request a person's telephone was rung for. */
const Page = {
  proposalId: z.string().min(1).max(64),
  /** The event that asks: `handoff.requested` or `handoff.rerouted`. */
  eventId: z.string().min(1).max(64),
  pager: z.string().min(1).max(64),
};

const pagerEvents = {
  "page.sent": event({ saidBy: ["operations"], data: z.strictObject({ ...Page, attempts: z.int().min(1) }) }),
  /** An alarm: nobody's telephone rang. */
  "page.failed": event({
    saidBy: ["operations"],
    data: z.strictObject({ ...Page, attempts: z.int().min(1), why: z.string().min(1).max(1000) }),
  }),
  /** Somebody has heard it. That decides nothing. */
  "page.acknowledged": event({
    saidBy: ["operations"],
    data: z.strictObject({ ...Page, by: z.string().min(1).max(200) }),
  }),
};

export const operationsEvents = {
  ...pagerEvents,
  /** An alarm: an entry claims to be a person's word or the gate's, and its signature is not theirs. */
  "record.distrusted": event({
    saidBy: ["operations"],
    data: z.strictObject({
      eventId: z.string().min(1).max(64),
      type: z.string().min(1).max(100),
      source: z.string().min(1).max(512),
      position: z.string().min(1).max(64),
      why: z.string().min(1).max(1000),
    }),
  }),
  "entry.dead": event({
    saidBy: ["operations"],
    data: z.strictObject({
      group: z.string(),
      position: z.string(),
      reason: z.string().max(2000),
      error: z.string().max(8000),
    }),
  }),
  "entry.redriven": event({
    saidBy: ["operations"],
    data: z.strictObject({ group: z.string(), position: z.string() }),
  }),
  "canary.sent": event({
    saidBy: ["operations"],
    data: z.strictObject({ canaryId: z.string(), due: IsoTime }),
  }),
  "canary.missed": event({
    saidBy: ["operations"],
    data: z.strictObject({ canaryId: z.string(), stoppedAt: z.string().max(200) }),
  }),
  "group.detached": event({
    saidBy: ["operations"],
    data: z.strictObject({
      group: z.string(),
      undone: z.array(z.string()).max(1000),
      why: z.string().max(1000),
    }),
  }),
};
