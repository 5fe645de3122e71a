/**
 * Events as they were once written. A log is read for years: what stands in corpus/ must parse as it does today,
 * whatever becomes of the schemas. Nothing here regenerates it; a new version adds files, it changes none.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { canonicalJson } from "../../src/events/canonical.ts";
import { catalogue, eventTypes } from "../../src/events/catalogue.ts";
import { isForeign } from "../../src/events/envelope.ts";
import { eventText, parseEvent, parseEventText } from "../../src/events/parse.ts";

const folder = join(import.meta.dirname, "corpus");
const Corpus = z.strictObject({
  valid: z.array(z.record(z.string(), z.unknown())).min(1),
  /** `why`: the path the error must name. */
  invalid: z
    .array(z.strictObject({ why: z.string().min(2), event: z.record(z.string(), z.unknown()) }))
    .min(2),
});

function corpusOf(type: string): z.infer<typeof Corpus> {
  return Corpus.parse(JSON.parse(readFileSync(join(folder, `${type}.json`), "utf8")));
}

function messageOf(run: () => unknown): string {
  try {
    run();
  } catch (error) {
    return String(error);
  }
  return "no error";
}

describe("the frozen corpus", () => {
  it("has a file for every type of the catalogue and no other", () => {
    const files = readdirSync(folder).map((name) => name.replace(/\.json$/, ""));
    expect(files.sort()).toEqual([...eventTypes].sort());
  });

  it.each(eventTypes)("reads %s as it was written, to the same bytes", (type) => {
    for (const written of corpusOf(type).valid) {
      const event = parseEvent(written);
      expect(isForeign(event)).toBe(false);
      const text = eventText(event);
      expect(canonicalJson(JSON.parse(text))).toBe(
        canonicalJson({ ...written, schemaversion: catalogue[type].version }),
      );
      expect(eventText(parseEventText(text, "corpus"))).toBe(text);
    }
  });

  it.each(eventTypes)("refuses %s that is wrong, naming the path", (type) => {
    for (const { why, event } of corpusOf(type).invalid) {
      const message = messageOf(() => parseEvent(event));
      expect(message).toContain(`data of ${type} is not valid: `);
      expect(message.split(/not valid: |; /)).toContainEqual(expect.stringMatching(startsWith(why)));
    }
  });
});

function startsWith(path: string): RegExp {
  return new RegExp(`^${path.replace(/[.()]/g, "\\$&")}`);
}
