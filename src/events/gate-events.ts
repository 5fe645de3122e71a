import { z } from "zod";
import {
  ActionTarget,
  ActionVerb,
  Digest,
  Evidence,
  IsoTime,
  Principal,
  RoleName,
  Text,
} from "./vocabulary.ts";
import { Decision, ProposalId, Reason, RejectCategory, Surface, Use } from "./decision.ts";
import { event } from "./define-event.ts";

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
  /** Where it may be authorised or edited; left out, anywhere. */
  surfaces: z.array(Surface).min(1).max(10).optional(),
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
  /** The reference behind a button has served this person for this: with the next card comes another. */
  "card.used": event({ saidBy: ["gate"], data: z.strictObject({ ...onRecord, use: Use }) }),
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
      /** The role that proposed it, played by a model: it looks into it now, and says `info.found`. */
      asks: RoleName.optional(),
    }),
  }),
  /** What the role found, each sentence tied to the record; nothing, and why, where it found nothing to say. */
  "info.found": event({
    saidBy: ["runner"],
    data: z.strictObject({
      proposalId: ProposalId,
      requestId: z.string().min(1).max(64),
      role: RoleName,
      title: z.string().min(1).max(100),
      evidence: z.array(Evidence).max(6),
      why: Reason.optional(),
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
      /** "record": what the log already held, put together without a model. "role": looked up. "person": somebody knew. */
      from: z.enum(["record", "role", "person"]).optional(),
      role: z.strictObject({ name: RoleName, title: z.string().min(1).max(100) }).optional(),
      by: Principal.optional(),
      /** That they may answer rests on this. */
      directory: DirectoryRecord.optional(),
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
      reason: z.enum(["planned_again", "target_changed", "verdict_flipped", "canary_over"]),
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
