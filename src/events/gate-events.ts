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
const ProposalId = z.string().min(1).max(64);
const Reason = z.string().min(1).max(2000);
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
    to: z.string().min(1).max(64),
    reason: Reason.optional(),
  }),
  z.strictObject({ decision: z.literal("snooze"), ...onProposal, minutes: z.int().min(1).max(1440) }),
  z.strictObject({ decision: z.literal("mark_done"), ...onProposal, note: Reason.optional() }),
  z.strictObject({ decision: z.literal("could_not_do"), ...onProposal, reason: Reason }),
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
    }),
  }),
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
      /** When an authorisation that nobody carries out lapses. */
      carryOutBy: IsoTime.optional(),
    }),
  }),
  "action.executed": event({
    saidBy: ["gate"],
    data: z.strictObject({ ...onRecord, note: Reason.optional() }),
  }),
  "action.abandoned": event({ saidBy: ["gate"], data: z.strictObject({ ...onRecord, why: Reason }) }),
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
  "info.requested": event({ saidBy: ["gate"], data: z.strictObject({ ...onRecord, question: Reason }) }),
  "info.answered": event({
    saidBy: ["gate", "role:*"],
    data: z.strictObject({ proposalId: ProposalId, answer: Text, evidence: z.array(Evidence).max(20) }),
  }),
};

/** Who said it, and the directory's answer their right to say so rests on. */
const onWord = { by: Principal, directory: DirectoryRecord.optional() };

const caseActs = {
  "case.assigned": event({
    saidBy: ["gate"],
    data: z.strictObject({ proposalId: ProposalId.optional(), to: Principal, ...onWord }),
  }),
  "case.labelled": event({
    saidBy: ["gate"],
    data: z.strictObject({ verdict: Verdict, ...onWord, reason: Reason, origin: z.string().max(64) }),
  }),
  /** The label is taken back: nobody has confirmed the case any more, whatever was said before it. */
  "case.unlabelled": event({ saidBy: ["gate"], data: z.strictObject({ ...onWord, reason: Reason }) }),
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
      until: IsoTime,
      ...onWord,
      reason: Reason,
    }),
  }),
  "role.paused": event({
    saidBy: ["gate"],
    data: z.strictObject({ role: RoleName, ...onWord, reason: Reason }),
  }),
  "role.resumed": event({ saidBy: ["gate"], data: z.strictObject({ role: RoleName, ...onWord }) }),
};

export const gateEvents = {
  "decision.submitted": event({ saidBy: ["frontend"], data: Decision }),
  ...proposalEvents,
  ...caseActs,
};
