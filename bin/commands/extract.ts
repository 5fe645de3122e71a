import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import { actorsFrom } from "../../src/indicators/actors.ts";
import { strengthOf } from "../../src/indicators/classify.ts";
import { defangValue } from "../../src/indicators/defang.ts";
import { extract } from "../../src/indicators/extract.ts";
import { flag, type Command } from "../command.ts";
import { home, readJson } from "../reference.ts";
import { benignOf } from "../remembering.ts";
import { table } from "../table.ts";

async function input(file: string): Promise<string> {
  if (file === "-") return text(process.stdin);
  try {
    return await readFile(file, "utf8");
  } catch (cause) {
    throw new HatrackError("file_unreadable", `extract: ${file}: ${reasonOf(cause)}`, { cause });
  }
}

export const command: Command = {
  usage: "extract [FILE|-] [--json]",
  help: "Lists the indicators of a text: refanged in JSON, defanged on a terminal, in order of appearance.",
  takes: 1,
  options: { json: { type: "boolean" } },
  run: async ({ positionals, values, config, print }) => {
    const source = await input(positionals[0] ?? "-");
    const benign = await benignOf(config());
    const actors = actorsFrom(await readJson(join(home, "reference/actors.json"), "actors"));
    const found = extract(source, actors).map(({ type, value, start, end }) => {
      const indicator = { type, value };
      return {
        ...indicator,
        strength: strengthOf(type),
        benign: benign.listOf(indicator) !== undefined,
        start,
        end,
      };
    });
    if (flag(values, "json")) print(JSON.stringify(found));
    else if (found.length === 0) print("No indicators.");
    else {
      const rows = found.map((f) => [
        f.type,
        defangValue(f),
        f.strength,
        f.benign ? "benign" : "",
        `${f.start}-${f.end}`,
      ]);
      print(table(["type", "value", "strength", "", "at"], rows));
    }
    return 0;
  },
};
