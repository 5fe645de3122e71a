import { z } from "zod";
import { Confidence, Digest, IsoTime, RoleName, Text } from "./vocabulary.ts";
import { event } from "./define-event.ts";

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

const Tokens = z.strictObject({ input: z.int().min(0), output: z.int().min(0) });

/** Servers of others' tools that a run had, and what each calls itself; left out where it had none. */
const Servers = z
  .array(z.strictObject({ server: z.string().min(1).max(64), version: z.string().min(1).max(100) }))
  .max(50);

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
      tokens: Tokens,
      milliseconds: z.number().min(0),
      /** How many claims the answer made that code could not tie to the record. */
      evidenceDropped: z.int().min(0),
      recallArm: z.enum(["on", "off"]),
      /** Partition → log position that the run's view of the log stood at. */
      positions: z.record(z.string(), z.string()),
      servers: Servers.optional(),
    }),
  }),
  "role.failed": event({
    saidBy: ["runner"],
    data: z.strictObject({
      role: RoleName,
      title: z.string().min(1).max(100),
      /** `model_unavailable`: no model answered until the case's own deadline had passed. */
      reason: z.enum([
        "budget_exhausted",
        "invalid_output",
        "empty_output",
        "tool_failed",
        "model_unavailable",
      ]),
      detail: Text,
      steps: z.array(TraceStep).max(200),
      model: z.string().min(1).max(200),
      /** What it cost all the same; left out where no model was asked. */
      leg: z.string().min(1).max(100).optional(),
      modelCalls: z.int().min(0).optional(),
      tokens: Tokens.optional(),
      milliseconds: z.number().min(0).optional(),
      confidence: Confidence.optional(),
      servers: Servers.optional(),
    }),
  }),
};

const Leg = z.strictObject({
  leg: z.string().min(1).max(200),
  why: z.string().min(1).max(1000),
  /** For this role alone, whose answers from that leg were no good; left out: for all. */
  role: RoleName.optional(),
});

export const modelEvents = {
  "model.failed_over": event({ saidBy: ["models"], data: Leg.extend({ to: z.string().min(1).max(200) }) }),
  "model.recovered": event({ saidBy: ["models"], data: Leg }),
  "model.unavailable": event({
    saidBy: ["models"],
    data: z.strictObject({ why: z.string().min(1).max(1000) }),
  }),
  /** A role has used up its tokens of the day (UTC); its work waits for the next. */
  "model.budget_spent": event({
    saidBy: ["models"],
    data: z.strictObject({
      role: RoleName,
      day: z.iso.date(),
      tokens: z.int().min(0),
      budget: z.int().min(1),
    }),
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
      /** The workspace's id of the picture in it: said once the message has it. */
      picture: z.string().min(1).max(64).optional(),
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
  /** The roles work on live alerts and nobody is shown anything: of such a log a scorecard says "shadow". */
  "shadow.started": event({
    saidBy: ["operations"],
    data: z.strictObject({ recall: z.enum(["on", "off", "ab"]) }),
  }),
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
  /** What a server of others' tools offers: said when it is first seen, and whenever that is something else. */
  "tools.changed": event({
    saidBy: ["operations"],
    data: z.strictObject({
      server: z.string().min(1).max(64),
      version: z.string().min(1).max(100),
      changes: z
        .array(
          z.strictObject({
            tool: z.string().min(1).max(100),
            /** A role that soc.yaml names may use it. */
            usable: z.boolean(),
            why: z.string().min(1).max(500),
            /** Of its annotations and its schema; none of one that is refused or gone. */
            digest: Digest.optional(),
          }),
        )
        .min(1)
        .max(50),
      /** Changes that are not listed here, and the digest of all of them. */
      more: z.int().min(0),
      moreDigest: Digest.optional(),
    }),
  }),
  "canary.sent": event({
    saidBy: ["operations"],
    data: z.strictObject({ canaryId: z.string(), due: IsoTime }),
  }),
  /** It came through: a sane verdict, and its card in the operations channel. */
  "canary.passed": event({
    saidBy: ["operations"],
    data: z.strictObject({ canaryId: z.string(), seconds: z.number().min(0) }),
  }),
  "canary.missed": event({
    saidBy: ["operations"],
    data: z.strictObject({ canaryId: z.string(), stoppedAt: z.string().max(200) }),
  }),
  /** The day's audit: where the chain over each partition ends, for a place outside the log. */
  "log.verified": event({
    saidBy: ["operations"],
    data: z.strictObject({
      verdict: z.enum(["consistent", "damaged"]),
      entries: z.int().min(0),
      /** PARTITION/POSITION/SHA-256, as "audit verify --anchor" takes them. */
      heads: z.array(z.string().max(120)).max(64),
      /** What was found, the first of it. */
      damage: z.array(z.string().max(500)).max(20),
    }),
  }),
  /** What a segment of the archive said of cases was erased; its digests, and so the chain, are left. */
  "log.erased": event({
    saidBy: ["operations"],
    data: z.strictObject({
      partition: z.int().min(0),
      /** Exclusive. */
      after: z.string(),
      to: z.string(),
      /** What the segment ends with. */
      hash: z.string().max(64),
      entries: z.int().min(1),
      by: z.string().min(1).max(200),
      why: z.string().min(1).max(500),
    }),
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
