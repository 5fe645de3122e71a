import { HatrackError } from "../../src/errors.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { caseReport } from "../../src/memory/case-report.ts";
import { flag, textOption, type Command, type Values } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { writeOut } from "../write-out.ts";

export const command: Command = {
  usage: "report CASE [--format md|html] [--out FILE] [--log FILE] [--json]",
  help: `One case for a post-incident review: what happened, the timeline, each approval with the evidence it rested on, and
the events each line comes from. Indicators are defanged.

  --format md|html  Markdown (default), or one page that needs nothing else
  --out FILE        write it there instead of to stdout
  ${logHelp}`,
  takes: 1,
  options: { format: { type: "string" }, out: { type: "string" }, json: { type: "boolean" }, ...logOption },
  run: async (invocation) => {
    const { positionals, values, print } = invocation;
    const [asked] = positionals;
    if (asked === undefined) throw new HatrackError("usage", "expected: report CASE");
    const format = formatOf(values);
    const caseId = asked.toUpperCase();
    const events: AnyEvent[] = [];
    await withReadableBus(invocation, async (bus) => {
      for await (const { event } of bus.read({ subject: caseId })) events.push(event);
    });
    const report = caseReport(caseId, events);
    const text = await written[format](report);
    const out = textOption(values, "out");
    if (out === undefined) print(text.trimEnd());
    else await writeOut({ option: "out", file: out }, [text]);
    return 0;
  },
};

type Report = ReturnType<typeof caseReport>;
type Format = "md" | "html" | "json";

const written: Readonly<Record<Format, (report: Report) => Promise<string>>> = {
  md: async (report) => (await import("../report/markdown.ts")).markdownReport(report),
  html: async (report) => (await import("../report/html.ts")).htmlReport(report),
  json: (report) => Promise.resolve(JSON.stringify(report)),
};

function formatOf(values: Values): Format {
  if (flag(values, "json")) return "json";
  const format = textOption(values, "format") ?? "md";
  if (format === "md" || format === "html") return format;
  throw new HatrackError("usage", `--format ${format}: expected md or html`);
}
