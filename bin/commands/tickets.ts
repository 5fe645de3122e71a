import { readFile } from "node:fs/promises";
import { text } from "node:stream/consumers";
import { z } from "zod";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import type { Ticket } from "../../src/replay/ticket.ts";
import { falconTicket, type MadeTicket } from "../../vendors/falcon-ticket.ts";
import { alertsIn } from "../../vendors/normalise.ts";
import { textOption, type Command } from "../command.ts";
import { writeOut } from "../write-out.ts";

export const command: Command = {
  usage: "tickets export FILE|- [--out FILE]",
  help: `Makes tickets for "hatrack replay" out of closed Falcon alerts: JSON as the Alerts API gives it, one list of alerts
or one a line. What people wrote and decided is taken out of the alert and stands beside it. One ticket a line, in order
of time; what is left out is said on stderr.

  --out FILE   write them there instead of to stdout`,
  takes: 2,
  options: { out: { type: "string" } },
  run: async ({ positionals, values, print }) => {
    const [action, file] = positionals;
    if (action !== "export" || file === undefined)
      throw new HatrackError("usage", "expected: tickets export FILE|-");
    const { tickets, left } = ticketsOf(await alertsOf(file));
    for (const why of left) process.stderr.write(`${file}: left out: ${why}\n`);
    const lines = tickets.map((ticket) => JSON.stringify(ticket));
    const out = textOption(values, "out");
    if (out === undefined) for (const line of lines) print(line);
    else {
      await writeOut(
        { option: "out", file: out },
        lines.map((line) => `${line}\n`),
      );
    }
    process.stderr.write(`${summary(tickets, left.length)}\n`);
    return tickets.length === 0 ? 1 : 0;
  },
};

const RawAlert = z.record(z.string(), z.unknown());

/** A document, or one alert a line. @throws HatrackError `file_unreadable`, `alerts_invalid` */
async function alertsOf(file: string): Promise<unknown[]> {
  const content = await contentOf(file);
  const whole = parsed(content);
  if (whole !== undefined) return alertsIn(whole);
  return content.split("\n").flatMap((line, i) => {
    if (line.trim() === "") return [];
    const one = parsed(line);
    if (one !== undefined) return alertsIn(one);
    const message = `${file}:${i + 1}: expected JSON: one list of alerts, or one alert a line`;
    throw new HatrackError("alerts_invalid", message);
  });
}

async function contentOf(file: string): Promise<string> {
  try {
    return file === "-" ? await text(process.stdin) : await readFile(file, "utf8");
  } catch (cause) {
    throw new HatrackError("file_unreadable", `tickets: ${file}: ${reasonOf(cause)}`, { cause });
  }
}

function parsed(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return undefined;
  }
}

/** An alert that stands there twice is one ticket: its last. */
function ticketsOf(alerts: readonly unknown[]): { tickets: Ticket[]; left: string[] } {
  const byId = new Map<string, Ticket>();
  const left: string[] = [];
  for (const alert of alerts) {
    const raw = RawAlert.safeParse(alert);
    const made: MadeTicket = raw.success ? falconTicket(raw.data) : { left: "expected an alert, an object" };
    if ("left" in made) left.push(made.left);
    else byId.set(made.ticket.id, made.ticket);
  }
  const tickets = [...byId.values()].toSorted((a, b) => Date.parse(a.createdAt) - Date.parse(b.createdAt));
  return { tickets, left };
}

function summary(tickets: readonly Ticket[], left: number): string {
  const labelled = tickets.filter(({ human }) => human !== undefined);
  const escalated = labelled.filter(({ human }) => human?.escalated === true).length;
  return `${tickets.length} tickets, ${labelled.length} with a verdict, ${escalated} of them escalated; ${left} alerts left out`;
}
