import { HatrackError } from "../../src/errors.ts";
import { defangValue } from "../../src/indicators/defang.ts";
import { CaseMemory } from "../../src/memory/case-memory.ts";
import { flag, textOption, type Command } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { lookOnce } from "../remembering.ts";

export const command: Command = {
  usage: "clusters [--days N] [--log FILE] [--json]",
  help: `Campaigns: cases of the last N days (default 14) tied together by strong indicators.\n\n  ${logHelp}`,
  takes: 0,
  options: { json: { type: "boolean" }, days: { type: "string" }, ...logOption },
  run: async (invocation) => {
    const { values, print } = invocation;
    const days = Number(textOption(values, "days") ?? 14);
    if (!(days > 0))
      throw new HatrackError("usage", `--days ${String(values["days"])}: expected a number above 0`);
    const options = await lookOnce(invocation);
    const answer = await withReadableBus(invocation, async (bus) => {
      const memory = await CaseMemory.project(bus, options);
      return memory.findCampaignClusters({ days });
    });
    if (flag(values, "json")) {
      print(JSON.stringify(answer));
      return 0;
    }
    if (answer.clusters.length === 0) print(`No campaign in the last ${days} days.`);
    for (const { id, cases, indicators, actors } of answer.clusters) {
      print(`${id}  ${cases.length} cases${actors.length > 0 ? `, ${actors.join(", ")}` : ""}`);
      print(`  cases       ${cases.join(", ")}`);
      print(`  indicators  ${indicators.map((i) => `${defangValue(i)} (${i.cases})`).join(", ")}`);
    }
    return 0;
  },
};
