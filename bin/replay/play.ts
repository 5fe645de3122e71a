/** One `hatrack replay`: the arms that were asked for, the same tickets by rules beside a model, and the scorecard. */
import type { Bus } from "../../src/bus/bus.ts";
import { isoTime, systemClock } from "../../src/clock.ts";
import { eventText } from "../../src/events/parse.ts";
import type { Replayed } from "../../src/replay/replay.ts";
import { scorecardOf, type Played } from "../../src/replay/scorecard.ts";
import type { Scorecard } from "../../src/replay/scorecard-schema.ts";
import type { Ticket } from "../../src/replay/ticket.ts";
import type { Config } from "../config.ts";
import { makeDiagnostics } from "../diagnostics.ts";
import { writeOut } from "../write-out.ts";
import { filesBeside } from "./beside.ts";
import { backtests, playerOf, type Player } from "./backtest.ts";
import { revisionOf } from "./revision.ts";
import { problemLines, ticketFile } from "./ticket-file.ts";

export interface Play {
  readonly config: Config;
  readonly dryRun: boolean;
  readonly model: string | undefined;
  readonly recall: "on" | "off" | "both";
  readonly limit: number;
  readonly seed: number;
  readonly windowMinutes: number;
  readonly parallel: number;
  readonly saveLog: string | undefined;
}

/** @throws HatrackError `file_unreadable`, `config_invalid`, `replay_leak` */
export async function playTickets(file: string, play: Play): Promise<Scorecard> {
  const started = systemClock.now();
  const own = await filesBeside(file, play.config);
  const { config, player } = play.dryRun
    ? { config: own, player: "dry-run" as const }
    : playerOf(own, play.model);
  const { tickets, lines, problems, dataHash } = await ticketFile(file, play.limit);
  for (const line of problemLines(file, problems)) complain(line);
  const arms = await playArms(tickets, { ...play, config, player });
  for (const { why } of arms.main.refused) complain(`${file}: left out: ${why}`);
  const { seed, recall } = play;
  return scorecardOf({
    run: { mode: player === "dry-run" ? "dry-run" : "replay", seed, dataHash, recall },
    file: { lines, problems },
    ...playedOf(arms),
    measured: {
      ...(await revisionOf()),
      startedAt: isoTime(started),
      ...paceOf(arms, systemClock.now() - started),
      peakMemoryMb: Math.round(process.resourceUsage().maxRSS / 1024),
    },
  });
}

interface Arms {
  readonly main: Replayed;
  readonly without: Replayed | undefined;
  readonly byRules: Replayed | undefined;
}

async function playArms(
  tickets: readonly Ticket[],
  { config, player, recall, saveLog, ...play }: Play & { readonly player: Player },
): Promise<Arms> {
  // A replay's roles write as many lines as a week of a SOC; what is wrong with them stands on the scorecard.
  const logLevel = config.logLevel === "debug" ? "debug" : "silent";
  const diagnostics = makeDiagnostics({ ...config, logLevel });
  const run = await backtests(tickets, { ...play, config, diagnostics });
  const keepLog = saveLog === undefined ? {} : { keepLog: logWriter(saveLog) };
  const without = recall === "both" ? await run({ recall: "off", player }) : undefined;
  const arm = recall === "off" ? "off" : "on";
  const main = await run({ recall: arm, player, ...keepLog });
  // In the same arm: what differs is who plays, and nothing else.
  const byRules = player === "model" ? await run({ recall: arm, player: "rules" }) : undefined;
  return { main, without, byRules };
}

function playedOf({ main, without, byRules }: Arms): Omit<Played, "run" | "file" | "measured"> {
  const searched = main.leakCheck.searched + (without?.leakCheck.searched ?? 0);
  return {
    ...{ worked: main.worked, refused: main.refused },
    ...(without === undefined ? {} : { without: without.worked }),
    ...(byRules === undefined ? {} : { byRules: byRules.worked }),
    leakCheck: { searched, planted: main.leakCheck.planted },
  };
}

function paceOf(arms: Arms, milliseconds: number): { milliseconds: number; ticketsPerSecond: number } {
  const worked = [arms.main, arms.without, arms.byRules].reduce(
    (sum, arm) => sum + (arm?.worked.length ?? 0),
    0,
  );
  return { milliseconds, ticketsPerSecond: Math.round((10_000 * worked) / Math.max(1, milliseconds)) / 10 };
}

function complain(line: string): void {
  process.stderr.write(`${line}\n`);
}

/** As `audit export` writes it. */
function logWriter(file: string): (bus: Pick<Bus, "read">) => Promise<void> {
  return (bus) => writeOut({ option: "save-log", file }, linesOf(bus));
}

async function* linesOf(bus: Pick<Bus, "read">): AsyncGenerator<string> {
  for await (const { event } of bus.read()) yield `${eventText(event)}\n`;
}
