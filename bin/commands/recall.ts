import { join } from "node:path";
import { HatrackError } from "../../src/errors.ts";
import { benignFrom } from "../../src/indicators/benign.ts";
import { defangValue } from "../../src/indicators/defang.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { flag, type Command } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { home, readJson } from "../reference.ts";
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
    const benign = benignFrom(await readJson(join(home, "reference/benign.json"), "benign lists"));
    const answer = await withReadableBus(invocation, async (bus) => {
      const memory = await CaseMemory.project(bus, { benign });
      return memory.recallSimilar(query);
    });
    if (flag(values, "json")) print(JSON.stringify(answer));
    else if (answer.cases.length === 0) print(`Nothing on the log shares a strong indicator with ${query}.`);
    else {
      const rows = answer.cases.map((c) => [
        c.caseId,
        c.score.toFixed(2),
        c.verdict ?? "",
        c.confirmedBy ?? "",
        c.shared.map(defangValue).join(", "),
      ]);
      print(table(["case", "score", "verdict", "confirmed by", "shares"], rows));
    }
    return 0;
  },
};
