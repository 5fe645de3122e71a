/** That the same action is asked for in other cases too, or has been decided there: for people to know; it decides nothing. */
import type { RichTextElement, RichTextSection } from "@slack/types";
import type { SameAction } from "../board.ts";
import { bold, date, section, text } from "../rich.ts";
import { caseRef, ours, type Ours } from "../text.ts";
import * as say from "../words/elsewhere.ts";

/** Cases that are named; the rest is "others", so that a card is not edited for each further one. */
const named = 3;

const heads: Readonly<Partial<Record<SameAction["status"], Ours>>> = {
  executed: say.alreadyDoneIn,
  authorised: say.authorisedNotDoneIn,
  rolled_back: say.doneAndRolledBackIn,
  rejected: say.rejectedIn,
  pending: say.alsoAskedIn,
};
const order = ["executed", "authorised", "rolled_back", "rejected", "pending"] as const;

/** A line for each way it stands, what is done first; nothing where no other case asks. */
export function elsewhere(others: readonly SameAction[]): RichTextSection[] {
  const lines = order.flatMap((status) => {
    const there = others.filter((other) => other.status === status);
    const head = heads[status];
    return there.length === 0 || head === undefined ? [] : [lineOf(head, there)];
  });
  const breaks = lines.flatMap((line, at) => (at === 0 ? line : [text(ours`\n`), ...line]));
  return breaks.length === 0 ? [] : [section(...breaks)];
}

function lineOf(head: Ours, there: readonly SameAction[]): RichTextElement[] {
  const [first] = there;
  const cases = there
    .slice(0, named)
    .map(({ caseId }) => caseRef(caseId))
    .reduce((all, one) => ours`${all}, ${one}`);
  const more = there.length > named ? say.andOthers : ours``;
  const when = first === undefined || first.status === "pending" ? [] : [text(ours` · `), date(first.at)];
  return [bold(head), text(ours`${cases}${more}`), ...when];
}
