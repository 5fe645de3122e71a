/** What soc.yaml must hold beyond its shape: nothing is named that is not there, and no verb has a hole. */
import { ActionVerb } from "./events/vocabulary.ts";
import { anyClass, unknownClass, type PolicyRule } from "./gate/policy.ts";
import type { SocFile } from "./soc-schema.ts";

export interface Fault {
  readonly path: readonly (string | number)[];
  readonly message: string;
  readonly example?: string;
}

export function crossChecks(soc: SocFile): Fault[] {
  return [
    ...onCallFaults(soc),
    ...unlistedRoles(soc),
    ...reviewerFaults(soc),
    ...ruleFaults(soc.policy.rules),
    ...freezeFaults(soc),
  ];
}

function onCallFaults({ onCall }: SocFile): Fault[] {
  return Object.entries(onCall).flatMap(([role, { group, users }]) => {
    const path = ["onCall", role];
    const source: Fault[] =
      (group === undefined) === (users === undefined)
        ? [{ path, message: 'expected either "group" or "users", one of the two' }]
        : [];
    const cycle = cycleFrom(onCall, role);
    return cycle === undefined
      ? source
      : [...source, { path: [...path, "next"], message: `"next" leads back: ${cycle}` }];
  });
}

function cycleFrom(onCall: SocFile["onCall"], start: string): string | undefined {
  const seen: string[] = [];
  for (let role: string | undefined = start; role !== undefined; role = onCall[role]?.next) {
    if (role === start && seen.length > 0) return [...seen, start].join(" → ");
    if (seen.includes(role)) return undefined;
    seen.push(role);
  }
  return undefined;
}

/** Every role that is named must be listed under `onCall`. */
function unlistedRoles({ onCall, rights, policy }: SocFile): Fault[] {
  const named: [Fault["path"], string][] = [
    ...Object.entries(onCall).flatMap(([role, { next }]): [Fault["path"], string][] =>
      next === undefined ? [] : [[["onCall", role, "next"], next]],
    ),
    ...Object.entries(rights).flatMap(([right, roles]) =>
      roles.map((role, index): [Fault["path"], string] => [["rights", right, index], role]),
    ),
    ...policy.rules.map(({ ask }, index): [Fault["path"], string] => [
      ["policy", "rules", index, "ask"],
      ask,
    ]),
    ...policy.rules.flatMap(({ handTo = [] }, index) =>
      handTo.map((role, at): [Fault["path"], string] => [["policy", "rules", index, "handTo", at], role]),
    ),
    ...Object.entries(policy.reviewers).map(([role, reviewer]): [Fault["path"], string] => [
      ["policy", "reviewers", role],
      reviewer,
    ]),
  ];
  const listed = Object.keys(onCall).join(", ");
  return named
    .filter(([, role]) => !Object.hasOwn(onCall, role))
    .map(([path, role]) => ({ path, message: `"${role}" is not listed under onCall (${listed})` }));
}

function reviewerFaults({ policy }: SocFile): Fault[] {
  if (Object.hasOwn(policy.reviewers, anyClass)) return [];
  const message = 'expected a reviewer for "*", whom roles that are not named here go to';
  return [{ path: ["policy", "reviewers"], message, example: 'reviewers: { "*": tier2-oncall }' }];
}

function freezeFaults({ policy }: SocFile): Fault[] {
  return policy.freezes.flatMap(({ when }, index): Fault[] => {
    if (!("from" in when) || Date.parse(when.from) < Date.parse(when.to)) return [];
    const message = `ends (${when.to}) before it begins (${when.from})`;
    return [{ path: ["policy", "freezes", index, "when"], message }];
  });
}

/** Each verb covered for any class; no class of a verb covered twice; "unknown" never weaker than the rest. */
function ruleFaults(rules: readonly PolicyRule[]): Fault[] {
  const holes = ActionVerb.options
    .filter((verb) => !rules.some((rule) => rule.verbs.includes(verb) && rule.classes.includes(anyClass)))
    .map((verb): Fault => {
      const message = `no rule covers ${verb} on class "${anyClass}": nobody could be asked for a class that no rule names`;
      return { path: ["policy", "rules"], message };
    });
  return [...holes, ...rules.flatMap((_, index) => faultsOfRule(rules, index))];
}

function faultsOfRule(rules: readonly PolicyRule[], index: number): Fault[] {
  const rule = rules[index];
  if (rule === undefined) return [];
  const path = ["policy", "rules", index];
  const cases = rule.verbs.flatMap((verb) => rule.classes.map((name) => ({ verb, name })));
  const covers = (other: PolicyRule, verb: ActionVerb, name: string): boolean =>
    other.verbs.includes(verb) && other.classes.includes(name);
  const twice = cases.flatMap(({ verb, name }): Fault[] => {
    const earlier = rules.slice(0, index).findIndex((other) => covers(other, verb, name));
    if (earlier < 0) return [];
    const message = `${verb} on class "${name}" is covered by policy.rules.${earlier} already; expected one rule`;
    return [{ path, message }];
  });
  const weak = rule.classes.includes(unknownClass)
    ? rule.verbs.filter((verb) => rules.some((o) => o.verbs.includes(verb) && o.quorum > rule.quorum))
    : [];
  return [
    ...twice,
    ...weak.map((verb): Fault => {
      const message = `an unknown target has the strictest rule of ${verb}, and this is not it: name "unknown" there or nowhere`;
      return { path: [...path, "classes"], message };
    }),
  ];
}
