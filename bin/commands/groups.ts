import { HatrackError } from "../../src/errors.ts";
import type { Command } from "../command.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { openRedis } from "../open-bus.ts";

export const command: Command = {
  usage: "groups retire NAME",
  help: `Takes a consumer group whose role is gone for good out of what keeps the log on Redis from being trimmed. What it had
not done is listed, here and in the event group.detached. It cannot be attached again: give the role another name.`,
  takes: 2,
  options: {},
  run: async ({ positionals, config: read, print }) => {
    const [what, group] = positionals;
    if (what !== "retire" || group === undefined)
      throw new HatrackError("usage", "expected: groups retire NAME");
    const config = read();
    const bus = await openRedis(config, makeDiagnostics(config));
    try {
      for (const part of bus.parts) {
        const undone = await part.detach(group, "retired by hand");
        print(`partition ${part.number}: ${group} is detached; not done: ${undone.join(", ") || "nothing"}`);
      }
      return 0;
    } finally {
      await bus.close();
    }
  },
};
