import { styleText } from "node:util";
import { accuracyOf, type Accuracy, type AccuracyRow } from "../../src/memory/accuracy.ts";
import { flag, type Command } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { table } from "../table.ts";

export const command: Command = {
  usage: "accuracy [--log FILE] [--json]",
  help: `How often each role was right, by the labels people gave: per role and per arm of recall, with its 95 % interval.
Green from 80 %, amber from 50 %, by the interval's lower end; grey below 20 labelled cases.\n\n  ${logHelp}`,
  takes: 0,
  options: { json: { type: "boolean" }, ...logOption },
  run: async (invocation) => {
    const accuracy = await withReadableBus(invocation, (bus) => accuracyOf(bus));
    if (flag(invocation.values, "json")) invocation.print(JSON.stringify(accuracy));
    else for (const line of linesOf(accuracy)) invocation.print(line);
    return 0;
  },
};

const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;

function linesOf({ cases, labelled, unsettled, rows, recall }: Accuracy): string[] {
  const head = `${labelled} of ${cases} cases are labelled, ${unsettled} of them with a verdict that settles nothing.`;
  const found = recall.measured
    ? `Recall: ${percent(recall.rate)} (${percent(recall.interval.low)} to ${percent(recall.interval.high)}), by ${recall.sampled} random cases of ${recall.of} that were not escalated.`
    : `Recall: not measured; ${recall.why}.`;
  if (rows.length === 0) return [head, found];
  const columns = ["role", "recall arm", "n", "right", "95 %", "", "calibration error", "played by"];
  return [head, found, "", coloured(table(columns, rows.map(cellsOf)))];
}

/** As in Slack: the shape and the word say it too. */
const bands: Readonly<Record<AccuracyRow["colour"], string>> = {
  ...{ green: "● green", amber: "◐ amber", red: "○ red", grey: "too few" },
};

/** On a terminal that draws colours; the widths of the columns are counted before. */
function coloured(drawn: string): string {
  return drawn
    .replaceAll(bands.green, styleText("green", bands.green))
    .replaceAll(bands.amber, styleText("yellow", bands.amber))
    .replaceAll(bands.red, styleText("red", bands.red))
    .replaceAll(bands.grey, styleText("gray", bands.grey));
}

function cellsOf({ role, arm, n, rate, interval, colour, calibration, models }: AccuracyRow): string[] {
  return [
    role,
    arm,
    String(n),
    rate === null ? "" : percent(rate),
    `${percent(interval.low)} to ${percent(interval.high)}`,
    bands[colour],
    calibration.error === null ? "" : calibration.error.toFixed(2),
    models.join(", "),
  ];
}
