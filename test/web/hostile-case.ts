/** Every event of the corpus as if somebody outside had filled in each of its words: whatever the schema lets them write. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { parseEvent } from "../../src/events/parse.ts";
import { root } from "../bin/cli.ts";
import { theCase } from "./given.ts";

const Corpus = z.object({ valid: z.array(z.looseObject({ data: z.unknown(), type: z.string() })) });

/** What ties events to one another stays as it is, or there would be no case to show. */
const ties = new Set(["proposalId", "caseId", "eventId", "canaryId", "toRole", "role", "source"]);

const first = [
  ...[
    "alert.received",
    "alert.triaged",
    "case.escalated",
    "role.worked",
    "case.investigated",
    "response.planned",
  ],
  ...["action.proposed", "handoff.requested", "handoff.opened"],
];

export function caseEventsOf(text: string): AnyEvent[] {
  const folder = join(root, "test/events/corpus");
  const all = readdirSync(folder).flatMap((file) => {
    const { valid } = Corpus.parse(JSON.parse(readFileSync(join(folder, file), "utf8")));
    return valid;
  });
  const rank = (type: string): number => (first.includes(type) ? first.indexOf(type) : first.length);
  return all
    .sort((a, b) => rank(a.type) - rank(b.type))
    .map((event, at) => parseEvent(saying({ ...event, id: `hostile-${at}`, subject: theCase }, text)));
}

/** The event with every word of its data replaced that the schema allows to be this text, cut to where it fits. */
function saying(event: z.infer<typeof Corpus>["valid"][number], text: string): unknown {
  let current: unknown = event;
  for (const path of leaves(event.data, ["data"])) {
    const fitting = [1000, 250, 60, 30]
      .map((most) => replaced(current, path, text.slice(0, most)))
      .find((candidate) => parses(candidate));
    current = fitting ?? current;
  }
  return current;
}

function parses(candidate: unknown): boolean {
  try {
    parseEvent(candidate);
    return true;
  } catch {
    return false;
  }
}

type Path = readonly (string | number)[];

function leaves(value: unknown, path: Path): Path[] {
  if (typeof value === "string") return ties.has(String(path.at(-1))) ? [] : [path];
  if (Array.isArray(value)) return value.flatMap((item, at) => leaves(item, [...path, at]));
  if (typeof value !== "object" || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => leaves(item, [...path, key]));
}

function replaced(value: unknown, [key, ...rest]: Path, text: string): unknown {
  if (key === undefined) return text;
  if (Array.isArray(value)) {
    return value.map((item: unknown, at) => (at === key ? replaced(item, rest, text) : item));
  }
  const entries = Object.entries(z.record(z.string(), z.unknown()).parse(value));
  return Object.fromEntries(
    entries.map(([name, item]) => [name, name === key ? replaced(item, rest, text) : item]),
  );
}
