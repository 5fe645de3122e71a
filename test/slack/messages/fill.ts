/** Events whose every free field holds what a test says: whatever a schema lets through may stand in it. */
import type { AnyEvent } from "../../../src/events/envelope.ts";
import { parseEvent } from "../../../src/events/parse.ts";

/** Ids join events to each other; what policy and soc.yaml say is trusted. */
const left = /(^|\.)(bar|nextTier|directory|window|load|addressed)(\.|$)|(Id|Ids|id|ids|cites|zone)(\.\d+)*$/;
const lengths = [16_000, 8000, 4000, 2000, 1000, 600, 512, 500, 400, 300, 255, 200, 120, 100, 64, 40, 16];

/** Type and path → how long a text the schema takes there; 0: none. */
const known = new Map<string, number>();

type Path = readonly (string | number)[];

/** The event with `words`, as much of them as its schema takes, in each field that takes any text. */
export function filled<E extends AnyEvent>(event: E, words: string | undefined): E {
  if (words === undefined) return event;
  const data = structuredClone<unknown>(event.data);
  let holder = { ...event, data };
  for (const path of leaves(data)) {
    const room = roomAt(event, path);
    if (room > 0) holder = { ...holder, data: withAt(holder.data, path, cut(words, room)) };
  }
  return holder;
}

export function cut(words: string, most: number): string {
  return words.slice(0, most).toWellFormed();
}

function leaves(value: unknown, path: Path = []): Path[] {
  if (typeof value === "string") return [path];
  if (Array.isArray(value)) return value.flatMap((item, at) => leaves(item, [...path, at]));
  if (value === null || typeof value !== "object") return [];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

function roomAt(event: AnyEvent, path: Path): number {
  if (left.test(path.join("."))) return 0;
  const key = `${event.type} ${path.map((step) => (typeof step === "number" ? "#" : step)).join(".")}`;
  const found = known.get(key) ?? lengths.find((length) => takes(event, path, length)) ?? 0;
  known.set(key, found);
  return found;
}

function takes(event: AnyEvent, path: Path, length: number): boolean {
  try {
    parseEvent({ ...event, data: withAt(event.data, path, "<!a b>\u202E".padEnd(length, "x")) });
    return true;
  } catch {
    return false;
  }
}

function withAt(value: unknown, path: Path, text: string): unknown {
  const [step, ...rest] = path;
  if (step === undefined) return text;
  if (Array.isArray(value)) {
    return value.map((item: unknown, at) => (at === step ? withAt(item, rest, text) : item));
  }
  const entries = Object.entries(value ?? {});
  return Object.fromEntries(
    entries.map(([key, item]: [string, unknown]) => [key, key === step ? withAt(item, rest, text) : item]),
  );
}
