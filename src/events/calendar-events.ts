/** What the calendar fires, and what the roles that wake on it report. */
import { z } from "zod";
import { CaseId, Indicator, IsoTime, RoleName, Text } from "./vocabulary.ts";
import { event } from "./define-event.ts";

const Window = z.strictObject({ start: IsoTime, end: IsoTime });
const CaseIds = z.array(CaseId).max(500);

/** A report in words. Who worded it: a model, held to the facts, or code, plainly, where no model did. */
const worded = { words: z.string().max(4000).optional(), wordedBy: z.enum(["model", "code"]).optional() };

/** What a person's answer names: a hash of the rule and of what would be excluded, so the same in every report. */
export const TuningId = z
  .string()
  .regex(/^TUNE-[0-9A-Z]{10}$/, 'expected the id of a proposed tuning such as "TUNE-7K3F9QWM2T"');

/** What the gate cost an on-call role in the window; `src/gate/load.ts` says what each number means. */
const Load = z.strictObject({
  role: RoleName,
  title: z.string().min(1).max(100),
  asks: z.int().min(0),
  people: z.int().min(0).optional(),
  nightAsks: z.int().min(0),
  authorised: z.int().min(0),
  rejected: z.int().min(0),
  expired: z.int().min(0),
  overdue: z.int().min(0),
  minutesToDecision: z
    .strictObject({ p50: z.number().min(0), p90: z.number().min(0), n: z.int().min(1) })
    .optional(),
});

const OpenApproval = z.strictObject({
  proposalId: z.string(),
  caseId: CaseId,
  /** The on-call role's title. */
  addressed: z.string().max(100),
  /** "isolate host FIN-WS-042". */
  what: z.string().max(600).optional(),
  askedAt: IsoTime.optional(),
});

/** A rule that was wrong too often, and what a person may do about it. */
const NoisyRule = z.strictObject({
  rule: z.string().min(1).max(512),
  alerts: z.int().min(0),
  falsePositives: z.int().min(0),
  benign: z.int().min(0),
  proposal: Text,
  /** The cleared cases. */
  caseIds: CaseIds,
  /** Left out by what was reported before tunings could be answered. */
  tuningId: TuningId.optional(),
  /** The proposal as a Sigma filter, tried on the alerts of the window: it hides none that nobody cleared. */
  filter: z
    .strictObject({
      yaml: z.string().min(1).max(8000),
      /** Cleared alerts it would have kept quiet. */
      covers: z.int().min(0),
    })
    .optional(),
  /** Why there is no filter. */
  noFilter: z.string().min(1).max(400).optional(),
});

const HuntFinding = z.strictObject({
  kind: z.enum(["recurring_host", "shared_indicator", "missed_escalation"]),
  what: z.string().min(1).max(600),
  /** The latest; `cases` says how many there are. */
  caseIds: CaseIds,
  /** The host or the indicator that comes back. */
  about: Indicator.optional(),
  cases: z.int().min(1).optional(),
  /** In how many cases it stood when it was last reported; left out: never. */
  before: z.int().min(1).optional(),
});

const Campaign = z.strictObject({
  clusterId: z.string().min(1).max(64),
  /** Of a large campaign the latest; `cases` says how many there are. */
  caseIds: CaseIds,
  indicators: z
    .array(
      Indicator.extend({
        cases: z.int().min(1),
        /** Which of `caseIds` it stands in, by place from 0. */
        among: z.array(z.int().min(0)).max(500).optional(),
      }),
    )
    .max(100),
  actors: z.array(z.string().min(1).max(200)).max(20),
  cases: z.int().min(1).optional(),
  /** Cases it had when it was last announced; left out: it is new. */
  before: z.int().min(1).optional(),
  hosts: z.int().min(0).optional(),
  /** When its first and its latest case opened. */
  first: IsoTime.optional(),
  latest: IsoTime.optional(),
  ...worded,
});

export const calendarEvents = {
  "schedule.fired": event({
    saidBy: ["schedule"],
    data: z.strictObject({
      role: RoleName,
      window: Window,
      nominal: IsoTime,
      /** What the clock on the wall says then, "2026-03-02T06:00", and where that wall is. */
      local: z
        .string()
        .regex(/^\d{4}-\d\d-\d\dT\d\d:\d\d$/)
        .optional(),
      zone: z.string().min(1).max(64).optional(),
    }),
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
      /** received = triaged + failed + dead + waiting + grouped + suppressed; the rest in src/memory/shift.ts. */
      counts: z.record(z.string().max(64), z.int().min(0)),
      openApprovals: z.array(OpenApproval).max(500),
      caseIds: CaseIds,
      load: z.array(Load).max(50).optional(),
      ...worded,
    }),
  }),
  "tuning.reported": event({
    saidBy: ["role:detection-engineer"],
    data: z.strictObject({
      window: Window,
      /** The worst first. */
      rules: z.array(NoisyRule).max(100),
      /** How many more there were: an event has its size. */
      omitted: z.int().min(1).optional(),
      ...worded,
    }),
  }),
  "hunt.reported": event({
    saidBy: ["role:threat-hunter"],
    data: z.strictObject({
      window: Window,
      findings: z.array(HuntFinding).max(200),
      omitted: z.int().min(1).optional(),
      ...worded,
    }),
  }),
  "campaign.detected": event({ saidBy: ["role:threat-hunter"], data: Campaign }),
};
