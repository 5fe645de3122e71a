import { createWriteStream } from "node:fs";
import { once } from "node:events";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { genesis, linked, type Head } from "../../src/bus/archive/chain.ts";
import type { Bus, StoredEvent } from "../../src/bus/bus.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import { eventText } from "../../src/events/parse.ts";

/** Beside an export: of each of its lines [partition, position, hash], so that it can be verified by itself. */
export const chainOf = (file: string): string => `${file}.chain`;

export async function exportLog(
  bus: Bus,
  { subject, file }: { readonly subject: string | undefined; readonly file: string | undefined },
): Promise<void> {
  const events = bus.read(subject === undefined ? {} : { subject });
  if (file === undefined) return toStdout(events);
  const chain: string[] = [];
  await toFile(linesOf(events, chain), file);
  await toFile(chain, chainOf(file));
}

async function toStdout(events: AsyncIterable<StoredEvent>): Promise<void> {
  for await (const { event } of events) {
    if (!process.stdout.write(`${eventText(event)}\n`)) await once(process.stdout, "drain");
  }
}

async function* linesOf(events: AsyncIterable<StoredEvent>, chain: string[]): AsyncGenerator<string> {
  const heads = new Map<number, Head>();
  for await (const { event, partition, position } of events) {
    const text = eventText(event);
    const head = linked(heads.get(partition) ?? genesis, { position, text });
    heads.set(partition, head);
    chain.push(`${JSON.stringify([partition, position, head.hash])}\n`);
    yield `${text}\n`;
  }
}

async function toFile(lines: AsyncIterable<string> | Iterable<string>, file: string): Promise<void> {
  try {
    await pipeline(Readable.from(lines), createWriteStream(file, { mode: 0o600 }));
  } catch (cause) {
    if (cause instanceof HatrackError) throw cause;
    throw new HatrackError("file_unwritable", `--out ${file}: ${reasonOf(cause)}`, { cause });
  }
}
