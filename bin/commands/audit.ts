import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { HatrackError } from "../../src/errors.ts";
import { eventText } from "../../src/events/parse.ts";
import { textOption, type Command } from "../command.ts";
import { withWholeBus } from "../open-bus.ts";

export const command: Command = {
  usage: "audit export [--case CASE] [--out FILE]",
  help: "Writes the log as JSONL, one CloudEvents envelope a line, in log order, to stdout or a file.",
  options: { case: { type: "string" }, out: { type: "string" } },
  run: async ({ positionals, values, config }) => {
    if (positionals[0] !== "export") throw new HatrackError("usage", "expected: audit export");
    const file = textOption(values, "out");
    const subject = textOption(values, "case");
    const out = file === undefined ? process.stdout : createWriteStream(file, { mode: 0o600 });
    await withWholeBus(config(), async (bus) => {
      for await (const stored of bus.read(subject === undefined ? {} : { subject })) {
        if (!out.write(`${eventText(stored.event)}\n`)) await once(out, "drain");
      }
    });
    if (file !== undefined) {
      out.end();
      await once(out, "finish");
    }
    return 0;
  },
};
