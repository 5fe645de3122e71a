import { readAnchor } from "../../src/bus/archive/chain.ts";
import { HatrackError } from "../../src/errors.ts";
import { exportLog } from "../audit/export.ts";
import { reportLines, reportOf, verifyBus, verifyFile, type AuditReport } from "../audit/verify.ts";
import { flag, textOption, textOptions, type Command, type Invocation } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";

async function verified({ values, config }: Invocation): Promise<AuditReport> {
  const anchors = textOptions(values, "anchor").map(readAnchor);
  const file = textOption(values, "log");
  const partitions =
    file === undefined
      ? await withReadableBus({ values, config }, (bus) => verifyBus(bus, anchors), "whole")
      : await verifyFile(file, anchors);
  return reportOf(partitions, anchors);
}

export const command: Command = {
  usage:
    "audit export [--case CASE] [--out FILE] [--log FILE] | audit verify [--anchor HEAD]… [--log FILE] [--json]",
  help: `export  Writes the log as JSONL, one CloudEvents envelope a line, in log order, to stdout or a file. With --out
        FILE it writes FILE.chain beside it, which "audit verify --log FILE" needs.
verify  Computes the hash chain again from the first entry, over archive and log, and says what is not what it was.
        --anchor HEAD  a head this command has printed before, kept elsewhere: only that shows that nothing was
        changed and the chain computed anew. Exit 1 when something is damaged.

  ${logHelp}`,
  takes: 1,
  options: {
    case: { type: "string" },
    out: { type: "string" },
    anchor: { type: "string", multiple: true },
    json: { type: "boolean" },
    ...logOption,
  },
  run: async (invocation) => {
    const { positionals, values, print } = invocation;
    const [what] = positionals;
    if (what === "export") {
      const wanted = { subject: textOption(values, "case"), file: textOption(values, "out") };
      await withReadableBus(invocation, (bus) => exportLog(bus, wanted), "whole");
      return 0;
    }
    if (what !== "verify") throw new HatrackError("usage", "expected: audit export, or audit verify");
    const report = await verified(invocation);
    if (flag(values, "json")) print(JSON.stringify(report));
    else for (const line of reportLines(report)) print(line);
    return report.verdict === "damaged" ? 1 : 0;
  },
};
