/** The gate's words as a person reads them: accounts it names are people, times are in the reader's own zone. */
import type { RichTextElement } from "@slack/types";
import type { Principal } from "../../src/events/vocabulary.ts";
import { date, text, who } from "../rich.ts";
import { untrusted } from "../text.ts";

const instant = /\b\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/;

/** @param people accounts that may be named; any other stays as it stands */
export function inTheirWords(message: string, people: readonly Principal[]): RichTextElement[] {
  const ids = people.map(({ user }) => user).filter((id) => /^\w+$/.test(id));
  const named = [instant.source, ...ids.map((id) => `\\b${id}\\b`)].join("|");
  return message
    .split(new RegExp(`(${named})`))
    .filter((part) => part !== "")
    .map((part) => elementOf(part, people));
}

function elementOf(part: string, people: readonly Principal[]): RichTextElement {
  const person = people.find(({ user }) => user === part);
  if (person !== undefined) return who(person);
  if (instant.test(part) && !Number.isNaN(Date.parse(part))) return date(part);
  return text(untrusted(part, { max: 1200 }));
}
