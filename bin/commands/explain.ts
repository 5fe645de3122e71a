import { HatrackError } from "../../src/errors.ts";
import { explain, type Explanation } from "../../src/memory/explain.ts";
import { loadNarrator } from "../assemble.ts";
import { flag, type Command } from "../command.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { shown } from "../table.ts";

export const command: Command = {
  usage: "explain CASE [QUESTION] [--plain] [--log FILE] [--json]",
  help: `Why, by whom and on what: the record of a case, or its answer to a question in your own words. Each sentence names
the events it rests on; where the record does not say, it says so.

  --plain     the record's own sentences, also where a model is configured to word them
  ${logHelp}`,
  options: { json: { type: "boolean" }, plain: { type: "boolean" }, ...logOption },
  run: async (invocation) => {
    const { positionals, values, config, print } = invocation;
    const [caseId, ...words] = positionals;
    if (caseId === undefined) throw new HatrackError("usage", "expected: explain CASE [QUESTION]");
    const narrator = flag(values, "plain") ? undefined : await loadNarrator(config());
    const diagnostics = makeDiagnostics(config());
    const question = words.join(" ");
    const answer = await withReadableBus(invocation, (bus) =>
      explain(bus, caseId.toUpperCase(), { question, narrator, diagnostics }),
    );
    if (flag(values, "json")) print(JSON.stringify(answer));
    else for (const line of linesOf(answer, question)) print(shown(line));
    return 0;
  },
};

function linesOf({ sentences, withheld, timeline }: Explanation, question: string): string[] {
  const cited = (ids: readonly string[]): string =>
    ids.length === 0 ? "" : `  [${ids.map((id) => id.slice(0, 12)).join(", ")}]`;
  const answer = sentences.map(({ text, cites }) => `${text}${cited(cites)}`);
  const held =
    withheld === 0
      ? []
      : [`${withheld} sentences of the model were withheld: the record does not hold them.`];
  if (question !== "") return [...answer, ...held];
  return [...answer, ...held, "", ...timeline.map(({ time, text }) => `${time.slice(0, 19)}Z  ${text}`)];
}
