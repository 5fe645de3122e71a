import type { Bus, DeadEntry } from "../../src/bus/bus.ts";
import { HatrackError } from "../../src/errors.ts";
import { flag, textOption, type Command, type Invocation } from "../command.ts";
import { withWritableBus, type TalkingBus } from "../control-client.ts";
import { withBus } from "../open-bus.ts";
import { table } from "../table.ts";

const usage =
  "dead list [GROUP] | show GROUP POSITION | redrive GROUP POSITION | discard GROUP POSITION  [--json]";

async function list(bus: Bus, group: string | undefined, { values, print }: Invocation): Promise<number> {
  const entries = await bus.dead.list(group);
  if (flag(values, "json")) print(JSON.stringify(entries));
  else if (entries.length === 0) print("No dead letters.");
  else {
    const rows = entries.map((e) => [
      e.group,
      e.position,
      e.reason,
      String(e.failures),
      e.lastAt,
      firstLine(e.error),
    ]);
    print(table(["group", "position", "reason", "failures", "last", "error"], rows));
  }
  return 0;
}

async function show(bus: Bus, { positionals, print }: Invocation): Promise<number> {
  const { group, position } = addressed(positionals);
  const entry = (await bus.dead.list(group)).find((e) => e.position === position);
  if (entry === undefined) throw notDead(group, position);
  print(JSON.stringify(entry satisfies DeadEntry, null, 2));
  return 0;
}

async function settle(
  bus: TalkingBus,
  what: "redrive" | "discard",
  { positionals, values, print }: Invocation,
): Promise<number> {
  const { group, position } = addressed(positionals);
  if (!(await bus.dead[what](group, position))) throw notDead(group, position);
  if (flag(values, "json")) print(JSON.stringify({ group, position, settled: what }));
  else
    print(
      what === "redrive" ? `${group} will handle ${position} again.` : `${group} is done with ${position}.`,
    );
  return 0;
}

export const command: Command = {
  usage,
  help: `Entries that a group could not handle: thrown three times, crashed five, or unreadable. Redriven, a
running hatrack handles it again at once; discarded, it counts as handled.`,
  takes: 3,
  options: { json: { type: "boolean" }, group: { type: "string" } },
  run: async (invocation) => {
    const { positionals, values, config } = invocation;
    const [what = "list", group] = positionals;
    if (what === "list") {
      return withBus(config(), (bus) => list(bus, group ?? textOption(values, "group"), invocation));
    }
    if (what === "show") return withBus(config(), (bus) => show(bus, invocation));
    if (what !== "redrive" && what !== "discard") {
      throw new HatrackError("usage", `"${what}" is none of list, show, redrive, discard`);
    }
    addressed(positionals);
    return withWritableBus(config(), (bus) => settle(bus, what, invocation));
  },
};

function addressed(positionals: readonly string[]): { group: string; position: string } {
  const [, group, position] = positionals;
  if (group !== undefined && position !== undefined) return { group, position };
  throw new HatrackError("usage", `expected ${usage}`);
}

function notDead(group: string, position: string): HatrackError {
  return new HatrackError(
    "not_dead",
    `${group} has no dead letter at ${position}; "hatrack dead list" shows them`,
  );
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").slice(0, 100);
}
