/** What policy asks of an authorisation at the moment it is given, beside who gives it. */
import type { Person } from "./directory.ts";
import { isOwnAccount } from "./authority.ts";
import type { Policy } from "./policy.ts";
import type { Refusal } from "./refusals.ts";
import type { Handoff } from "./state.ts";
import { vetoOf } from "./vetoes.ts";
import { freezesAt, whenInWords, type Freeze } from "./windows.ts";

export interface Giving {
  readonly policy: Policy;
  readonly person: Person;
  /** Log time. */
  readonly at: number;
}

/** How many people are needed now, or why nobody may authorise it, or not this person. */
export function termsNow(handoff: Handoff, giving: Giving): { readonly people: number } | Refusal {
  const { ask, bar } = handoff;
  const { policy, person, at } = giving;
  const veto = vetoOf(policy.never ?? [], { ...ask, targetClass: bar.targetClass });
  if (veto !== undefined) return { rule: "never", message: `Policy never allows it: ${veto.why}` };
  const freezes = freezesAt(policy.freezes ?? [], { ...ask, targetClass: bar.targetClass }, at);
  const frozen = freezes.find(({ morePeople }) => morePeople === undefined);
  if (frozen !== undefined) return frozenBy(frozen);
  if (isStale(handoff, at)) return staleSince(handoff);
  if (bar.ownAccountAllowed !== true && isOwnAccount(person, ask.target)) {
    const message = "You cannot authorise what is done to your own account: somebody else must.";
    return { rule: "own_account", message, whoCan: bar.addressed.title };
  }
  return { people: bar.quorum + Math.max(0, ...freezes.map(({ morePeople = 0 }) => morePeople)) };
}

function frozenBy({ name, when }: Freeze): Refusal {
  return {
    rule: "change_freeze",
    message: `Change freeze "${name}" (${whenInWords(when)}): nobody may authorise this meanwhile. It stays open until it expires.`,
  };
}

function isStale({ bar, firstAskedAt }: Handoff, at: number): boolean {
  if (bar.evidenceMinutes === undefined) return false;
  return at - Date.parse(firstAskedAt) > bar.evidenceMinutes * 60_000;
}

function staleSince({ bar, firstAskedAt }: Handoff): Refusal {
  return {
    rule: "evidence_too_old",
    message:
      `What this rests on is of ${firstAskedAt}, older than the ${bar.evidenceMinutes ?? 0} minutes policy allows. ` +
      "Have the case looked at again; it will be proposed anew if it still holds.",
  };
}
