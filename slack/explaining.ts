/** An explanation as Slack shows it: the record's own sentences, with the names of the people who acted. */
import type { Bus } from "../src/bus/bus.ts";
import { isEvent } from "../src/events/envelope.ts";
import type { Diagnostics } from "../src/diagnostics.ts";
import { explain, type Narrator } from "../src/memory/explain.ts";
import type { Explained } from "./blocks/record-answers.ts";
import type { SlackDirectory } from "./directory.ts";
import { isUserId } from "./text.ts";

/** People whose names are looked up; of more, ids are shown. */
const mostPeople = 20;

export interface Explaining {
  readonly bus: Pick<Bus, "read">;
  readonly directory: Pick<SlackDirectory, "person">;
  readonly narrator: Narrator | undefined;
  readonly diagnostics: Pick<Diagnostics, "warn">;
}

/** @throws HatrackError `case_not_found`, and what Slack answers */
export async function explained(
  { bus, directory, narrator, diagnostics }: Explaining,
  { caseId, question }: { readonly caseId: string; readonly question?: string },
): Promise<Explained> {
  const explanation = await explain(bus, caseId, { question, narrator, diagnostics });
  const users = new Set<string>();
  for await (const { event } of bus.read({ subject: caseId, types: ["decision.submitted"] })) {
    if (isEvent(event, "decision.submitted")) users.add(event.data.principal.user);
  }
  const shown = [...users].filter(isUserId).slice(0, mostPeople);
  const names = await Promise.all(
    shown.map(async (user): Promise<[string, string]> => [user, (await directory.person(user)).name]),
  );
  return { explanation, question, names: new Map(names) };
}
