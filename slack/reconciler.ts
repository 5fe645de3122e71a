/**
 * Compares the cards in Slack with the log and repairs what differs: a deleted card is posted again, one that
 * another token edited is put right, one that shows no event of the log is struck through. Slack tells nobody when
 * somebody deletes or edits a message, so this looks by itself, every few minutes.
 */
import { isoTime } from "../src/clock.ts";
import type { Draft } from "../src/bus/bus.ts";
import { reasonOf } from "../src/errors.ts";
import { sha256 } from "../src/events/canonical.ts";
import { naturalId } from "../src/events/ids.ts";
import { makeEvent } from "../src/events/parse.ts";
import { CaseId } from "../src/events/vocabulary.ts";
import { gateCard } from "./blocks/gate-card.ts";
import { directMessage } from "./blocks/notices.ts";
import { rootMessage } from "./blocks/root.ts";
import { struckCard } from "./blocks/struck-card.ts";
import type { Board } from "./board.ts";
import { requestOf, type CaseThread, type Posted } from "./case-thread.ts";
import type { Look } from "./config.ts";
import { eventSource } from "./ids.ts";
import type { CaseLane } from "./lanes/case-lane.ts";
import type { Desk } from "./lanes/desk.ts";
import type { DirectLane } from "./lanes/direct-lane.ts";
import type { GateLane } from "./lanes/gate-lane.ts";
import { Recent } from "./lanes/recent.ts";
import type { Message } from "./limits.ts";
import type { Links } from "./links.ts";
import type { Outbox, Place, StandingMessage } from "./outbox.ts";
import { shownIn } from "./shown.ts";

export interface ReconcilerOptions {
  readonly desk: Desk;
  readonly board: Board;
  readonly gate: Pick<GateLane, "repair">;
  readonly copies: Pick<DirectLane, "repair">;
  readonly cases: Pick<CaseLane, "repairRoot">;
  readonly outbox: Outbox;
  readonly links: Links;
}

export interface Reconciled {
  /** Messages looked at. */
  readonly seen: number;
  readonly repaired: number;
  readonly struck: number;
  /** Cases and channels that could not be compared. */
  readonly failed: number;
}

export const nothing: Reconciled = { seen: 0, repaired: 0, struck: 0, failed: 0 };
/** After so many failures in a row Slack is not asked further. */
const mostInRow = 3;

/** A case or a channel. */
interface Part {
  readonly name: string;
  readonly compare: () => Promise<Reconciled>;
}

/** What a place is to say. */
interface Shown {
  readonly place: Place;
  readonly message: Message;
  /** Left out for a root. */
  readonly proposalId?: string;
  /** A copy in a direct channel, not in the case's thread. */
  readonly alone?: boolean;
}

/** What is looked at in a channel for cards of no record: those of the last day. */
const strayMs = 24 * 3_600_000;

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** Place → what stood there right after it was repaired: what Slack itself writes otherwise is not fought over. */
  readonly #left = new Recent<string>(10_000);
  readonly #struck = new Recent<true>(10_000);
  /** What was compared last: the next pass begins after it. */
  #last: string | undefined;

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /**
   * One pass over every open case and the case channels. What cannot be compared now does not keep the others from
   * it; where Slack takes nothing at all the pass ends, and the next goes on from there. @throws HatrackError of the bus
   */
  async run(signal?: AbortSignal): Promise<Reconciled> {
    const { board, desk } = this.#options;
    await board.catchUp();
    const recent = board.decisions().map(({ handoff }) => handoff.caseId);
    const cases = new Set([...board.open().map((handoff) => handoff.caseId), ...recent]);
    const parts: Part[] = [
      ...[...cases].map((caseId) => ({ name: caseId, compare: () => this.#case(caseId) })),
      ...desk.options.config.channels.map((name) => ({ name, compare: () => this.#channel(name) })),
    ];
    let [sum, inRow] = [nothing, 0];
    for (const part of fromAfter(parts, this.#last)) {
      if (signal?.aborted === true || inRow >= mostInRow) break;
      this.#last = part.name;
      const done = await this.#compared(part);
      inRow = done.failed > 0 ? inRow + 1 : 0;
      sum = added(sum, done);
    }
    return sum;
  }

  async #compared({ name, compare }: Part): Promise<Reconciled> {
    try {
      return await compare();
    } catch (error) {
      const { diagnostics } = this.#options.desk.options;
      diagnostics.warn({ error: reasonOf(error), name }, "slack: not compared with the log");
      return { ...nothing, failed: 1 };
    }
  }

  async #channel(name: string): Promise<Reconciled> {
    const { desk, outbox } = this.#options;
    const since = desk.options.clock.now() - strayMs;
    const standing = await outbox.standing({ channel: await outbox.channelId(name), since });
    return { ...nothing, seen: standing.length, struck: await this.#strike(standing) };
  }

  async #case(caseId: string): Promise<Reconciled> {
    const { desk, outbox } = this.#options;
    const thread = await desk.read(caseId);
    const root = desk.roots.of(thread);
    if (root === undefined) return nothing;
    const inThread = { channel: root.channel, threadTs: root.ts, since: 0 };
    const standing = await outbox.standing(inThread);
    const look = await desk.look(thread);
    const shown = [{ place: root, message: rootMessage(thread, look) }, ...(await this.#cards(thread, look))];
    const wrong: Shown[] = [];
    for (const one of shown) if (await this.#differs(standing, one)) wrong.push(one);
    if (wrong.length > 0) {
      await this.#repair(caseId, wrong);
      await this.#settle(wrong, await outbox.standing(inThread));
    }
    const repaired = new Set(wrong.map(({ proposalId }) => proposalId)).size;
    return { ...nothing, seen: standing.length, repaired, struck: await this.#strike(standing) };
  }

  /** What each card and each copy is to say. */
  async #cards(thread: CaseThread, look: Look): Promise<Shown[]> {
    const cards: Shown[] = [];
    for (const posted of latest(thread)) {
      const request = requestOf(thread, posted.eventId);
      if (request === undefined) continue;
      const alone = posted.kind === "direct";
      const message = alone ? await this.#copy(thread, posted) : gateCard(request, { thread, look });
      const place = { channel: posted.channel, ts: posted.ts };
      cards.push({ place, message, alone, proposalId: request.handoff.proposalId });
    }
    return cards;
  }

  async #copy(thread: CaseThread, posted: Posted): Promise<Message> {
    const request = requestOf(thread, posted.eventId);
    if (request === undefined) return { text: "", blocks: [] };
    const card = thread.messages.findLast((m) => m.kind === "gate" && m.eventId === posted.eventId);
    const link = card === undefined ? undefined : await this.#options.links.to(card);
    return directMessage(thread, request, link);
  }

  /** Forgets what was drawn there if it is not what stands there, so that the next drawing is sent. */
  async #differs(inThread: readonly StandingMessage[], shown: Shown): Promise<boolean> {
    const stands = await this.#stands(inThread, shown);
    const key = keyOf(shown.place);
    if (stands === sha256(shownIn(shown.message.blocks))) {
      this.#left.delete(key);
      return false;
    }
    if (this.#left.get(key) === stands) return false;
    this.#options.desk.forget(shown.place);
    return true;
  }

  async #stands(inThread: readonly StandingMessage[], { place, alone }: Shown): Promise<string> {
    const found =
      alone === true
        ? await this.#options.outbox.standingAt(place)
        : inThread.find((one) => one.place.ts === place.ts);
    return found === undefined ? "gone" : sha256(shownIn(found.blocks));
  }

  async #repair(caseId: string, wrong: readonly Shown[]): Promise<void> {
    const { gate, copies, cases } = this.#options;
    const proposalIds = [...new Set(wrong.flatMap(({ proposalId }) => proposalId ?? []))];
    if (wrong.some(({ proposalId }) => proposalId === undefined)) await cases.repairRoot(caseId);
    if (proposalIds.length === 0) return;
    await this.#publish(caseId, await gate.repair(caseId, proposalIds));
    await copies.repair(caseId, proposalIds);
  }

  /** What still differs once it was repaired is what Slack makes of it, or a place that nothing stands at any more. */
  async #settle(repaired: readonly Shown[], inThread: readonly StandingMessage[]): Promise<void> {
    for (const shown of repaired) {
      const stands = await this.#stands(inThread, shown);
      if (stands !== sha256(shownIn(shown.message.blocks))) this.#left.set(keyOf(shown.place), stands);
    }
  }

  async #publish(caseId: string, drafts: readonly Draft[]): Promise<void> {
    const { bus, clock, surface } = this.#options.desk.options;
    const events = drafts.flatMap((draft) =>
      draft.type === "message.posted"
        ? [
            makeEvent({
              id: naturalId("message", surface, draft.data.channel, draft.data.ts),
              ...{ source: eventSource, type: draft.type, subject: caseId },
              ...{ time: isoTime(clock.now()), data: draft.data },
            }),
          ]
        : [],
    );
    if (events.length > 0) await bus.publish(events);
  }

  /** Cards of ours whose event is not on the log: made by somebody who holds our token, or before the log was lost. */
  async #strike(standing: readonly StandingMessage[]): Promise<number> {
    let count = 0;
    for (const { place, mark, text } of standing) {
      const key = keyOf(place);
      if (mark.kind !== "gate" || this.#struck.get(key) === true) continue;
      if (await this.#isOnLog(mark.case_id, mark.event_id)) continue;
      const { outbox, desk } = this.#options;
      await outbox.update({ place, mark, message: struckCard(text) });
      desk.options.diagnostics.error({ ...place, eventId: mark.event_id }, "slack: a card of no record");
      this.#struck.set(key, true);
      count += 1;
    }
    return count;
  }

  async #isOnLog(caseId: string, eventId: string): Promise<boolean> {
    if (!CaseId.safeParse(caseId).success) return false;
    const { bus } = this.#options.desk.options;
    for await (const { event } of bus.read({ subject: caseId })) {
      if (event.id === eventId) return true;
    }
    return false;
  }
}

/** The last message posted for each card and each copy, as far as it is of a request. */
function latest(thread: CaseThread): Posted[] {
  const last = new Map<string, Posted>();
  for (const posted of thread.messages) {
    if (posted.kind === "gate") last.set(`gate ${posted.eventId}`, posted);
    if (posted.kind === "direct") last.set(`direct ${posted.eventId} ${posted.channel}`, posted);
  }
  return [...last.values()];
}

function added(a: Reconciled, b: Reconciled): Reconciled {
  return {
    seen: a.seen + b.seen,
    repaired: a.repaired + b.repaired,
    struck: a.struck + b.struck,
    failed: a.failed + b.failed,
  };
}

function keyOf({ channel, ts }: Place): string {
  return `${channel} ${ts}`;
}

/** All of them, from the one after this name on. */
function fromAfter(parts: readonly Part[], last: string | undefined): Part[] {
  const start = parts.findIndex(({ name }) => name === last) + 1;
  return [...parts.slice(start), ...parts.slice(0, start)];
}
