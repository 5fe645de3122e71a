/**
 * A closed Falcon alert as a ticket of the backtest: the alert as it was detected, and beside it what people made of it.
 * Falcon keeps no word of whether a case was handed up. It counts as escalated when a tag says so; else when it was
 * closed as a true positive that somebody still had to act on.
 */
import { z } from "zod";
import type { Verdict } from "../src/events/vocabulary.ts";
import type { ClosingLabel } from "../src/seams/alert-source.ts";
import type { Ticket } from "../src/replay/ticket.ts";
import { FalconAlert } from "./falcon-fields.ts";
import { falconLabel, withoutAftermath } from "./falcon-label.ts";
import { isoTimeOf, list, text, upTo } from "./lenient.ts";

const Aftermath = z.object({
  comment: text,
  comments: list(z.union([z.string(), z.object({ value: z.string() }).transform(({ value }) => value)])),
});

export type MadeTicket = { readonly ticket: Ticket } | { readonly left: string };

type Raw = Readonly<Record<string, unknown>>;

const Fields = z.record(z.string(), z.unknown());

/** `left`: why no ticket could be made of it, with its id. */
export function falconTicket(raw: Raw, source = "crowdstrike"): MadeTicket {
  const data = FalconAlert.parse(raw);
  const id = upTo(200, data.composite_id ?? data.id);
  if (id === undefined) return { left: "an alert without composite_id: expected its id" };
  const label = falconLabel(raw, source);
  const times = timesOf(data, label);
  if ("left" in times) return { left: `${id}: ${times.left}` };
  const alert = { source, raw: Fields.parse(withoutAftermath(raw)) };
  return { ticket: { id, ...times, alert, ...humanOf(raw, data.tags, label?.verdict) } };
}

type Times = Pick<Ticket, "createdAt" | "closedAt"> | { readonly left: string };

function timesOf(data: FalconAlert, label: ClosingLabel | undefined): Times {
  const createdAt = isoTimeOf(data.created_timestamp ?? data.timestamp);
  if (createdAt === undefined) return { left: "created_timestamp: expected a time" };
  const { status = "without a status" } = data;
  if (label === undefined && status.toLowerCase() !== "closed") {
    return { left: `it is ${status}; expected a closed alert` };
  }
  const closedAt = label?.closedAt ?? isoTimeOf(data.updated_timestamp);
  if (closedAt === undefined) return { createdAt };
  const left = `closed at ${closedAt}, before it was created at ${createdAt}`;
  return Date.parse(closedAt) < Date.parse(createdAt) ? { left } : { createdAt, closedAt };
}

/** Closed without a word of what it was: worked, and not scored. */
function humanOf(raw: Raw, tags: readonly string[], verdict: Verdict | undefined): Pick<Ticket, "human"> {
  if (verdict === undefined) return {};
  return { human: { escalated: wasEscalated(tags, verdict), verdict, ...notesOf(raw) } };
}

function wasEscalated(tags: readonly string[], verdict: Verdict): boolean {
  if (tags.some((tag) => /^(?:not|un)[ _-]?escalated$/i.test(tag))) return false;
  if (tags.some((tag) => /^escalated\b/i.test(tag))) return true;
  return verdict === "true_positive" && !tags.some((tag) => /no[ _-]remediation[ _-]required/i.test(tag));
}

const longestNotes = 4000;

function notesOf(raw: Raw): { closeNotes?: string } {
  const { comment, comments = [] } = Aftermath.safeParse(raw).data ?? {};
  const notes = [comment, ...comments]
    .filter((each) => each !== undefined)
    .join("\n")
    .trim();
  return notes === "" ? {} : { closeNotes: notes.slice(0, longestNotes) };
}
