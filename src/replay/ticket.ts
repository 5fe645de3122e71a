/**
 * A ticket: one historical alert and what a person made of it. A ticket file is JSONL, read line by line: what is
 * wrong with a line is said with its number and what was expected, and the rest goes on.
 */
import { createHash } from "node:crypto";
import { z } from "zod";
import { IsoTime, Sev, Verdict } from "../events/vocabulary.ts";

/** What a person decided. Scored against; revealed to memory when the ticket closes; never part of a prompt. */
const Human = z.object({
  /** Whether it was handed up: to an incident responder, a second tier, an owner who had to act. */
  escalated: z.boolean(),
  verdict: Verdict.optional(),
  /** How bad the person said it was, where they said so. */
  severity: Sev.optional(),
  closeNotes: z.string().optional(),
});

export const Ticket = z
  .object({
    id: z.string().min(1).max(200),
    /** When it came in. */
    createdAt: IsoTime,
    /** When a person closed it: from then on memory may know the outcome. */
    closedAt: IsoTime.optional(),
    alert: z.object({
      source: z
        .string()
        .regex(/^[a-z][a-z0-9_-]{0,31}$/, 'expected a source name such as "crowdstrike"')
        .default("crowdstrike"),
      /** As the source sent it. */
      raw: z.record(z.string(), z.unknown()),
    }),
    human: Human.optional(),
  })
  .refine(({ createdAt, closedAt }) => closedAt === undefined || inOrder(createdAt, closedAt), {
    path: ["closedAt"],
    error: ({ input }) => `expected a time at or after createdAt${said(input)}`,
  });
export type Ticket = z.infer<typeof Ticket>;

function inOrder(createdAt: string, closedAt: string): boolean {
  return Date.parse(createdAt) <= Date.parse(closedAt);
}

function said(input: unknown): string {
  const times = z.object({ createdAt: z.string(), closedAt: z.string() }).safeParse(input);
  return times.success ? ` ${times.data.createdAt}, got ${times.data.closedAt}` : "";
}

export interface TicketProblem {
  /** From 1. */
  readonly line: number;
  readonly code:
    | "too_long"
    | "broken_json"
    | "wrong_shape"
    | "duplicate_id"
    /** Worked, and not scored. */
    | "no_label"
    /** Worked and scored; memory never learns its outcome. */
    | "no_closing_time"
    /** Earlier than the line before it: worked in order of time. */
    | "out_of_order";
  /** What is wrong, where, and what was expected; without the line number. */
  readonly message: string;
  /** False: the line is left out. */
  readonly kept: boolean;
}

/** `text` is only the line's beginning when it is too long. */
export interface TicketLine {
  readonly number: number;
  readonly text: string;
  readonly tooLong?: boolean;
}

export type TicketItem =
  { readonly line: number; readonly ticket: Ticket } | { readonly problem: TicketProblem };

export interface TicketFile {
  /** In order of the file. */
  readonly tickets: readonly Ticket[];
  readonly problems: readonly TicketProblem[];
  /** Lines that are not blank. */
  readonly lines: number;
  /** SHA-256 of those lines, each with a line feed: the same for the same data, whatever the file is called. */
  readonly dataHash: string;
}

/** Reads all of it. A limit counts tickets, and what stands behind it is not read at all. */
export async function readTickets(
  lines: AsyncIterable<TicketLine> | Iterable<TicketLine>,
  { limit = Infinity }: { readonly limit?: number } = {},
): Promise<TicketFile> {
  const tickets: Ticket[] = [];
  const problems: TicketProblem[] = [];
  const hash = createHash("sha256");
  let count = 0;
  const counted = async function* (): AsyncGenerator<TicketLine> {
    for await (const line of lines) {
      if (tickets.length >= limit) return;
      if (line.text.trim() !== "") {
        hash.update(`${line.text}\n`);
        count++;
      }
      yield line;
    }
  };
  for await (const item of ticketsOf(counted())) {
    if ("ticket" in item) tickets.push(item.ticket);
    else problems.push(item.problem);
  }
  return { tickets, problems, lines: count, dataHash: hash.digest("hex") };
}

/** A ticket and what is to be said about it come from one line, the ticket first. Blank lines are passed over. */
export async function* ticketsOf(
  lines: AsyncIterable<TicketLine> | Iterable<TicketLine>,
): AsyncGenerator<TicketItem> {
  const seen = new Map<string, number>();
  let latest: { readonly line: number; readonly createdAt: string } | undefined;
  for await (const line of lines) {
    if (line.text.trim() === "") continue;
    const read = ticketOf(line);
    if ("problem" in read) {
      yield read;
      continue;
    }
    const { ticket } = read;
    const before = seen.get(ticket.id);
    if (before !== undefined) {
      const message = `id: expected each id once, "${ticket.id}" stands on line ${before} already`;
      yield { problem: { line: line.number, code: "duplicate_id", message, kept: false } };
      continue;
    }
    seen.set(ticket.id, line.number);
    yield read;
    for (const problem of remarks(ticket, line.number, latest)) yield { problem };
    if (latest === undefined || inOrder(latest.createdAt, ticket.createdAt)) {
      latest = { line: line.number, createdAt: ticket.createdAt };
    }
  }
}

function ticketOf({ number, text, tooLong = false }: TicketLine): TicketItem {
  const left = (code: TicketProblem["code"], message: string): TicketItem => ({
    problem: { line: number, code, message, kept: false },
  });
  if (tooLong)
    return left("too_long", `expected a shorter line, this one has more than ${text.length} characters`);
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return left("broken_json", `expected one JSON object a line: ${why.slice(0, 200)}`);
  }
  const parsed = Ticket.safeParse(input);
  if (parsed.success) return { line: number, ticket: parsed.data };
  const issues = parsed.error.issues.slice(0, 3).map(({ path, message }) => {
    const where = path.map(String).join(".");
    return where === "" ? message : `${where}: ${message}`;
  });
  return left("wrong_shape", issues.join("; "));
}

/** What a kept ticket lacks. */
function remarks(
  ticket: Ticket,
  line: number,
  latest: { readonly line: number; readonly createdAt: string } | undefined,
): TicketProblem[] {
  const { createdAt, closedAt, human } = ticket;
  const found: TicketProblem[] = [];
  const say = (code: TicketProblem["code"], message: string): void => {
    found.push({ line, code, message, kept: true });
  };
  if (human === undefined) {
    say("no_label", "human: expected what a person decided, found none; worked and not scored");
  } else if (closedAt === undefined) {
    say("no_closing_time", "closedAt: expected a time; scored, and memory never learns its outcome");
  }
  if (latest !== undefined && !inOrder(latest.createdAt, createdAt)) {
    const before = `${latest.createdAt} of line ${latest.line}`;
    say(
      "out_of_order",
      `createdAt: expected a time at or after ${before}, got ${createdAt}; worked in order of time`,
    );
  }
  return found;
}
