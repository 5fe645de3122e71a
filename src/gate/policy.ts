/**
 * Who is asked for what: the part of soc.yaml that sets the bar under a proposal. From a proposal the gate takes
 * verb, target and parameters; everything else is decided here, by verb and by the target's class in the
 * inventory (lesson 31). An unknown target has the strictest rule there is for its verb.
 */
import { z } from "zod";
import { Surface } from "../events/decision.ts";
import { type Ask, type Bar } from "../events/gate-events.ts";
import { ActionVerb, RoleName } from "../events/vocabulary.ts";
import { vetoOf, type Veto } from "./vetoes.ts";
import type { Freeze } from "./windows.ts";

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
  /** Shares of a tier's time at which it is reminded. Default 0.5 and 0.8. */
  reminders: z.array(z.number().gt(0).lt(1)).max(5).optional(),
  /** How old what a proposal rests on may be when it is authorised, minutes. Left out: any age. */
  evidenceMinutes: z.number().positive().max(43_200).optional(),
  /** Whether a question stops the clock until it is answered. */
  clockStopsForInfo: z.boolean().optional(),
  /** On-call roles it may be handed to, beside those that are asked next. */
  handTo: z.array(RoleName).max(10).optional(),
  /** Whether who edited a request may authorise it: where one person is enough (the default), or never. */
  requester: z.enum(["where_one_is_enough", "never"]).optional(),
  /** Whether a person may authorise what is done to their own account. Default no. */
  ownAccount: z.boolean().optional(),
  /** Where it may be authorised or edited: "slack", "local", "terminal". Left out: anywhere. */
  surfaces: z.array(Surface).min(1).max(10).optional(),
});
export type PolicyRule = z.infer<typeof PolicyRule>;

/** What a person may do to a case, a rule, a proposed tuning or a role; beside it stands which on-call roles may. */
export const rights = ["read", "label", "close", "assign", "mute", "tune", "pause"] as const;
export type Right = (typeof rights)[number];

/** What the gate needs to know: rules, on-call roles, and the class of a target. */
export interface Policy {
  readonly rules: readonly PolicyRule[];
  readonly onCall: Readonly<Record<string, OnCallRole>>;
  /** What may never be proposed. */
  readonly never?: readonly Veto[];
  readonly freezes?: readonly Freeze[];
  /** Verb → targets within an hour; one more and the target is of class "wide". */
  readonly maxTargetsPerHour?: Readonly<Partial<Record<ActionVerb, number>>>;
  /** How long a card may take to be posted before that is an alarm, minutes. Default 5. */
  readonly unpostedMinutes?: number;
  /** From the configured inventory, never from alert or model text; "unknown" when it is not there. */
  classOf(target: { type: string; value: string }): string;
  /** The on-call role that reviews what a role could not settle: "tier2" → "tier2-oncall". */
  reviewerOf(role: string): string;
  /** Whose members have a right. A right that nobody is listed for nobody has. */
  readonly rights?: Readonly<Partial<Record<Right, readonly string[]>>>;
}

export const unknownClass = "unknown";
/** More targets of one verb within an hour than policy lets pass as single ones. */
export const wideClass = "wide";
export const anyClass = "*";

type OnCall = Bar["addressed"];

/** The bar under an ask, or why there is none: then nobody can authorise it. */
export type BarAnswer = { readonly bar: Bar } | { readonly none: string };

export interface ToBar extends Pick<Ask, "verb" | "target"> {
  /** Overrides whom the rule asks: a review goes to the reviewer of the role that could not settle it. */
  readonly addressed?: string | undefined;
  /** Targets of this verb that were proposed within the last hour, this one among them. */
  readonly targetsInHour?: number | undefined;
}

export function barOf(policy: Policy, ask: ToBar): BarAnswer {
  const own = classOfTarget(policy, ask);
  const veto = vetoOf(policy.never ?? [], { ...ask, targetClass: own });
  if (veto !== undefined) return { none: `policy never allows it: ${veto.why}` };
  const wide = isWide(policy, ask);
  const targetClass = wide ? wideClass : own;
  const rule = wide ? wideRule(policy, ask.verb, own) : ruleFor(policy, ask.verb, own);
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
      ...termsOf(policy, rule),
    },
  };
}

function isWide({ maxTargetsPerHour }: Policy, { verb, targetsInHour }: ToBar): boolean {
  const most = maxTargetsPerHour?.[verb];
  return most !== undefined && targetsInHour !== undefined && targetsInHour > most;
}

/** What a rule says beyond whom and how many; what it leaves out stays out. */
function termsOf(policy: Policy, rule: PolicyRule): Partial<Bar> {
  const { reminders, evidenceMinutes, clockStopsForInfo, handTo, requester, ownAccount, surfaces } = rule;
  const others = handTo?.flatMap((role) => onCallOf(policy, role));
  return {
    ...(reminders === undefined ? {} : { reminders: reminders.toSorted((a, b) => a - b) }),
    ...(evidenceMinutes === undefined ? {} : { evidenceMinutes }),
    ...(clockStopsForInfo === undefined ? {} : { clockStopsForInfo }),
    ...(others === undefined ? {} : { handTo: others }),
    ...(requester === "never" ? { requesterNeverCounts: true } : {}),
    ...(ownAccount === undefined ? {} : { ownAccountAllowed: ownAccount }),
    ...(surfaces === undefined ? {} : { surfaces }),
  };
}

/** Never less than the target's own class asks for. */
function wideRule(policy: Policy, verb: Ask["verb"], own: string): PolicyRule | undefined {
  const named = policy.rules.filter((rule) => rule.verbs.includes(verb) && rule.classes.includes(wideClass));
  const mine = ruleFor(policy, verb, own);
  const rule = strictest([
    ...(named.length > 0 ? named : policy.rules.filter((each) => each.verbs.includes(verb))),
    ...(mine === undefined ? [] : [mine]),
  ]);
  return rule && { ...rule, reversible: false };
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

function onCallOf(policy: Policy, role: string): OnCall[] {
  const found = Object.hasOwn(policy.onCall, role) ? policy.onCall[role] : undefined;
  return found === undefined ? [] : [{ role, title: found.title }];
}

/** An on-call role and who is asked after it, at most six; ends at a role that is not listed or comes twice. */
export function chainFrom(policy: Policy, first: string): OnCall[] {
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
