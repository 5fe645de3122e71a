/**
 * The dry run's model: answers that are always the same, through every role down to a proposal. It proves that the
 * whole process runs, and says nothing about how good anything is: no number of a dry run is a result.
 */
import { z } from "zod";
import type { ModelOf } from "../agent/role.ts";
import { CannedModel, type CannedAnswer, type CannedTurn } from "../models/canned-model.ts";

const Casefile = z.object({
  caseId: z.string(),
  alert: z.object({ rule: z.object({ name: z.string() }), host: z.object({ name: z.string() }).optional() }),
});
type Casefile = z.infer<typeof Casefile>;

const summary = "A canned answer of a dry run.";

function judged({ alert }: Casefile) {
  const evidence = [{ claim: "The rule that fired.", cites: "alert.rule.name", quote: alert.rule.name }];
  return { intent: "malicious", outcome: "attempted", confidence: 0.5, summary, evidence };
}

const answers: Readonly<Record<string, (casefile: Casefile) => Record<string, unknown>>> = {
  sentinel: (casefile) => ({
    ...judged(casefile),
    ...{ priority: 5, riskFactors: [], mitigatingFactors: [], questions: [] },
  }),
  tier2: (casefile) => ({ ...judged(casefile), decision: "escalate", nextSteps: [] }),
  "ir-lead": (casefile) => {
    const { evidence } = judged(casefile);
    const { alert, caseId } = casefile;
    const onHost = { verb: "isolate_host", target: { type: "host", value: alert.host?.name ?? "" } };
    const onCase = { verb: "collect_forensics", target: { type: "case", value: caseId } };
    const action = alert.host === undefined ? onCase : onHost;
    const opinion = { rationale: summary, reversible: true, blastRadius: "one host", evidence };
    const steps = { containment: [], eradication: [], recovery: [], notifications: [] };
    return {
      sev: "SEV-3",
      summary,
      ...steps,
      bridgeRequired: false,
      actions: [{ ...action, ...opinion }],
      evidence,
    };
  },
  "threat-intel": (casefile) => {
    const { evidence } = judged(casefile);
    return { summary, campaigns: [], techniques: [], indicators: [], severityAdvice: "keep", evidence };
  },
};

/** One look-up, then the answer. A role of one's own has no canned answer, and fails as a model would. */
function script(role: string): (turn: CannedTurn) => CannedAnswer {
  const answer = answers[role];
  return ({ casefile, steps, tools }) => {
    const read = Casefile.safeParse(casefile);
    if (answer === undefined || !read.success) return { text: "" };
    const { alert } = read.data;
    if (steps.length === 0 && tools.includes("related_alerts")) {
      return { calls: [{ tool: "related_alerts", arguments: { rule: alert.rule.name } }] };
    }
    return { calls: [{ tool: "submit", arguments: answer(read.data) }] };
  };
}

export const dryRunModel: ModelOf = ({ name }) => {
  const chat = new CannedModel({ role: name, script: script(name), keepsTurns: false });
  return { chat, name: "canned", leg: "embedded" };
};
