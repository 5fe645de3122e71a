import { once } from "node:events";
import { genesis, linked, type Head } from "../../src/bus/archive/chain.ts";
import type { Bus, StoredEvent } from "../../src/bus/bus.ts";
import { eventText } from "../../src/events/parse.ts";
import { writeOut } from "../write-out.ts";

/** Beside an export: of each of its lines [partition, position, hash], so that it can be verified by itself. */
export const chainOf = (file: string): string => `${file}.chain`;

export async function exportLog(
  bus: Bus,
  { subject, file }: { readonly subject: string | undefined; readonly file: string | undefined },
): Promise<void> {
  const events = bus.read(subject === undefined ? {} : { subject });
  if (file === undefined) return toStdout(events);
  const chain: string[] = [];
  const out = { option: "out", mode: 0o600 };
  await writeOut({ ...out, file }, linesOf(events, chain));
  await writeOut({ ...out, file: chainOf(file) }, chain);
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
