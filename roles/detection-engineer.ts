/** Detection Engineer: each weekday names the rules that cry wolf, and proposes what a person may tune. */
import { defineCalendarRole } from "../src/agent/define-calendar-role.ts";
import { CaseMemory } from "../src/memory/case-memory.ts";
import { fitting } from "../src/memory/fitting.ts";
import { noisyRules, type NoisyRule } from "../src/memory/tuning.ts";

/** An event has its size: `omitted` counts what does not fit, and a rule's own numbers count all its cases. */
const ruleRoom = { bytes: 40 * 1024, items: 100 };
const namedCases = 50;

function named(rule: NoisyRule): NoisyRule {
  return { ...rule, caseIds: rule.caseIds.slice(-namedCases) };
}

export default defineCalendarRole({
  name: "detection-engineer",
  title: "Detection Engineer",
  compute: async ({ bus, window, position }) => {
    const memory = await CaseMemory.project(bus, { to: position });
    return { rules: noisyRules(memory.cases(), window) };
  },
  wording: {
    prompt: `You are a detection engineer and report which rules were wrong most often.
For each, the worst first: how many of its alerts were cleared, as false positives and as benign, and what is proposed.
A proposal that would hide alerts that were not cleared is a warning, not a recommendation: say which.
A person accepts or declines each proposal; nothing has been changed.`,
    of: ({ rules }) => (rules.length === 0 ? undefined : { rules: rules.slice(0, 10).map(named) }),
  },
  emit: ({ facts, words, window }) => {
    const { kept, ...omitted } = fitting(facts.rules.map(named), ruleRoom);
    if (kept.length === 0) return [];
    const rules = kept.map((rule) => ({ ...rule, caseIds: [...rule.caseIds] }));
    const data = { window, rules, ...omitted, ...(words === undefined ? {} : { words }) };
    return [{ type: "tuning.reported", data }];
  },
  says: ["tuning.reported"],
});
