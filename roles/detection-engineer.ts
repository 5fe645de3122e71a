/** Detection Engineer: each weekday names the rules that cry wolf, and proposes what a person may tune. */
import { defineCalendarRole } from "../src/agent/define-calendar-role.ts";
import { CaseMemory } from "../src/memory/case-memory.ts";
import { fitting } from "../src/memory/fitting.ts";
import {
  alertsOf,
  newTunings,
  noisyRules,
  tuningsIn,
  tuningOf,
  type NoisyRule,
} from "../src/memory/tuning.ts";

/** An event has its size: `omitted` counts what does not fit, and a rule's own numbers count all its cases. */
const ruleRoom = { bytes: 40 * 1024, items: 100 };
const namedCases = 50;

function named(rule: NoisyRule): NoisyRule {
  return { ...rule, caseIds: rule.caseIds.slice(-namedCases) };
}

function plainly(rules: readonly NoisyRule[]): string {
  const lines = rules.slice(0, 10).map(({ rule, alerts, falsePositives, benign, proposal }) => {
    const cleared = `${falsePositives} false positives and ${benign} benign of ${alerts} alerts`;
    return `${rule}: ${cleared}. ${proposal}`;
  });
  const more = rules.length > lines.length ? [`And ${rules.length - lines.length} more rules.`] : [];
  return [...lines, ...more, "Nothing has been changed: a person accepts or declines each."].join("\n");
}

export default defineCalendarRole<{ readonly rules: readonly NoisyRule[] }>({
  name: "detection-engineer",
  title: "Detection Engineer",
  compute: async ({ bus, window, position, reported, memory: kept }) => {
    const memory = await CaseMemory.project(bus, { ...kept, to: position });
    const noisy = noisyRules(memory.cases(), window);
    const alerts = await alertsOf(bus, noisy, position);
    const tunings = noisy.map((rule) => named(tuningOf(rule, alerts, window.end)));
    const before = [...(await reported())];
    for await (const { event } of bus.read({ types: ["tuning.decided"], to: position })) before.push(event);
    return { rules: newTunings(tunings, tuningsIn(before)) };
  },
  wording: {
    prompt: `You are a detection engineer and report which rules were wrong most often.
For each, the worst first: how many of its alerts were cleared, as false positives and as benign, and what is proposed.
A proposal that would hide alerts that were not cleared is a warning, not a recommendation: say which.
A person accepts or declines each proposal; nothing has been changed.`,
    of: ({ rules }) => (rules.length === 0 ? undefined : { rules: rules.slice(0, 10).map(withoutYaml) }),
    plain: ({ rules }) => plainly(rules),
  },
  emit: ({ facts, worded, window }) => {
    const { kept, ...omitted } = fitting(facts.rules, ruleRoom);
    if (kept.length === 0) return [];
    return [{ type: "tuning.reported", data: { window, rules: kept, ...omitted, ...worded } }];
  },
  says: ["tuning.reported"],
});

function withoutYaml({ filter, ...rule }: NoisyRule): object {
  return { ...rule, sigmaFilter: filter !== undefined };
}
