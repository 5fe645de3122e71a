/**
 * The scorecard of a backtest, version 1 (docs/scorecard.md says what each field means). `result` is the same, byte for
 * byte, for the same tickets, seed and answers; `measured` holds what a clock or a machine had a part in. Null: not measured.
 */
import { z } from "zod";
import { Confidence, IsoTime, Sev, Verdict } from "../events/vocabulary.ts";

export const scorecardVersion = "hatrack.scorecard/1";

const Count = z.int().min(0);
const Share = z.number().min(0).max(1).nullable();
const Name = z.string().min(1).max(200);

const Rate = z.strictObject({ value: Share, low: Share, high: Share, n: Count });

export const Mode = z.enum(["replay", "dry-run", "shadow"]);
export type Mode = z.infer<typeof Mode>;

/** What was run; stands in both halves. */
export const Run = z.strictObject({
  mode: Mode,
  /** Shadow: for how many days. */
  days: z.number().min(0).optional(),
  seed: z.int(),
  /** SHA-256 of the ticket lines that were read. */
  dataHash: z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in hex"),
  recall: z.enum(["on", "off", "both", "ab"]),
  /** Every model that answered. */
  models: z.array(Name),
  /** Role → the prompt versions it worked with. */
  promptVersions: z.record(z.string(), z.array(z.string())),
});
export type Run = z.infer<typeof Run>;

export const AskedFor = z.enum(["proposal", "review", "failure"]);
const Part = z.enum(["development", "test"]);

/** One role's part in a ticket: enough to see why, and where to read on. */
export const Trace = z.strictObject({
  role: Name,
  verdict: Verdict.optional(),
  confidence: Confidence.optional(),
  sev: Sev.optional(),
  decision: z.string().optional(),
  failed: z.string().optional(),
  because: z.array(z.string()),
  eventIds: z.array(z.string()),
});
export type Trace = z.infer<typeof Trace>;

export const Row = z.strictObject({
  ticketId: z.string(),
  caseId: z.string(),
  createdAt: IsoTime,
  part: Part,
  title: z.string(),
  rule: z.string(),
  host: z.string().optional(),
  human: z
    .strictObject({ escalated: z.boolean(), verdict: Verdict.optional(), severity: Sev.optional() })
    .optional(),
  /** Empty: nobody was asked. */
  asked: z.array(AskedFor),
  trace: z.array(Trace),
  /** Set: the roles did not come to an end with it, and it is not scored. */
  unworked: z.string().optional(),
});
export type Row = z.infer<typeof Row>;

/** Escalation, one way of counting. Positive: a person escalated it. */
export const Escalation = z.strictObject({
  confusion: z.strictObject({ tp: Count, fp: Count, fn: Count, tn: Count }),
  precision: Rate,
  recall: Rate,
  /** Of what people did not escalate, the share for which somebody was asked. */
  falseAlarms: Rate,
  f1: Rate,
  precisionAt: z.array(z.strictObject({ baseRate: Share, of: z.string(), precision: Share })),
});
export type Escalation = z.infer<typeof Escalation>;

export const Scored = z.strictObject({
  n: Count,
  baseRate: Rate,
  /** A case left to review, or handed over by a failed role, counts as asking a human. */
  withReview: Escalation,
  /** Only a proposal counts. */
  withoutReview: Escalation,
});
export type Scored = z.infer<typeof Scored>;

const Truth = z.strictObject({ attack: Count, harmless: Count });

export const RoleScore = z.strictObject({
  role: Name,
  runs: Count,
  answered: Count,
  abstained: Count,
  /** Reason → how often. */
  failed: z.record(z.string(), Count),
  /** The person's verdict → the role's own word for it → how often. */
  verdicts: z.record(z.string(), z.record(z.string(), Count)),
  /** The same in two words: the truth → what the role said. A label that does not know is left out. */
  confusion: z.strictObject({ attack: Truth, harmless: Truth }),
  right: Rate,
  /** Null for a role that does not say how sure it is. */
  brier: Share,
  calibration: z.strictObject({
    error: Share,
    bins: z.array(
      z.strictObject({
        from: Confidence,
        to: Confidence,
        n: Count,
        confidence: Confidence,
        rate: Confidence,
      }),
    ),
  }),
});
export type RoleScore = z.infer<typeof RoleScore>;

export const Agreement = z.strictObject({
  n: Count,
  same: Rate,
  withinOne: Rate,
  /** Quadratic weights, -1 to 1. */
  kappa: z.number().min(-1).max(1).nullable(),
  /** Theirs → the IR Lead's → how often. */
  matrix: z.record(z.string(), z.record(z.string(), Count)),
});
export type Agreement = z.infer<typeof Agreement>;

const Difference = z.number().min(-1).max(1).nullable();

/** B less A, with the interval of a paired bootstrap. */
export const Delta = z.strictObject({
  a: Share,
  b: Share,
  delta: Difference,
  low: Difference,
  high: Difference,
});
export type Delta = z.infer<typeof Delta>;

/** Pairs in which one side alone was right, and the exact McNemar p. */
export const Discordance = z.strictObject({ n: Count, onlyA: Count, onlyB: Count, p: Share });
export type Discordance = z.infer<typeof Discordance>;

const Side = z.strictObject({ asked: z.array(AskedFor), trace: z.array(Trace) });

export const Flip = z.strictObject({
  ticketId: z.string(),
  caseId: z.string(),
  title: z.string(),
  human: z.strictObject({ escalated: z.boolean(), verdict: Verdict.optional() }),
  /** Which side did as the person did. */
  right: z.enum(["a", "b"]),
  a: Side,
  b: Side,
});
export type Flip = z.infer<typeof Flip>;

const CountedWay = z.strictObject({ precision: Delta, recall: Delta, f1: Delta, mcnemar: Discordance });

export const Comparison = z.strictObject({
  /** "without recall", "with recall", or which models. */
  a: z.string(),
  b: z.string(),
  headline: z.string(),
  /** Labelled tickets that both worked. */
  n: Count,
  withReview: CountedWay,
  withoutReview: CountedWay,
  roles: z.array(Discordance.extend({ role: Name })),
  flipped: z.array(Flip),
  onlyInA: Count,
  onlyInB: Count,
});
export type Comparison = z.infer<typeof Comparison>;

/** Somebody or something simple that answers the same tickets. */
export const Baseline = z.strictObject({
  name: z.string(),
  what: z.string(),
  test: Scored,
  all: Scored,
  /** F1 of this run less the baseline's, on the test part, review counted as asking. */
  ours: Delta,
});
export type Baseline = z.infer<typeof Baseline>;

export const Result = z.strictObject({
  run: Run,
  /** False for a dry run: its answers were canned, and nothing here is a result. */
  isResult: z.boolean(),
  headline: z.string(),
  /** A person escalated it, and nobody was asked. */
  missed: z.array(Row),
  /** Somebody was asked, and no person had escalated it. */
  askedForNothing: z.array(Row),
  /** What is not measured, and why, in sentences. */
  missing: z.array(z.string()),
  tickets: z.strictObject({
    lines: Count,
    /** Why a line was left out or is lacking → how often. */
    problems: z.record(z.string(), Count),
    worked: Count,
    labelled: Count,
    unlabelled: Count,
    /** Why → how many. */
    unworked: z.record(z.string(), Count),
    /** Their alert could not be read: no role saw them. */
    refused: z.array(z.strictObject({ ticketId: z.string(), why: z.string() })),
    /** The first ticket of the test part came in then; null with no ticket. */
    splitAt: IsoTime.nullable(),
  }),
  /** Development: the first half of the tickets by time. */
  escalation: z.strictObject({ all: Scored, development: Scored, test: Scored }),
  /** Which of them the headline speaks of. */
  headlinePart: z.enum(["all", "test"]),
  baselines: z.array(Baseline),
  /** One per arm of recall that was played. */
  arms: z.array(z.strictObject({ arm: z.enum(["on", "off"]), precedents: Count, all: Scored })),
  /** Recall on (b) against off (a), where both were played. */
  recall: Comparison.optional(),
  roles: z.array(RoleScore),
  severity: z.strictObject({
    /** The IR Lead's SEV against the person's. */
    person: Agreement,
    /** Against the alert's own severity. */
    alert: Agreement,
  }),
  /** On-call role → how often it was addressed. */
  addressed: z.record(z.string(), Count),
  /** Of a shadow: whom it would have asked for what, the most often first; how often a day is null for less than a day's tenth. */
  wouldHaveAsked: z
    .array(
      z.strictObject({ role: Name, what: z.string(), times: Count, perDay: z.number().min(0).nullable() }),
    )
    .optional(),
  /** Prompts and tool answers that were searched for what no role may know, and how many tokens were planted. */
  leakCheck: z.strictObject({ searched: Count, planted: Count }).optional(),
  rows: z.array(Row),
});
export type Result = z.infer<typeof Result>;

export const RoleCost = z.strictObject({
  role: Name,
  runs: Count,
  toolCalls: Count,
  tokens: z.strictObject({ input: Count, output: Count }),
  /** What a run took, the waits for a model that was away included. */
  milliseconds: z.strictObject({
    total: z.number().min(0),
    median: z.number().min(0).nullable(),
    p95: z.number().min(0).nullable(),
  }),
});
export type RoleCost = z.infer<typeof RoleCost>;

/** What the run knows of itself. */
export const Revision = z.strictObject({
  /** Of the source tree, where it is known. */
  revision: z.string().optional(),
  startedAt: IsoTime.optional(),
  milliseconds: z.number().min(0),
  ticketsPerSecond: z.number().min(0).optional(),
  peakMemoryMb: z.number().min(0).optional(),
});
export type Revision = z.infer<typeof Revision>;

export const Measured = Revision.extend({
  run: Run,
  tokens: z.strictObject({ input: Count, output: Count }),
  roles: z.array(RoleCost),
});

export const Scorecard = z.strictObject({
  schema: z.literal(scorecardVersion),
  result: Result,
  measured: Measured,
});
export type Scorecard = z.infer<typeof Scorecard>;
