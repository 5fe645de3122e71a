/** Several partitions followed as one. */
import { comparePositions, type Position, type ReadOptions, type StoredEvent } from "../bus.ts";
import { asTheyCome, inLogOrder } from "../merging.ts";
import type { RedisConnection } from "./connection.ts";
import type { RedisLog } from "./log.ts";

type Following = ReadOptions & { readonly signal: AbortSignal };

/** What is there in log order, then the rest as it comes. */
export async function* followAll(
  partitions: readonly { readonly log: RedisLog }[],
  options: Following,
  connect: () => RedisConnection,
): AsyncGenerator<StoredEvent> {
  const ended = new AbortController();
  const signal = AbortSignal.any([options.signal, ended.signal]);
  const logs = await Promise.all(partitions.map(async ({ log }) => ({ log, tail: await log.tail() })));
  try {
    for await (const entry of inLogOrder(logs.flatMap(({ log, tail }) => upTo(log, tail, options)))) {
      if (options.signal.aborted) return;
      yield entry;
    }
    yield* asTheyCome(
      logs.map(({ log, tail }) => log.follow({ ...options, ...since(tail, options.after), signal }, connect)),
    );
  } finally {
    ended.abort();
  }
}

function upTo(
  log: RedisLog,
  tail: Position | undefined,
  { signal: _, ...options }: Following,
): AsyncIterable<StoredEvent>[] {
  if (tail === undefined) return [];
  const sooner = options.to !== undefined && comparePositions(options.to, tail) < 0;
  return [log.read(sooner ? options : { ...options, to: tail })];
}

function since(tail: Position | undefined, after: Position | undefined): { after?: Position } {
  const later =
    tail !== undefined && (after === undefined || comparePositions(tail, after) > 0) ? tail : after;
  return later === undefined ? {} : { after: later };
}
