/** A log as `audit export` writes it, folded back into a bus in memory: what every reading command takes with --log. */
import { createReadStream } from "node:fs";
import type { Bus } from "../src/bus/bus.ts";
import { LocalBus } from "../src/bus/local-bus.ts";
import { manualClock } from "../src/clock.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { AnyEvent } from "../src/events/envelope.ts";
import { parseEventText } from "../src/events/parse.ts";
import { linesOf } from "../vendors/lines.ts";

/** An event is at most 64 KB; what is longer is none. */
const maxLineBytes = 256 * 1024;

/**
 * An open bus that holds the file's events, in the file's order; log time is each event's own time.
 * @throws HatrackError `file_unreadable`, `log_file_invalid` naming file and line
 */
export async function openLogFile(file: string): Promise<Bus> {
  const clock = manualClock(0);
  const bus = new LocalBus({ clock });
  await bus.open([]);
  for await (const event of eventsOf(file)) {
    // Where it steps back, as two processes' clocks may differ, the log's own time stands still.
    clock.set(Date.parse(event.time));
    await bus.publish([event]);
  }
  return bus;
}

async function* eventsOf(file: string): AsyncGenerator<AnyEvent> {
  for await (const { number, text, tooLong } of linesIn(file)) {
    if (text.trim() === "") continue;
    const where = `${file}:${number}`;
    if (tooLong)
      throw new HatrackError("log_file_invalid", `${where}: expected at most ${maxLineBytes} bytes a line`);
    try {
      yield parseEventText(text, where);
    } catch (cause) {
      const why = reasonOf(cause).replace(`${where}: `, "");
      const message = `${where}: ${why}; expected one event a line, as "hatrack audit export" writes it`;
      throw new HatrackError("log_file_invalid", message, { cause });
    }
  }
}

async function* linesIn(file: string): ReturnType<typeof linesOf> {
  try {
    yield* linesOf(createReadStream(file), maxLineBytes);
  } catch (cause) {
    throw new HatrackError("file_unreadable", `--log ${file}: ${reasonOf(cause)}`, { cause });
  }
}
