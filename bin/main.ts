import { parseArgs } from "node:util";
import { redactText } from "../src/agent/redact.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { Command } from "./command.ts";
import { readConfig } from "./config.ts";
import { withCredentials } from "./credentials.ts";

interface Entry {
  readonly does: string;
  /** Commands import LangGraph, Bolt and Redis only where they use them. */
  load(): Promise<{ readonly command: Command }>;
}

export const commands: Readonly<Record<string, Entry>> = {
  start: { does: "the whole SOC on this machine", load: () => import("./commands/start.ts") },
  alerts: {
    does: "take alerts in, as a process of its own",
    load: () => import("./commands/alerts.ts"),
  },
  role: { does: "one role as a process of its own", load: () => import("./commands/role.ts") },
  slack: { does: "the Slack front end as a process of its own", load: () => import("./commands/slack.ts") },
  schedule: { does: "wake the calendar roles; --list: when", load: () => import("./commands/schedule.ts") },
  watch: {
    does: "say in the operations channel when nothing comes through",
    load: () => import("./commands/watch.ts"),
  },
  gate: { does: "list, show and decide proposals in the terminal", load: () => import("./commands/gate.ts") },
  tuning: { does: "tunings of rules that people accepted", load: () => import("./commands/tuning.ts") },
  policy: {
    does: "who is asked for what, and what may never be proposed",
    load: () => import("./commands/policy.ts"),
  },
  status: {
    does: "lag, pending and dead letters of every group",
    load: () => import("./commands/status.ts"),
  },
  dead: { does: "list, show, redrive or discard dead letters", load: () => import("./commands/dead.ts") },
  suppress: {
    does: "mute a rule for a while; list what is muted",
    load: () => import("./commands/suppress.ts"),
  },
  recall: { does: "past cases like this case or indicator", load: () => import("./commands/recall.ts") },
  explain: {
    does: "the record of a case, and its answer to a question",
    load: () => import("./commands/explain.ts"),
  },
  accuracy: {
    does: "how often each role was right, by people's labels",
    load: () => import("./commands/accuracy.ts"),
  },
  replay: {
    does: "past tickets through the roles, scored against people",
    load: () => import("./commands/replay.ts"),
  },
  report: {
    does: "one case for a post-incident review, as Markdown or HTML",
    load: () => import("./commands/report.ts"),
  },
  tickets: {
    does: "export closed alerts as tickets for a replay",
    load: () => import("./commands/tickets.ts"),
  },
  clusters: { does: "campaigns no single case shows", load: () => import("./commands/clusters.ts") },
  extract: { does: "indicators in a text", load: () => import("./commands/extract.ts") },
  archive: {
    does: "move the old end of a log on Redis into files",
    load: () => import("./commands/archive.ts"),
  },
  groups: {
    does: "retire a consumer group whose role is gone",
    load: () => import("./commands/groups.ts"),
  },
  audit: {
    does: "export the log, or verify that it is what it was",
    load: () => import("./commands/audit.ts"),
  },
  dashboard: {
    does: "pages over the log: proof, the way of each alert, campaigns, the floor, the policy",
    load: () => import("./commands/dashboard.ts"),
  },
  doctor: { does: "what is wrong with this set-up, and the fix", load: () => import("./commands/doctor.ts") },
};

/** Where a command line runs: its environment, its stdout and its stderr. */
export interface Terminal {
  readonly env: Readonly<Record<string, string | undefined>>;
  /** One line to stdout. */
  readonly print: (line: string) => void;
  /** One line to stderr. */
  readonly complain: (line: string) => void;
}

function overview(): string {
  const lines = Object.entries(commands).map(([name, { does }]) => `  ${name.padEnd(10)} ${does}`);
  return [
    "hatrack: agents propose, a human authorises, a human executes.",
    "",
    "Usage: hatrack COMMAND [options]     hatrack COMMAND --help for one of them",
    "",
    ...lines,
    "",
    "From a checkout: npm run -s hatrack -- COMMAND",
  ].join("\n");
}

/** Runs one command line; returns the exit code: 0 good, 1 the command failed, 2 wrong usage. */
export async function main(argv: readonly string[], terminal: Terminal): Promise<number> {
  const [name, ...rest] = argv;
  if (name === undefined || name === "help" || name === "--help" || name === "-h") {
    (name === undefined ? terminal.complain : terminal.print)(overview());
    return name === undefined ? 2 : 0;
  }
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (entry === undefined) {
    terminal.complain(`hatrack: no command "${name}".\n\n${overview()}`);
    return 2;
  }
  const { command } = await entry.load();
  try {
    return await runCommand(command, rest, terminal);
  } catch (error) {
    return complainOf(name, error, terminal);
  }
}

async function runCommand(command: Command, argv: readonly string[], terminal: Terminal): Promise<number> {
  const options = { ...command.options, help: { type: "boolean", short: "h" } } as const;
  const { values, positionals } = parseArgs({ args: [...argv], options, allowPositionals: true });
  if (values["help"] === true) {
    terminal.print(`Usage: hatrack ${command.usage}\n\n${command.help}`);
    return 0;
  }
  const surplus = positionals[command.takes ?? Infinity];
  if (surplus !== undefined) throw new HatrackError("usage", `"${surplus}": expected ${command.usage}`);
  const { print } = terminal;
  return await command.run({
    values,
    positionals,
    config: () => readConfig(withCredentials(terminal.env)),
    print,
  });
}

function complainOf(name: string, error: unknown, { complain }: Terminal): number {
  const usage =
    (error instanceof HatrackError && error.code === "usage") ||
    (error instanceof TypeError && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS"));
  complain(`hatrack ${name}: ${redactText(reasonOf(error))}`);
  if (usage) complain(`Try: hatrack ${name} --help`);
  // What nobody threw on purpose is a fault of ours: its stack says where.
  else if (!(error instanceof HatrackError) && error instanceof Error)
    complain(redactText(error.stack ?? ""));
  return usage ? 2 : 1;
}
