import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Bus } from "../../src/bus/bus.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import { eventText } from "../../src/events/parse.ts";
import { textOption, type Command } from "../command.ts";
import { logHelp, logOption, withReadableBus } from "../open-bus.ts";

async function* linesOf(bus: Bus, subject: string | undefined): AsyncGenerator<string> {
  for await (const { event } of bus.read(subject === undefined ? {} : { subject }))
    yield `${eventText(event)}\n`;
}

async function toStdout(lines: AsyncIterable<string>): Promise<void> {
  for await (const line of lines) {
    if (!process.stdout.write(line)) await once(process.stdout, "drain");
  }
}

async function toFile(lines: AsyncIterable<string>, file: string): Promise<void> {
  try {
    await pipeline(Readable.from(lines), createWriteStream(file, { mode: 0o600 }));
  } catch (cause) {
    if (cause instanceof HatrackError) throw cause;
    throw new HatrackError("file_unwritable", `--out ${file}: ${reasonOf(cause)}`, { cause });
  }
}

export const command: Command = {
  usage: "audit export [--case CASE] [--out FILE] [--log FILE]",
  help: `Writes the log as JSONL, one CloudEvents envelope a line, in log order, to stdout or a file.

  ${logHelp}`,
  takes: 1,
  options: { case: { type: "string" }, out: { type: "string" }, ...logOption },
  run: async (invocation) => {
    const { positionals, values } = invocation;
    if (positionals[0] !== "export") throw new HatrackError("usage", "expected: audit export");
    const file = textOption(values, "out");
    const subject = textOption(values, "case");
    const write = (bus: Bus): Promise<void> => {
      const lines = linesOf(bus, subject);
      return file === undefined ? toStdout(lines) : toFile(lines, file);
    };
    await withReadableBus(invocation, write, "whole");
    return 0;
  },
};
