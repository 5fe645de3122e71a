/** Scorecards as files hold them: read, told apart, and put in order. Pure but for what `Shelf` was filled with. */
import { z } from "zod";
import { reasonOf } from "../../src/errors.ts";
import { Scorecard, scorecardVersion } from "../../src/replay/scorecard-schema.ts";

export interface CardFile {
  /** The file's name, by which a page asks for it. */
  readonly name: string;
  /** Comes with hatrack: invented tickets, so that a fresh start has something to show. */
  readonly shipped: boolean;
  /** When it was written, milliseconds since the epoch: where the card does not say when it ran. */
  readonly writtenAt: number;
}

export type Shelved =
  | (CardFile & { readonly card: Scorecard; readonly ranAt: number })
  | (CardFile & { readonly problem: string });

/** What there is, in no order. */
export type Shelf = readonly Shelved[];

const Versioned = z.looseObject({ schema: z.string() });

export function readCard(file: CardFile, text: string): Shelved {
  let input: unknown;
  try {
    input = JSON.parse(text);
  } catch (error) {
    return { ...file, problem: `expected one JSON scorecard: ${reasonOf(error).slice(0, 200)}` };
  }
  const card = Scorecard.safeParse(input);
  if (card.success) {
    const { startedAt } = card.data.measured;
    return {
      ...file,
      card: card.data,
      ranAt: startedAt === undefined ? file.writtenAt : Date.parse(startedAt),
    };
  }
  return { ...file, problem: problemOf(input, card.error) };
}

function problemOf(input: unknown, error: z.ZodError): string {
  const named = Versioned.safeParse(input).data?.schema;
  if (named === undefined) return 'expected a scorecard, with "schema"';
  if (named !== scorecardVersion) return otherVersion(named);
  const [issue] = error.issues;
  return `${issue?.path.map(String).join(".") ?? ""}: ${issue?.message ?? "not as expected"}`;
}

function otherVersion(named: string): string {
  const numbered = /^hatrack\.scorecard\/(\d+)$/.exec(named)?.[1];
  const mine = Number(scorecardVersion.split("/")[1]);
  const which = numbered === undefined ? "another" : Number(numbered) < mine ? "an older" : "a newer";
  return `${which} schema, "${named.slice(0, 60)}"; expected "${scorecardVersion}": run the tickets again with hatrack replay`;
}
