import { systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import type { GateAnswer } from "../../src/gate/terminal.ts";
import { lifts } from "../../src/gate/lifting.ts";
import { gateMute, gateUnmute, mutesInForce, type Mute } from "../../src/gate/suppress.ts";
import { flag, textOption, type Command, type Invocation, type Values } from "../command.ts";
import { withWritableBus } from "../control-client.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";
import { principalOf } from "../principal.ts";
import { redactorHere } from "../redaction.ts";
import { shown, table } from "../table.ts";

const usage =
  "suppress list | RULE --as TEAM/USER --hours N --reason TEXT [--host HOST] [--critical] | lift RULE --as TEAM/USER [--host HOST]  [--log FILE] [--json]";

export const command: Command = {
  usage,
  help: `Mutes a rule for a while: its alerts are on the log as alert.suppressed, without a case. RULE is its name or its
id. The human gate judges it as it does "/soc mute": who may, and at most 30 days.

  lift RULE     takes back every mute of the rule, or with --host that host's
  list          mutes in force, with how many alerts each has kept from having a case
  --hours N     how long, from 1 to 720
  --host HOST   on this host alone
  --critical    critical alerts too; without it they come through

  ${logHelp} (list)`,
  takes: 2,
  options: {
    json: { type: "boolean" },
    ...logOption,
    ...{ as: { type: "string" }, hours: { type: "string" }, reason: { type: "string" } },
    ...{ host: { type: "string" }, critical: { type: "boolean" } },
  },
  run: (invocation) => {
    const [what, rule] = invocation.positionals;
    if (rule !== undefined) {
      if (what !== "lift") throw new HatrackError("usage", `"${rule}": expected ${usage}`);
      return lift(rule, invocation);
    }
    if (what === undefined) throw new HatrackError("usage", `expected: ${usage}`);
    const isList = what === "list" && textOption(invocation.values, "as") === undefined;
    return isList ? list(invocation) : mute(what, invocation);
  },
};

async function list(invocation: Invocation): Promise<number> {
  const { values, print } = invocation;
  const mutes = await withReadableBus(invocation, (bus) => mutesInForce(bus, systemClock.now()));
  if (flag(values, "json")) print(JSON.stringify(mutes));
  else if (mutes.length === 0) print("Nothing is muted.");
  else print(table(["rule", "host", "critical", "until", "by", "alerts", "reason"], mutes.map(cellsOf)));
  return 0;
}

function cellsOf({ rule, host, critical, until, by, suppressed, reason }: Mute): string[] {
  const scope = [rule, host ?? "any", critical === true ? "muted too" : "come through"];
  return [...scope, until, by.user, String(suppressed), reason];
}

async function mute(rule: string, { values, config, print }: Invocation): Promise<number> {
  const reason = textOption(values, "reason") ?? "";
  if (reason === "") throw new HatrackError("usage", "expected --reason TEXT: why it is noise");
  const host = textOption(values, "host");
  const { text: clean } = await redactorHere(config());
  const order = {
    ...{ principal: principalOf(values), rule, hours: hoursOf(values), reason: clean(reason) },
    ...{ critical: flag(values, "critical"), clock: systemClock, signal: AbortSignal.timeout(15_000) },
    ...(host === undefined ? {} : { host }),
  };
  const answer = await withWritableBus(config(), (bus) => gateMute(bus, order));
  return toldOf(answer, { values, print });
}

async function lift(rule: string, { values, config, print }: Invocation): Promise<number> {
  const host = textOption(values, "host");
  const where = host === undefined ? {} : { host };
  const order = { principal: principalOf(values), rule, ...where, clock: systemClock };
  const answer = await withWritableBus(config(), async (bus) => {
    const muted = await mutesInForce(bus, systemClock.now());
    if (!muted.some((mute) => lifts({ rule, ...where }, mute)))
      throw new HatrackError("not_muted", `${rule} is not muted; "hatrack suppress list" shows what is`);
    return gateUnmute(bus, { ...order, signal: AbortSignal.timeout(15_000) });
  });
  return toldOf(answer, { values, print });
}

/** Says what the gate made of it. */
function toldOf(answer: GateAnswer, { values, print }: Pick<Invocation, "values" | "print">): number {
  const { refused, said } = answer;
  if (flag(values, "json")) print(JSON.stringify(answer));
  else if (refused === undefined) print(said.map((event) => event.type).join(", "));
  else {
    const who = refused.whoCan === undefined ? "" : ` It can be muted by ${refused.whoCan}.`;
    print(shown(`Refused (${refused.rule}): ${refused.message}${who}`));
  }
  return refused === undefined ? 0 : 1;
}

function hoursOf(values: Values): number {
  const text = textOption(values, "hours") ?? "";
  const hours = Number(text);
  if (text !== "" && Number.isInteger(hours) && hours >= 1 && hours <= 720) return hours;
  throw new HatrackError("usage", `--hours ${text}: expected a whole number from 1 to 720, such as 24`);
}
