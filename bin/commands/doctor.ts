import { HatrackError } from "../../src/errors.ts";
import { flag, textOption, type Command } from "../command.ts";
import { checkUp } from "../doctor/check-up.ts";
import type { Check } from "../../src/check.ts";

const marks: Readonly<Record<Check["status"], string>> = {
  ok: "ok  ",
  warn: "WARN",
  fail: "FAIL",
  skipped: "-   ",
};

export const command: Command = {
  usage: "doctor [--injection] [--workspace URL] [--json]",
  help: `Checks Node, the configuration, soc.yaml, the data folder, the log, Slack (tokens, scopes, groups, channels), the
model server (name, tool calls) and the clock, and says how to mend what it finds. Changes nothing.
Exit code 1 when something is broken.

  --injection      measure as well how often the model obeys hostile text in an alert: some sixty calls of it
  --workspace URL  look at this local workspace as if it were Slack`,
  takes: 0,
  options: { injection: { type: "boolean" }, json: { type: "boolean" }, workspace: { type: "string" } },
  run: async ({ values, config, print }) => {
    const checks: Check[] = [];
    const workspace = textOption(values, "workspace");
    if (workspace !== undefined && !URL.canParse(workspace)) {
      throw new HatrackError(
        "usage",
        `--workspace ${workspace}: expected a URL such as http://127.0.0.1:4100`,
      );
    }
    const say = (check: Check): void => {
      checks.push(check);
      if (flag(values, "json")) return;
      print(`${marks[check.status]}  ${check.name}: ${check.found}`);
      if (check.fix !== undefined) print(`      ${check.fix}`);
    };
    for await (const check of checkUp({ config: () => attempt(config), workspace })) say(check);
    const read = flag(values, "injection") ? attempt(config) : undefined;
    if (read !== undefined && !(read instanceof HatrackError)) {
      const { checkInjection } = await import("../doctor/injection.ts");
      for await (const check of checkInjection(read)) say(check);
    }
    if (flag(values, "json")) print(JSON.stringify({ checks }));
    return checks.some((check) => check.status === "fail") ? 1 : 0;
  },
};

function attempt<T>(read: () => T): T | HatrackError {
  try {
    return read();
  } catch (error) {
    if (error instanceof HatrackError) return error;
    throw error;
  }
}
