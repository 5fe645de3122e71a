import { HatrackError } from "../../src/errors.ts";
import { defangValue } from "../../src/indicators/defang.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import type { Recalled } from "../../src/memory/recall.ts";
import { flag, type Command } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { lookOnce } from "../remembering.ts";
import { table } from "../table.ts";

export const command: Command = {
  usage: "recall CASE|INDICATOR [--log FILE] [--json]",
  help: `Past cases that share a strong indicator with this case, or that hold this indicator, best first.\n\n  ${logHelp}`,
  takes: 1,
  options: { json: { type: "boolean" }, ...logOption },
  run: async (invocation) => {
    const { positionals, values, print } = invocation;
    const [query] = positionals;
    if (query === undefined) throw new HatrackError("usage", "expected: recall CASE|INDICATOR");
    const options = await lookOnce(invocation);
    const answer = await withReadableBus(invocation, async (bus) => {
      const memory = await CaseMemory.project(bus, options);
      return memory.recallSimilar(query);
    });
    if (flag(values, "json")) print(JSON.stringify(answer));
    else if (answer.related !== undefined) {
      print(`No case on the log holds ${query}. Its host ${answer.related.host} is known, which says less:`);
      print(tableOf(answer.related.cases));
    } else if (answer.cases.length === 0)
      print(`Nothing on the log shares a strong indicator with ${query}.`);
    else print(tableOf(answer.cases));
    return 0;
  },
};

function tableOf(cases: readonly Recalled[]): string {
  const rows = cases.map((c) => [
    c.caseId,
    c.score.toFixed(2),
    c.verdict ?? "",
    c.confirmedBy ?? "",
    c.shared.map(defangValue).join(", "),
  ]);
  return table(["case", "score", "verdict", "confirmed by", "shares"], rows);
}
