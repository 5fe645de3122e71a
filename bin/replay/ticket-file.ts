/** A ticket file from the disk or from standard input. */
import { createReadStream } from "node:fs";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import { readTickets, type TicketFile, type TicketProblem } from "../../src/replay/ticket.ts";
import { linesOf } from "../../vendors/lines.ts";

/** A raw alert of this size is none. */
const maxLineBytes = 2_000_000;

/** @throws HatrackError `file_unreadable` */
export async function ticketFile(file: string, limit: number): Promise<TicketFile> {
  try {
    const stream: AsyncIterable<Buffer> = file === "-" ? process.stdin : createReadStream(file);
    return await readTickets(linesOf(stream, maxLineBytes), { limit });
  } catch (cause) {
    if (cause instanceof HatrackError) throw cause;
    throw new HatrackError("file_unreadable", `tickets ${file}: ${reasonOf(cause)}`, { cause });
  }
}

/** Remarks of one kind that are said one by one; of what is left out each is. */
const mostRemarks = 5;

/** A line for each problem, and how many more of a kind there were. */
export function problemLines(file: string, problems: readonly TicketProblem[]): string[] {
  const seen = new Map<string, number>();
  const said = problems.filter(({ code, kept }) => {
    if (!kept) return true;
    const nth = (seen.get(code) ?? 0) + 1;
    seen.set(code, nth);
    return nth <= mostRemarks;
  });
  const unsaid = [...seen].flatMap(([code, n]) =>
    n > mostRemarks ? [[code, n - mostRemarks] as const] : [],
  );
  const more = unsaid.map(([code, n]) => `${file}: ${n} more lines: ${code.replaceAll("_", " ")}`);
  return [
    ...said.map(({ line, message, kept }) => `${file}:${line}: ${kept ? "" : "left out: "}${message}`),
    ...more,
  ];
}
