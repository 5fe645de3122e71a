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
  const byCode = Map.groupBy(problems, ({ code }) => code);
  const unsaid = new Map<string, number>();
  const said = problems.filter((problem) => {
    if (!problem.kept) return true;
    const before = (byCode.get(problem.code) ?? []).indexOf(problem);
    if (before >= mostRemarks) unsaid.set(problem.code, (unsaid.get(problem.code) ?? 0) + 1);
    return before < mostRemarks;
  });
  const more = [...unsaid].map(([code, n]) => `${file}: ${n} more lines: ${code.replaceAll("_", " ")}`);
  return [
    ...said.map(({ line, message, kept }) => `${file}:${line}: ${kept ? "" : "left out: "}${message}`),
    ...more,
  ];
}
