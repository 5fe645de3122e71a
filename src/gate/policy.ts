/**
 * Who is asked for what: the part of soc.yaml that sets the bar under a proposal. From a proposal the gate takes
 * verb, target and parameters; everything else is decided here, by verb and by the target's class in the
 * inventory (lesson 31). An unknown target has the strictest rule there is for its verb.
 */
import { z } from "zod";
import type { Ask, Bar } from "../events/gate-events.ts";
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
  /** Classes of the inventory this rule covers; "*" is any that no other rule of the verb names. */
  classes: z.array(z.string().min(1).max(64)).min(1),
  ask: RoleName,
  quorum: z.int().min(1).max(5),
  reversible: z.boolean(),
  blastRadius: z.string().min(1).max(300),
  expiresMinutes: z.number().positive().max(10_080),
  carryOutMinutes: z.number().positive().max(10_080),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** What a person may do to a case, a rule or a role; beside it stands which on-call roles may. */
export const rights = ["read", "label", "close", "assign", "mute", "pause"] as const;
export type Right = (typeof rights)[number];

/** What the gate needs to know: rules, on-call roles, and the class of a target. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly onCall: Readonly<Record<string, OnCallRole>>;
  /** From the configured inventory, never from alert or model text; "unknown" when it is not there. */
  classOf(target: { type: string; value: string }): string;
  /** The on-call role that reviews what a role could not settle: "tier2" → "tier2-oncall". */
  reviewerOf(role: string): string;
  /** Whose members have a right. A right that nobody is listed for nobody has. */
  readonly rights?: Readonly<Record<Right, readonly string[]>>;
}

export const unknownClass = "unknown";
export const anyClass = "*";

type OnCall = Bar["addressed"];

/** The bar under an ask, or why there is none: then nobody can authorise it. */
export type BarAnswer = { readonly bar: Bar } | { readonly none: string };

/** `addressed` overrides whom the rule asks: a review goes to the reviewer of the role that could not settle it. */
export function barOf(
  policy: Policy,
  ask: Pick<Ask, "verb" | "target"> & { readonly addressed?: string | undefined },
): BarAnswer {
  const targetClass = classOfTarget(policy, ask);
  const rule = ruleFor(policy, ask.verb, targetClass);
  if (rule === undefined) {
    return { none: `no rule of soc.yaml covers ${ask.verb} on a target of class "${targetClass}"` };
  }
  const [addressed, ...nextTiers] = chainFrom(policy, ask.addressed ?? rule.ask);
  if (addressed === undefined) {
    return { none: `soc.yaml lists no on-call role "${ask.addressed ?? rule.ask}" for ${ask.verb}` };
  }
  const { quorum, reversible, blastRadius, expiresMinutes, carryOutMinutes } = rule;
  return {
    bar: {
      ...{ targetClass, addressed, quorum, reversible, blastRadius },
      ...{ expiresMinutes, nextTiers, carryOutMinutes },
    },
  };
}

/** No inventory lists cases, which are ours, or indicators, which are anybody's: those are classes by themselves. */
function classOfTarget(policy: Policy, { verb, target }: Pick<Ask, "verb" | "target">): string {
  if (verb === "review_case" && target.type === "case") return "case";
  const known = policy.classOf(target);
  if (known !== "" && known !== anyClass && known !== unknownClass) return known.slice(0, 64);
  return verb === "block_indicator" && target.type === "indicator" ? "indicator" : unknownClass;
}

function ruleFor(policy: Policy, verb: Ask["verb"], targetClass: string): PolicyRule | undefined {
  const ofVerb = policy.rules.filter((rule) => rule.verbs.includes(verb));
  if (targetClass === unknownClass) {
    const strict = strictest(ofVerb);
    return strict && { ...strict, reversible: false };
  }
  const named = ofVerb.filter((rule) => rule.classes.includes(targetClass));
  return strictest(named.length > 0 ? named : ofVerb.filter((rule) => rule.classes.includes(anyClass)));
}

/** Most people first, then what cannot be undone, then the shorter time; of equals the one listed first. */
function strictest(rules: readonly PolicyRule[]): PolicyRule | undefined {
  const order = (a: PolicyRule, b: PolicyRule): number =>
    b.quorum - a.quorum || Number(a.reversible) - Number(b.reversible) || a.expiresMinutes - b.expiresMinutes;
  return [...rules].sort(order)[0];
}

/** An on-call role and who is asked after it, at most six; ends at a role that is not listed or comes twice. */
function chainFrom(policy: Policy, first: string): OnCall[] {
  const chain: OnCall[] = [];
  let role: string | undefined = first;
  while (role !== undefined && chain.length < 6 && !chain.some((tier) => tier.role === role)) {
    const found: OnCallRole | undefined = Object.hasOwn(policy.onCall, role)
      ? policy.onCall[role]
      : undefined;
    if (found === undefined) break;
    chain.push({ role, title: found.title });
    role = found.next;
  }
  return chain;
}
