/** What people said of a case, as a line in its thread. */
import type { RichTextElement } from "@slack/types";
import type { EventType } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Message } from "../limits.ts";
import { bold, richText, section, text, who } from "../rich.ts";
import { caseRef, fallback, ours, untrusted, type Ours } from "../text.ts";
import { verdicts } from "../words/shared.ts";
import * as say from "../words/case-notices.ts";

export const caseActTypes = [
  "case.assigned",
  "case.closed",
  "case.labelled",
  "case.linked",
  "case.reopened",
  "case.unlabelled",
] as const satisfies readonly EventType[];
export type CaseActEvent = KnownEvent<(typeof caseActTypes)[number]>;

export function caseNotice(event: CaseActEvent): Message {
  const { words, rest } = actWords(event);
  const because = "reason" in event.data ? reasonOf(event.data.reason) : [];
  const line = [...speaker(event), text(ours` ${words}`), ...rest, ...because];
  return { text: fallback`${caseRef(event.subject)}: ${words}`, blocks: [richText(section(...line))] };
}

/** A source answers for whom it names. */
function speaker({ data }: CaseActEvent): RichTextElement[] {
  if (!("labelledBy" in data)) return [who(data.by)];
  const { source, person } = data.labelledBy;
  const name = text(untrusted(source, { max: 40 }));
  return person === undefined ? [name] : [name, text(say.saysThat), text(untrusted(person, { max: 120 }))];
}

interface ActWords {
  readonly words: Ours;
  readonly rest: readonly RichTextElement[];
}

function actWords(event: CaseActEvent): ActWords {
  switch (event.type) {
    case "case.assigned":
      return { words: say.gaveThisCaseTo, rest: [text(ours` `), who(event.data.to)] };
    case "case.closed":
      return { words: say.closedThisCase, rest: [] };
    case "case.labelled":
      return { words: say.labelledThisCase, rest: [text(ours` `), bold(verdicts[event.data.verdict])] };
    case "case.linked":
      return { words: say.linkedThisCaseTo, rest: [text(ours` `), bold(caseRef(event.data.to))] };
    case "case.reopened":
      return { words: say.reopenedThisCase, rest: [] };
    case "case.unlabelled":
      return { words: say.withdrewTheLabel, rest: [] };
  }
}

export function reasonOf(reason: string): RichTextElement[] {
  return [text(ours`: `), text(untrusted(reason, { max: 1500, lines: true }))];
}
