/**
 * Who is asked for what: the part of soc.yaml that sets the bar under a proposal. From a proposal the gate takes
 * verb, target and parameters; everything else is decided here, by verb and by the target's class in the
 * inventory. An unknown target has the strictest rule there is for its verb.
 */
import { z } from "zod";
import { ActionVerb, RoleName } from "../events/vocabulary.ts";

export const OnCallRole = z.strictObject({
  title: z.string().min(1).max(100),
  /** Handle or id of the user group. */
  group: z.string().min(1).max(80).optional(),
  /** Explicit user ids, instead of a group. */
  users: z.array(z.string().min(1).max(64)).min(1).optional(),
  /** Who is asked when this tier does not answer. */
  next: RoleName.optional(),
});
export type OnCallRole = z.infer<typeof OnCallRole>;

export const PolicyRule = z.strictObject({
  verbs: z.array(ActionVerb).min(1),
  /** Classes of the inventory this rule covers; "*" is any, also an unknown one. */
  classes: z.array(z.string().min(1)).min(1),
  ask: RoleName,
  quorum: z.int().min(1).max(5),
  reversible: z.boolean(),
  blastRadius: z.string().min(1).max(300),
  expiresMinutes: z.number().positive().max(10_080),
  carryOutMinutes: z.number().positive().max(10_080),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** What the gate needs to know: rules, on-call roles, and the class of a target. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly onCall: Readonly<Record<string, OnCallRole>>;
  /** From the configured inventory, never from alert or model text; "unknown" when it is not there. */
  classOf(target: { type: string; value: string }): string;
  /** The on-call role that reviews what a role could not settle: "tier2" → "tier2-oncall". */
  reviewerOf(role: string): string;
}
