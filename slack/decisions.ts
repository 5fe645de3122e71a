/**
 * The one door: what a person did enters the log as `decision.submitted`, before Slack is told that it arrived. Its
 * id is what was done (who, which button, on which message, when), so that the same click said twice is one event.
 */
import type { Bus } from "../src/bus/bus.ts";
import { redactWithin, shippedRedactor, type Redactor } from "../src/agent/redact.ts";
import { isoTime, type Clock } from "../src/clock.ts";
import type { Decision } from "../src/events/decision.ts";
import { naturalId } from "../src/events/ids.ts";
import { makeEvent } from "../src/events/parse.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { useOf } from "../src/gate/card-ref.ts";
import {
  questionOf,
  readThread,
  requestOf,
  type CaseThread,
  type Question,
  type Request,
  type Surface,
} from "./case-thread.ts";
import { eventSource } from "./ids.ts";
import type { Place } from "./outbox.ts";

export interface DoorOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly surface: Surface;
  /** Takes secrets out of what people write, before it is on the log. Default: what comes with hatrack. */
  readonly redactor?: Redactor | undefined;
}

/** Which card a button stands on. `value` is only where to look: the log says whether that card is ours. */
export interface CardRef extends Place {
  readonly caseId: string;
  readonly proposalId: string;
  /** The name of the reference that was pressed. */
  readonly ref: string;
}

export interface FoundCard {
  readonly thread: CaseThread;
  readonly request: Request;
  /** Set when the message is no card but a question about one. */
  readonly question?: Question;
}

type OnProposal = Extract<Decision, { proposalId: string }>;
type OnRest = Exclude<Decision, { proposalId: string }>;
/** What is said of a case, a rule or a role, without who says it and where. */
export type Act = OnRest extends infer D
  ? D extends OnRest
    ? Omit<D, "principal" | "surface" | "card">
    : never
  : never;

/** What a decision says beside who, where and on what. */
export type Words = OnProposal extends infer D
  ? D extends OnProposal
    ? Omit<D, "principal" | "surface" | "card" | "proposalId" | "digest">
    : never
  : never;

export interface Submission {
  readonly principal: Principal;
  readonly card: CardRef;
  readonly found: FoundCard;
  readonly words: Words;
  /** What makes this act one act: action id and time, or the form. */
  readonly act: readonly string[];
}

export interface ActSubmission {
  readonly principal: Principal;
  readonly words: Act;
  /** The message under which it was said, if there is one. */
  readonly card?: Place | undefined;
  readonly act: readonly string[];
}

export class DecisionDoor {
  readonly #options: DoorOptions;

  constructor(options: DoorOptions) {
    this.#options = options;
  }

  /**
   * The card as it was posted. The digest comes from the event that this very message was posted for, never from
   * the button or from what is asked now: a click on an older card carries the older digest and is refused.
   */
  async find({ caseId, proposalId, channel, ts }: Omit<CardRef, "ref">): Promise<FoundCard | undefined> {
    const thread = await readThread(this.#options.bus, caseId, this.#options.surface);
    const posted = thread.messages.find(
      (m) => m.channel === channel && m.ts === ts && m.proposalId === proposalId,
    );
    if (posted === undefined) return undefined;
    const question = posted.kind === "notice" ? questionOf(thread, posted.eventId) : undefined;
    const eventId = posted.kind === "gate" ? posted.eventId : question?.askedOf;
    const request = eventId === undefined ? undefined : requestOf(thread, eventId);
    if (request === undefined) return undefined;
    return { thread, request, ...(question === undefined ? {} : { question }) };
  }

  #clean(words: Words | Act): object {
    const clean = redactWithin(words, this.#options.redactor ?? shippedRedactor);
    return typeof clean === "object" && clean !== null ? clean : {};
  }

  /** Resolves when it is durable. */
  async submit({ principal, card, found, words, act }: Submission): Promise<void> {
    const { bus, clock, surface } = this.#options;
    const { channel, ts, caseId, proposalId } = card;
    const { digest } = found.request.handoff;
    const use = useOf(card.ref, principal, words.decision);
    await bus.publish([
      makeEvent({
        id: naturalId("decision", surface, principal.team, principal.user, ...act),
        source: eventSource,
        type: "decision.submitted",
        subject: caseId,
        time: isoTime(clock.now()),
        data: { ...this.#clean(words), principal, surface, card: { channel, ts, use }, proposalId, digest },
      }),
    ]);
  }

  /** As `submit`, of a case, a rule or a role. */
  async say({ principal, words, card, act }: ActSubmission): Promise<void> {
    const { bus, clock, surface } = this.#options;
    const place = card === undefined ? {} : { card: { channel: card.channel, ts: card.ts } };
    await bus.publish([
      makeEvent({
        id: naturalId("decision", surface, principal.team, principal.user, words.decision, ...act),
        source: eventSource,
        type: "decision.submitted",
        subject: "caseId" in words ? words.caseId : "system",
        time: isoTime(clock.now()),
        data: { ...this.#clean(words), principal, surface, ...place },
      }),
    ]);
  }
}
