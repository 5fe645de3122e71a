/** What people did to a case, a rule or a role, as against a proposal: said by the gate, on a person's word. */
import { z } from "zod";
import { CaseId, IsoTime, Principal, RoleName, Verdict } from "./vocabulary.ts";
import { event } from "./define-event.ts";
import { DirectoryRecord, ProposalId, Reason } from "./gate-events.ts";

/** Who said it, and the directory's answer their right to say so rests on. */
const onWord = { by: Principal, directory: DirectoryRecord.optional() };

export const caseActEvents = {
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
