import { isoTime, systemClock } from "../../src/clock.ts";
import { HatrackError } from "../../src/errors.ts";
import { loadSchedules } from "../../schedules/load-schedules.ts";
import { nextFirings, windowOf } from "../../schedules/match.ts";
import type { Schedule } from "../../schedules/schedule.ts";
import { loadSoc } from "../assemble.ts";
import { Closers } from "../closers.ts";
import { flag, textOption, type Command, type Invocation } from "../command.ts";
import type { Config } from "../config.ts";
import { Health } from "../health.ts";
import { metricsHelp, metricsOption, withMetrics } from "../health-option.ts";
import { untilTerminated } from "../lifetime.ts";
import { openWatchedBus } from "../open-bus.ts";
import { openDiagnostics, redactorOf } from "../redaction.ts";
import { startSchedules } from "../schedules.ts";
import { table } from "../table.ts";

export const command: Command = {
  usage: "schedule [--metrics PORT | --list [--next N] [--json]]",
  help: `Fires the schedules of the calendar roles, as a process of its own; "hatrack start" does so by itself. Any number
may run: each firing is on the log once. What was missed is caught up at start, within the limit of soc.yaml.

  --list     the next times of each role instead, in its time zone and in UTC; needs no log
  --next N   how many of each (default 3)
  ${metricsHelp}`,
  takes: 0,
  options: {
    list: { type: "boolean" },
    next: { type: "string" },
    json: { type: "boolean" },
    ...metricsOption,
  },
  run: async (invocation) => {
    if (flag(invocation.values, "list")) return list(invocation);
    if (flag(invocation.values, "json") || textOption(invocation.values, "next") !== undefined) {
      throw new HatrackError("usage", "--json and --next go with --list");
    }
    await fire(withMetrics(invocation.config(), invocation.values));
    return 0;
  },
};

async function fire(config: Config): Promise<void> {
  const diagnostics = await openDiagnostics(config);
  const soc = await loadSoc(config);
  const life = untilTerminated(diagnostics);
  const open = new Closers();
  try {
    const health = await Health.open(config, { part: "schedule", diagnostics, open, ending: life.signal });
    const redactor = await redactorOf(config, soc);
    const bus = await openWatchedBus(config, {
      ...{ diagnostics, observer: health.observer, clean: redactor.text },
    });
    open.add(() => bus.close());
    await startSchedules({ bus, soc, diagnostics, open });
    await health.serving({ bus, wholeLog: bus });
    await life.ended;
  } finally {
    await open.close();
    life.release();
  }
}

async function list({ values, config, print }: Invocation): Promise<number> {
  const count = countOf(textOption(values, "next"));
  const schedules = await loadSchedules((await loadSoc(config())).schedules);
  const now = systemClock.now();
  const rows = schedules.map((schedule) => rowOf(schedule, nextFirings(schedule, now, count)));
  if (flag(values, "json")) print(JSON.stringify({ schedules: rows }));
  else print(inWords(rows));
  return 0;
}

function countOf(text = "3"): number {
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1 && count <= 100) return count;
  throw new HatrackError("usage", `--next ${text}: expected a whole number from 1 to 100, such as 3`);
}

interface Row {
  readonly role: string;
  readonly does: string;
  readonly cron: string;
  readonly zone: string;
  readonly next: readonly {
    readonly local: string;
    readonly at: string;
    readonly window: { readonly start: string; readonly end: string };
  }[];
}

function rowOf(schedule: Schedule, firings: ReturnType<typeof nextFirings>): Row {
  const { role, does, cron, zone } = schedule;
  const next = firings.map((firing) => {
    const { start, end } = windowOf(schedule, firing);
    return {
      local: firing.local,
      at: isoTime(firing.at),
      window: { start: isoTime(start), end: isoTime(end) },
    };
  });
  return { role, does, cron: cron.text, zone: zone.name, next };
}

function inWords(rows: readonly Row[]): string {
  if (rows.length === 0) return "soc.yaml has every schedule off.";
  const cells = rows.flatMap(({ role, does, cron, zone, next }) =>
    next.map(({ local, at, window }, i) => [
      ...(i === 0 ? [role, cron, zone] : ["", "", ""]),
      ...[local.replace("T", " "), at.slice(0, 16).replace("T", " "), hoursOf(window), i === 0 ? does : ""],
    ]),
  );
  return table(["role", "cron", "zone", "next, there", "next, UTC", "looks back", "what it does"], cells);
}

function hoursOf({ start, end }: Row["next"][number]["window"]): string {
  const hours = (Date.parse(end) - Date.parse(start)) / 3_600_000;
  return hours % 24 === 0 && hours > 24 ? `${hours / 24} days` : `${Math.round(hours * 100) / 100} h`;
}
