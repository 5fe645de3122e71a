/** The frozen corpus's examples of a type: what a builder of that type's message can meet. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { EventType } from "../../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../../src/events/envelope.ts";
import { parseEvent } from "../../../src/events/parse.ts";

const Corpus = z.looseObject({ valid: z.array(z.unknown()).min(1) });
const read = new Map<string, unknown>();

export function corpus<T extends EventType>(type: T): KnownEvent<T>[] {
  const file = new URL(`../../events/corpus/${type}.json`, import.meta.url);
  const text: unknown = read.get(type) ?? JSON.parse(readFileSync(file, "utf8"));
  read.set(type, text);
  return Corpus.parse(text).valid.flatMap((given) => {
    const event = parseEvent(given);
    return isEvent(event, type) ? [event] : [];
  });
}
