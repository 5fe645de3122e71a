/**
 * What a replay costs: tickets a second with `baseline` beside the bare loops it is made of, growth to 3,000 tickets,
 * memory, and the dry run as a whole process beside bare LangGraph taking the same steps.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { BaseMessage } from "@langchain/core/messages";
import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { loadOrganisation, loadToolbox } from "../bin/assemble.ts";
import { readConfig } from "../bin/config.ts";
import { generateTickets } from "../fixtures/tickets/generate.ts";
import type { Hat } from "../src/agent/hat.ts";
import type { ModelOf, Role } from "../src/agent/role.ts";
import { systemClock } from "../src/clock.ts";
import { silent } from "../src/diagnostics.ts";
import { staticDirectory } from "../src/gate/static-directory.ts";
import { loadNamedRole } from "../src/load-roles.ts";
import { RuleModel } from "../src/models/rule-model.ts";
import { atHand } from "../src/replay/at-hand.ts";
import { replay, type PastView, type ReplayOptions } from "../src/replay/replay.ts";
import { watchedModel } from "../src/replay/watched.ts";
import { normaliseAlert } from "../vendors/normalise.ts";
import { bareLoop, type Begun } from "./bare-loops.ts";
import { alone, compared, median, type Options, type Row } from "./row.ts";

const home = join(import.meta.dirname, "..");
const beside = (what: string): string => join(home, `fixtures/tickets.${what}.json`);
const hats = ["sentinel", "tier2", "ir-lead", "threat-intel"];
const [sizeOfPair, pairs, processes] = [240, 3, 7];
const usualSizes = [100, 300, 1000, 3000];

const baseline: ModelOf = ({ name, rules }) => {
  return { chat: new RuleModel({ role: name, rules }), name: "baseline", leg: "embedded" };
};

interface Bench {
  readonly options: Omit<ReplayOptions, "tickets" | "tools">;
  readonly tools: (past: PastView) => StructuredToolInterface[];
  readonly tickets: ReplayOptions["tickets"];
}

async function load(): Promise<Bench> {
  const config = readConfig({ INVENTORY_FILE: beside("inventory"), REPUTATION_FILE: beside("reputation") });
  const { soc, inventory, policy } = await loadOrganisation(config);
  const roles = await Promise.all([...hats, "human-gate"].map(loadNamedRole));
  const directory = staticDirectory({ onCall: soc.onCall, team: "bench", clock: systemClock });
  return {
    options: {
      ...{ alertOf: ({ alert }) => normaliseAlert(alert), roles, model: baseline, recall: "on", seed: 1 },
      ...{ gate: { policy, directory }, diagnostics: silent },
    },
    tools: await loadToolbox(config, inventory),
    tickets: generateTickets().tickets,
  };
}

/** Of this process: what else the machine does is no part of it. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** CPU milliseconds of a replay, and of the bare loops of the same runs on the log it left. */
async function playedTwice({ options, tools, tickets }: Bench): Promise<{ ours: number; bare: number }> {
  const before = cpuMs();
  await replay({ ...options, tools, tickets });
  const ours = cpuMs() - before;
  // Once more, to note how each run begins: what that costs is nobody's.
  const begun: Begun[] = [];
  const model: ModelOf = (role) => {
    const own = baseline(role);
    return (
      own && {
        ...own,
        chat: watchedModel(own.chat, (messages) => {
          note(begun, messages);
        }),
      }
    );
  };
  let toolbox: StructuredToolInterface[] = [];
  let bare = 0;
  const watching = (past: PastView): StructuredToolInterface[] => (toolbox = tools(past));
  const keepLog = async (): Promise<void> => {
    const loops = loopsOf(options.roles, toolbox);
    const started = cpuMs();
    for (const run of begun) await loops.get(run.atHand.role)?.(run);
    bare = cpuMs() - started;
  };
  const { worked } = await replay({ ...options, tickets, model, tools: watching, keepLog });
  const runs = worked.flatMap(({ roles }) => roles).length;
  if (runs < tickets.length || runs !== begun.length) {
    throw new Error(`bench replay: ${runs} runs on the log, ${begun.length} loops: not the same work`);
  }
  return { ours, bare };
}

/** A run's first prompt: two messages, the role's and the case. */
function note(begun: Begun[], messages: readonly BaseMessage[]): void {
  const at = atHand();
  if (messages.length === 2 && at !== undefined) begun.push({ atHand: at, messages: [...messages] });
}

const WithHat = z.object({ hat: z.custom<Hat>((value) => typeof value === "object") });

function loopsOf(roles: readonly Role[], toolbox: readonly StructuredToolInterface[]) {
  const own = roles.flatMap((role) => WithHat.safeParse(role).data?.hat ?? []);
  return new Map(
    own.map((hat) => {
      const model = baseline({ name: hat.name, rules: hat.rules });
      if (model === undefined) throw new Error("bench replay: no baseline");
      return [hat.name, bareLoop(hat, model, toolbox)] as const;
    }),
  );
}

async function againstBare(bench: Bench): Promise<Row[]> {
  const few = { ...bench, tickets: bench.tickets.slice(0, sizeOfPair) };
  await playedTwice({ ...few, tickets: few.tickets.slice(0, 60) });
  const times: { ours: number; bare: number }[] = [];
  for (let i = 0; i < pairs; i += 1) times.push(await playedTwice(few));
  const of = (which: "ours" | "bare"): number => median(times.map((time) => time[which])) / sizeOfPair;
  const row = alone(
    `a ticket: ${sizeOfPair} tickets by rules, recall on, median of ${pairs}`,
    round(of("ours")),
    "ms",
  );
  return [
    compared(row, { name: "the same loops on bare LangGraph", value: round(of("bare")) }),
    alone("tickets a second of CPU", round(1000 / of("ours")), "1/s"),
  ];
}

async function growth({ options, tools, tickets }: Bench, sizes: readonly number[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (const size of sizes) {
    const started = cpuMs();
    const { worked } = await replay({ ...options, tools, tickets: tickets.slice(0, size) });
    const each = round((cpuMs() - started) / worked.length);
    rows.push(alone(`a ticket of ${size.toLocaleString("en-US")}`, each, "ms CPU"));
  }
  return [
    ...rows,
    alone("peak memory after all of that", Math.round(process.resourceUsage().maxRSS / 1024), "MB"),
  ];
}

/** Wall time, the one after the other, so that both meet the same machine. */
function wholeProcesses(): Row[] {
  const flags = ["--disable-warning=ExperimentalWarning"];
  const ours = ["bin/hatrack.ts", "replay", "fixtures/tickets.jsonl", "--limit", "20", "--dry-run", "--json"];
  const bare = ["bench/bare-dry-run.ts", "20", String(hats.length)];
  const [mine, theirs]: [number[], number[]] = [[], []];
  for (let i = 0; i < processes; i += 1) {
    mine.push(wall([...flags, ...ours]));
    theirs.push(wall([...flags, ...bare]));
  }
  const row = alone(`dry run of 20 tickets, whole process, median of ${processes}`, median(mine), "s");
  return [compared(row, { name: "LangGraph with the same steps", value: median(theirs) })];
}

function wall(args: readonly string[]): number {
  const started = performance.now();
  const { status, stderr } = spawnSync(process.execPath, args, {
    cwd: home,
    env: { PATH: process.env["PATH"] },
  });
  if (status !== 0)
    throw new Error(`bench replay: ${args.join(" ")} ended with ${String(status)}: ${String(stderr)}`);
  return Math.round(performance.now() - started) / 1000;
}

const round = (value: number): number => Math.round(value * 100) / 100;

export async function run({ cases }: Options): Promise<Row[]> {
  const sizes = cases === undefined ? usualSizes : cases.split(",").map(Number);
  const processRows = wholeProcesses();
  const bench = await load();
  return [...(await againstBare(bench)), ...(await growth(bench, sizes)), ...processRows];
}
