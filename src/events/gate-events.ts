import { z } from "zod";
import {
  ActionTarget,
  ActionVerb,
  CaseId,
  Digest,
  Evidence,
  IsoTime,
  Principal,
  RoleName,
  Text,
  Verdict,
} from "./vocabulary.ts";
import { event } from "./define-event.ts";

/** The id of the event that asks: `action.proposed`, or the finding or failure that needs a person's review. */
export const ProposalId = z.string().min(1).max(64);
export const Reason = z.string().min(1).max(2000);
/** "IR Lead On-Call": the name under which soc.yaml lists an on-call role, and its title. */
const OnCall = z.strictObject({ role: RoleName, title: z.string().min(1).max(100) });

/** What a person is asked to decide, whole: nothing that is not here is shown as the action. */
export const Ask = z.strictObject({
  verb: ActionVerb,
  target: ActionTarget,
  parameters: z.record(z.string().max(64), z.string().max(512)),
  rationale: Text,
  against: z.string().max(1000).optional(),
  evidence: z.array(Evidence).max(20),
  proposedBy: RoleName,
});
export type Ask = z.infer<typeof Ask>;

/** What policy says of this ask; every field comes from soc.yaml and the inventory, none from a model. */
export const Bar = z.strictObject({
  targetClass: z.string().min(1).max(64),
  addressed: OnCall,
  quorum: z.int().min(1).max(5),
  reversible: z.boolean(),
  blastRadius: z.string().min(1).max(300),
  expiresMinutes: z.number().positive(),
  /** Who is asked when this tier does not answer, in order. */
  nextTiers: z.array(OnCall).max(5),
  /** How long an authorisation waits for the person who carries it out, minutes. */
  carryOutMinutes: z.number().positive(),
  /** Shares of this tier's time at which it is reminded, in order. */
  reminders: z.array(z.number().gt(0).lt(1)).max(5).optional(),
  /** How old what a proposal rests on may be when it is authorised, minutes since it was asked. */
  evidenceMinutes: z.number().positive().optional(),
  /** A question stops this tier's clock until it is answered. */
  clockStopsForInfo: z.boolean().optional(),
  /** On-call roles it may be handed to, beside the next tiers. */
  handTo: z.array(OnCall).max(10).optional(),
  /** Who edited the request never counts, also where one person is enough. */
  requesterNeverCounts: z.boolean().optional(),
  /** A person may authorise what is done to their own account. */
  ownAccountAllowed: z.boolean().optional(),
});
export type Bar = z.infer<typeof Bar>;

/** The directory's answer a decision rests on: enough to check it later, without a copy of the company. */
export const DirectoryRecord = z.strictObject({
  group: z.string().min(1).max(200),
  askedAt: IsoTime,
  members: z.int().min(0),
  membersDigest: Digest,
});
export type DirectoryRecord = z.infer<typeof DirectoryRecord>;

/** Why somebody rejects; a front end offers these, and beside one of them words of their own. */
export const RejectCategory = z.enum([
  "false_alarm",
  "sanctioned",
  "too_wide",
  "wrong_target",
  "already_done",
  "not_enough_evidence",
  "other",
]);
export type RejectCategory = z.infer<typeof RejectCategory>;

const Card = z.strictObject({ channel: z.string().min(1).max(64), ts: z.string().min(1).max(64) });

const person = {
  principal: Principal,
  /** "slack", "local", "terminal" or a front end's own name. */
  surface: z.string().regex(/^[a-z][a-z0-9-]{0,31}$/),
  card: Card.optional(),
};
const onProposal = { ...person, proposalId: ProposalId, digest: Digest };
const onCase = { ...person, caseId: CaseId };

/** Everything a person says enters here; the gate alone says what came of it. */
export const Decision = z.discriminatedUnion("decision", [
  z.strictObject({
    decision: z.literal("authorise"),
    ...onProposal,
    note: Reason.optional(),
    /** False: pressed, but no form that shows the whole action was confirmed. On the record; never an approval. */
    confirmed: z.boolean().optional(),
  }),
  z.strictObject({
    decision: z.literal("reject"),
    ...onProposal,
    reason: Reason,
    category: z.string().max(64).optional(),
  }),
  z.strictObject({
    decision: z.literal("edit"),
    ...onProposal,
    target: ActionTarget,
    parameters: z.record(z.string().max(64), z.string().max(512)),
    reason: Reason,
  }),
  z.strictObject({ decision: z.literal("need_info"), ...onProposal, question: Reason }),
  z.strictObject({ decision: z.literal("assign"), ...onProposal }),
  z.strictObject({
    decision: z.literal("delegate"),
    ...onProposal,
    /** An on-call role of soc.yaml, or the id of a person of the group that is asked. */
    to: z.string().min(1).max(64),
    reason: Reason.optional(),
  }),
  z.strictObject({ decision: z.literal("snooze"), ...onProposal, minutes: z.int().min(1).max(1440) }),
  z.strictObject({ decision: z.literal("mark_done"), ...onProposal, note: Reason.optional() }),
  z.strictObject({ decision: z.literal("could_not_do"), ...onProposal, reason: Reason }),
  z.strictObject({ decision: z.literal("rolled_back"), ...onProposal, reason: Reason }),
  z.strictObject({ decision: z.literal("revoke"), ...onProposal, reason: Reason }),
  z.strictObject({ decision: z.literal("label"), ...onCase, verdict: Verdict, reason: Reason }),
  z.strictObject({ decision: z.literal("withdraw_label"), ...onCase, reason: Reason }),
  z.strictObject({ decision: z.literal("close"), ...onCase, reason: Reason }),
  z.strictObject({ decision: z.literal("reopen"), ...onCase, reason: Reason }),
  z.strictObject({ decision: z.literal("assign_case"), ...onCase, to: Principal }),
  z.strictObject({ decision: z.literal("link"), ...onCase, to: CaseId, reason: Reason }),
  z.strictObject({ decision: z.literal("rate"), ...onCase, eventId: z.string().max(64), right: z.boolean() }),
  z.strictObject({
    decision: z.literal("mute"),
    ...person,
    rule: z.string().min(1).max(512),
    host: z.string().max(255).optional(),
    until: IsoTime,
    reason: Reason,
  }),
  z.strictObject({ decision: z.literal("pause"), ...person, role: RoleName, reason: Reason }),
  z.strictObject({ decision: z.literal("resume"), ...person, role: RoleName }),
]);
export type Decision = z.infer<typeof Decision>;

const onRecord = { proposalId: ProposalId, by: Principal };

const proposalEvents = {
  "handoff.requested": event({
    saidBy: ["gate"],
    data: z.strictObject({
      proposalId: ProposalId,
      ask: Ask,
      bar: Bar,
      /** SHA-256 over proposal, case, ask, addressed role and quorum: an approval counts for this alone. */
      digest: Digest,
      code: z.string().regex(/^[0-9A-Z]{2}-[0-9A-Z]{2}$/),
      /** A person changed what was asked before: earlier approvals are void, theirs counts only where one is enough. */
      edited: z
        .strictObject({
          by: Principal,
          /** SHA-256 of the directory's id of the human, whichever account they come with next. */
          person: Digest,
          reason: Reason,
        })
        .optional(),
    }),
  }),
  "handoff.opened": event({
    saidBy: ["gate"],
    /** The tier's clock starts when its card was posted: a hand-off nobody could see cannot expire. */
    data: z.strictObject({
      proposalId: ProposalId,
      tier: z.int().min(0),
      postedAt: IsoTime,
      expiresAt: IsoTime,
      /** Who was in the group then: who approves and is not among them has joined since. */
      known: z
        .array(z.string().regex(/^[0-9a-f]{16}$/))
        .max(500)
        .optional(),
    }),
  }),
  /** An alarm: nobody has posted the card, so nobody can answer and nothing can expire. */
  "handoff.unposted": event({
    saidBy: ["gate"],
    data: z.strictObject({ proposalId: ProposalId, tier: z.int().min(0), askedAt: IsoTime }),
  }),
  /** Moves the reminder, never the expiry. */
  "handoff.snoozed": event({ saidBy: ["gate"], data: z.strictObject({ ...onRecord, until: IsoTime }) }),
  "handoff.reminded": event({
    saidBy: ["gate"],
    data: z.strictObject({ proposalId: ProposalId, tier: z.int().min(0), share: z.number().min(0).max(1) }),
  }),
  "handoff.rerouted": event({
    saidBy: ["gate"],
    data: z.strictObject({
      proposalId: ProposalId,
      tier: z.int().min(0),
      bar: Bar,
      digest: Digest,
      code: z.string().max(8),
      why: Reason,
      /** Who handed it on; left out, the tier did not answer in time. */
      by: Principal.optional(),
    }),
  }),
  "approval.recorded": event({
    saidBy: ["gate"],
    data: z.strictObject({
      ...onRecord,
      digest: Digest,
      directory: DirectoryRecord,
      have: z.int().min(1),
      need: z.int().min(1),
      /** Was not in the group yet when the card was posted. */
      joinedAfter: IsoTime.optional(),
    }),
  }),
  "action.decided": event({
    saidBy: ["gate"],
    data: z.strictObject({
      proposalId: ProposalId,
      outcome: z.enum(["authorised", "rejected", "expired", "cancelled", "superseded"]),
      by: z.array(Principal).max(10),
      why: Reason,
      digest: Digest,
      directory: DirectoryRecord.optional(),
      category: RejectCategory.optional(),
      /** When an authorisation that nobody carries out lapses. */
      carryOutBy: IsoTime.optional(),
    }),
  }),
  "action.executed": event({
    saidBy: ["gate"],
    data: z.strictObject({ ...onRecord, note: Reason.optional() }),
  }),
  "action.abandoned": event({ saidBy: ["gate"], data: z.strictObject({ ...onRecord, why: Reason }) }),
  /** It was done, and has been taken back. */
  "action.rolled_back": event({ saidBy: ["gate"], data: z.strictObject({ ...onRecord, why: Reason }) }),
  /** Authorised, and nobody has marked it done: calls its owner, then the next tier. */
  "action.overdue": event({
    saidBy: ["gate"],
    data: z.strictObject({
      proposalId: ProposalId,
      /** How much of the time to carry it out has passed. */
      share: z.number().min(0).max(1),
      /** Who took it on, or else approved it. */
      owners: z.array(Principal).max(10),
      /** Called as well: nobody answered the first time. */
      nextTier: OnCall.optional(),
    }),
  }),
  "action.lapsed": event({ saidBy: ["gate"], data: z.strictObject({ proposalId: ProposalId, why: Reason }) }),
  "action.revoked": event({
    saidBy: ["gate"],
    data: z.strictObject({ proposalId: ProposalId, by: Principal.optional(), why: Reason }),
  }),
  "decision.refused": event({
    saidBy: ["gate"],
    data: z.strictObject({
      decisionId: z.string().min(1).max(64),
      decision: z.string().min(1).max(32),
      proposalId: ProposalId.optional(),
      principal: Principal,
      /** Which rule refused: "not_a_member", "guest", "already_decided", "expired", … */
      rule: z.string().regex(/^[a-z_]{1,40}$/),
      message: Reason,
      /** Who can answer instead, in words: "IR Lead On-Call". */
      whoCan: z.string().max(200).optional(),
    }),
  }),
  "info.requested": event({
    saidBy: ["gate"],
    data: z.strictObject({
      ...onRecord,
      question: Reason,
      /** Policy stops the tier's clock until it is answered. */
      clockStopped: z.boolean().optional(),
    }),
  }),
  "info.answered": event({
    saidBy: ["gate"],
    data: z.strictObject({
      proposalId: ProposalId,
      answer: Text,
      evidence: z.array(Evidence).max(20),
      /** The question: the id of its `info.requested`. */
      requestId: z.string().min(1).max(64).optional(),
      /** "record": what the log already held, put together without a model. */
      from: z.enum(["record"]).optional(),
      /** The events it is taken from. */
      eventIds: z.array(z.string().min(1).max(64)).max(40).optional(),
      /** The clock runs again, to here. */
      expiresAt: IsoTime.optional(),
    }),
  }),
  /** The case has moved on: a word of the gate to itself, for each proposal that is still open. */
  "proposal.outdated": event({
    saidBy: ["gate"],
    data: z.strictObject({
      proposalId: ProposalId,
      /** The event that overtook it. */
      by: z.string().min(1).max(64),
      reason: z.enum(["planned_again", "target_changed", "verdict_flipped"]),
      why: Reason,
      /** What it is called in the record when nobody has been asked about it yet. */
      digest: Digest,
    }),
  }),
};

export const gateEvents = {
  "decision.submitted": event({ saidBy: ["frontend"], data: Decision }),
  ...proposalEvents,
};
