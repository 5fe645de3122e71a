/** Alerts from a JSONL file or from stdin. A line that does not read is rejected with its number; the rest goes on. */
import { createReadStream } from "node:fs";
import { basename } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { HatrackError, reasonOf } from "../src/errors.ts";
import type { AlertSource, SourceItem } from "../src/seams/alert-source.ts";
import { linesOf } from "./lines.ts";
import { readLine, refused } from "./read-alerts.ts";

export interface FileSourceOptions {
  /** A JSONL file, or "-" for stdin. */
  readonly path: string;
  /** Milliseconds between two alerts, so that a person can follow a demonstration. Default 0. */
  readonly intervalMs?: number;
  /** Bytes of the longest line that is read. Default 2 MB: Falcon's largest alerts have some hundred KB. */
  readonly maxLineBytes?: number;
  /** What "-" reads; for tests. */
  readonly stdin?: AsyncIterable<Buffer>;
}

export function fileSource(options: FileSourceOptions): AlertSource {
  const name = options.path === "-" ? "stdin" : `file:${basename(options.path)}`;
  return { name, items: (signal) => items(options, signal) };
}

async function* items(options: FileSourceOptions, signal: AbortSignal): AsyncGenerator<SourceItem> {
  const { intervalMs = 0 } = options;
  let waitMs = 0;
  try {
    for await (const item of read(options, signal)) {
      if (waitMs > 0) await sleep(waitMs, undefined, { signal });
      if (signal.aborted) return;
      yield item;
      waitMs = intervalMs;
    }
  } catch (error) {
    if (signal.aborted) return;
    throw unreadable(options.path, error);
  }
}

async function* read(options: FileSourceOptions, signal: AbortSignal): AsyncGenerator<SourceItem> {
  const { maxLineBytes = 2_000_000 } = options;
  for await (const { number, text, tooLong } of linesOf(open(options, signal), maxLineBytes)) {
    if (tooLong) yield refused(number, `expected at most ${maxLineBytes} bytes a line, got more`, text);
    else if (text.trim() !== "") yield* readLine(text, number);
  }
}

function open({ path, stdin }: FileSourceOptions, signal: AbortSignal): AsyncIterable<Buffer> {
  return path === "-" ? (stdin ?? abortable(process.stdin, signal)) : createReadStream(path, { signal });
}

/** Standard input never ends by itself when nobody writes: an abort ends the reading. */
async function* abortable(stream: NodeJS.ReadStream, signal: AbortSignal): AsyncGenerator<Buffer> {
  const stop = (): void => {
    stream.destroy();
  };
  signal.addEventListener("abort", stop, { once: true });
  try {
    for await (const chunk of stream) yield Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

function unreadable(path: string, cause: unknown): HatrackError {
  const message = `alert file ${path}: expected a readable JSONL file, got ${reasonOf(cause)}`;
  return new HatrackError("source_unreadable", message, { cause });
}
