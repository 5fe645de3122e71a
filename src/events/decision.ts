/** Everything a person can say through a front end. */
import { z } from "zod";
import { TuningId } from "./calendar-events.ts";
import { ActionTarget, CaseId, Digest, IsoTime, Principal, RoleName, Verdict } from "./vocabulary.ts";

/** The id of the event that asks: `action.proposed`, or the finding or failure that needs a person's review. */
export const ProposalId = z.string().min(1).max(64);
export const Reason = z.string().min(1).max(2000);
/** Where a person said it: "slack", "local", "terminal" or a front end's own name. */
export const Surface = z.string().regex(/^[a-z][a-z0-9-]{0,31}$/, 'expected a front end such as "slack"');

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

/** What this person does with this button: the gate takes it once, and never what it has refused for good. */
export const Use = z.string().regex(/^[0-9a-f]{32}$/);
const Card = z.strictObject({
  channel: z.string().min(1).max(64),
  ts: z.string().min(1).max(64),
  use: Use.optional(),
});

const person = {
  principal: Principal,
  surface: Surface,
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
  z.strictObject({
    decision: z.literal("answer_info"),
    ...onProposal,
    /** The question: the id of its `info.requested`. */
    requestId: z.string().min(1).max(64),
    answer: Reason,
  }),
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
    /** Mutes critical alerts too; left out, they come through. */
    critical: z.literal(true).optional(),
    until: IsoTime,
    reason: Reason,
  }),
  /** Takes back every mute of the rule, or those of one host. */
  z.strictObject({
    decision: z.literal("unmute"),
    ...person,
    rule: z.string().min(1).max(512),
    host: z.string().max(255).optional(),
  }),
  z.strictObject({
    decision: z.literal("accept_tuning"),
    ...person,
    tuningId: TuningId,
    reason: Reason.optional(),
  }),
  z.strictObject({ decision: z.literal("decline_tuning"), ...person, tuningId: TuningId, reason: Reason }),
  z.strictObject({ decision: z.literal("pause"), ...person, role: RoleName, reason: Reason }),
  z.strictObject({ decision: z.literal("resume"), ...person, role: RoleName }),
]);
export type Decision = z.infer<typeof Decision>;
