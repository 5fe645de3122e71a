/**
 * Nothing a role reads may know more than stood on the record when its case came in (lessons 23, 25). Tokens that
 * nobody else would write are planted in what must not be seen: in close notes for ever, in the reason of a label until
 * it is given, in a ticket's raw alert until it comes in. Every prompt and every tool's answer is searched for them, for
 * the ids of cases that have not opened yet, and for the case's own close notes word for word. One find fails the run.
 */
import type { BaseMessage } from "@langchain/core/messages";
import { HatrackError } from "../errors.ts";
import { sha256 } from "../events/canonical.ts";
import { caseIdOf } from "../events/ids.ts";
import type { AtHand } from "./at-hand.ts";
import type { Ticket } from "./ticket.ts";

export type LeakKind = "close_notes" | "label" | "later_ticket";

export interface Leak {
  readonly kind: LeakKind;
  /** Where it was read: "prompt", or a tool's name. */
  readonly where: string;
  /** Whose secret it was, and which case's role read it. */
  readonly ticketId: string;
  readonly caseId: string;
  readonly role: string;
}

export interface LeakCount {
  /** Prompts and tool answers that were searched. */
  readonly searched: number;
  readonly planted: number;
}

interface Secret {
  readonly kind: LeakKind;
  readonly ticketId: string;
  /** From when on it may be read, milliseconds since the epoch; Infinity: never. */
  readonly from: number;
  /** The case that may never read it: its own. */
  readonly notBy?: string;
}

/** No MD5, no SHA-1: 36 hex digits are no indicator to anybody, and too opaque to be shown to a model. */
const token = /ca0a12e5[0-9a-f]{28}/g;
const caseIds = /CASE-[0-9A-Z]{10}/g;

/** Shorter notes ("false positive") stand in many an alert by chance. */
const tellingNotes = 24;

export class LeakCheck {
  readonly #seed: number;
  readonly #secrets = new Map<string, Secret>();
  readonly #opens = new Map<string, { readonly ticketId: string; readonly at: number }>();
  readonly #notes = new Map<string, { readonly ticketId: string; readonly text: string }>();
  readonly #read = new WeakSet<BaseMessage>();
  readonly #leaks: Leak[] = [];
  /** A read that no case answers for: what was read cannot be judged, so the run fails however it was handled. */
  #outside: HatrackError | undefined;
  #searched = 0;

  constructor(seed: number) {
    this.#seed = seed;
  }

  get leaks(): readonly Leak[] {
    return this.#leaks;
  }

  get count(): LeakCount {
    return { searched: this.#searched, planted: this.#secrets.size };
  }

  /** The ticket with tokens in it: what stands in for it from here on. */
  plant(ticket: Ticket): Ticket {
    const { id: ticketId, human, alert } = ticket;
    const from = Date.parse(ticket.createdAt);
    const seen = this.#secret(`ticket ${ticketId}`, { kind: "later_ticket", ticketId, from });
    const raw = { ...alert.raw, hatrack_canary: seen };
    const planted = { ...ticket, alert: { ...alert, raw } };
    if (human === undefined) return planted;
    const notes = this.#secret(`notes ${ticketId}`, { kind: "close_notes", ticketId, from: Infinity });
    return { ...planted, human: { ...human, closeNotes: `${human.closeNotes ?? ""} ${notes}`.trim() } };
  }

  /** Says which case the ticket became, and hands out the token for the reason of its label. */
  opened(
    ticket: Ticket,
    alert: { readonly source: string; readonly sourceId: string },
  ): { readonly label: string } {
    const { id: ticketId, createdAt, closedAt, human } = ticket;
    const caseId = caseIdOf(alert);
    this.#opens.set(caseId, { ticketId, at: Date.parse(createdAt) });
    const text = (human?.closeNotes ?? "").replaceAll(token, "").trim();
    if (text.length >= tellingNotes) this.#notes.set(caseId, { ticketId, text });
    const from = closedAt === undefined ? Infinity : Date.parse(closedAt);
    return { label: this.#secret(`label ${ticketId}`, { kind: "label", ticketId, from, notBy: caseId }) };
  }

  /** @throws HatrackError `replay_leak` before the text goes any further */
  search(text: string, where: string, by: AtHand | undefined): void {
    this.#searched += 1;
    if (by === undefined) throw (this.#outside ??= unattributed(where));
    const found = this.#find(text, by);
    if (found === undefined) return;
    const leak = { ...found, where, caseId: by.caseId, role: by.role };
    this.#leaks.push(leak);
    throw leaked([leak]);
  }

  /** Whoever made the read may have swallowed the error. @throws HatrackError `replay_leak` */
  refuse(): void {
    if (this.#leaks.length > 0) throw leaked(this.#leaks);
    if (this.#outside !== undefined) throw this.#outside;
  }

  /** As `search`, of every message that has not been read before. */
  searchMessages(messages: readonly BaseMessage[], by: AtHand | undefined): void {
    const unread = messages.filter((message) => !this.#read.has(message));
    for (const message of unread) this.#read.add(message);
    this.search(unread.map(({ content }) => textOf(content)).join("\n"), "prompt", by);
  }

  #secret(name: string, secret: Secret): string {
    const made = `ca0a12e5${sha256(`${this.#seed} ${name}`).slice(0, 28)}`;
    this.#secrets.set(made, secret);
    return made;
  }

  #find(text: string, { caseId, arrivedAt }: AtHand): { kind: LeakKind; ticketId: string } | undefined {
    for (const [planted] of text.matchAll(token)) {
      const secret = this.#secrets.get(planted);
      if (secret !== undefined && (secret.from > arrivedAt || secret.notBy === caseId)) return secret;
    }
    for (const [id] of text.matchAll(caseIds)) {
      const opens = this.#opens.get(id);
      if (opens !== undefined && opens.at > arrivedAt)
        return { kind: "later_ticket", ticketId: opens.ticketId };
    }
    const notes = this.#notes.get(caseId);
    if (notes === undefined) return undefined;
    // A prompt holds the case as JSON: a quote or a line break stands in it escaped.
    const written = [notes.text, JSON.stringify(notes.text).slice(1, -1)];
    return written.some((one) => text.includes(one)) ? { kind: "close_notes", ...notes } : undefined;
  }
}

const textOf = (content: BaseMessage["content"]): string =>
  typeof content === "string" ? content : JSON.stringify(content);

function unattributed(where: string): HatrackError {
  return new HatrackError("replay_leak", `leak check: a ${where} was read outside of any case; expected one`);
}

/** The error a run ends with. */
export function leaked(leaks: readonly Leak[]): HatrackError {
  const what = { close_notes: "the close notes", label: "the label", later_ticket: "a later alert" } as const;
  const lines = leaks
    .slice(0, 5)
    .map(
      ({ kind, ticketId, where, role, caseId }) =>
        `${role} of ${caseId} read ${what[kind]} of ticket ${ticketId} in a ${where === "prompt" ? "prompt" : `result of ${where}`}`,
    );
  return new HatrackError("replay_leak", `replay: knew more than the past: ${lines.join("; ")}`);
}
