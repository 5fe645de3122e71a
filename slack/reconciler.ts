/**
 * Compares the cards in Slack with the log and repairs what differs: a deleted card is posted again, one that
 * another token edited is put right, one that shows no event of the log is struck through. Slack tells nobody when
 * somebody deletes or edits a message, so this looks by itself, every few minutes.
 */
import { isoTime } from "../src/clock.ts";
import type { Draft } from "../src/bus/bus.ts";
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
  readonly cases: Pick<CaseLane, "repairRoot">;
  readonly outbox: Outbox;
  readonly links: Links;
}

export interface Reconciled {
  /** Messages looked at. */
  readonly seen: number;
  readonly repaired: number;
  readonly struck: number;
}

/** What is looked at in a channel for cards of no record: those of the last day. */
const strayMs = 24 * 3_600_000;

export class Reconciler {
  readonly #options: ReconcilerOptions;
  /** Place → what stood there when it was last repaired: what Slack itself writes otherwise is not fought over. */
  readonly #tried = new Recent<string>(10_000);
  readonly #struck = new Recent<true>(10_000);

  constructor(options: ReconcilerOptions) {
    this.#options = options;
  }

  /** One pass over every open case and the case channels. @throws SlackDown, HatrackError of the bus */
  async run(): Promise<Reconciled> {
    const { board, desk, outbox } = this.#options;
    await board.catchUp();
    const recent = board.decisions().map(({ handoff }) => handoff.caseId);
    let sum: Reconciled = { seen: 0, repaired: 0, struck: 0 };
    for (const caseId of new Set([...board.open().map((handoff) => handoff.caseId), ...recent])) {
      sum = added(sum, await this.#case(caseId));
    }
    const since = desk.options.clock.now() - strayMs;
    for (const channel of desk.options.config.channels) {
      const standing = await outbox.standing({ channel: await outbox.channelId(channel), since });
      sum = added(sum, { seen: standing.length, repaired: 0, struck: await this.#strike(standing) });
    }
    return sum;
  }

  async #case(caseId: string): Promise<Reconciled> {
    const { desk, outbox, gate, cases } = this.#options;
    const thread = await desk.read(caseId);
    const root = desk.roots.of(thread);
    if (root === undefined) return { seen: 0, repaired: 0, struck: 0 };
    const standing = await outbox.standing({ channel: root.channel, threadTs: root.ts, since: 0 });
    const look = await desk.look(thread);
    const rootWrong = this.#differs(standing, root, rootMessage(thread, look));
    if (rootWrong) await cases.repairRoot(caseId);
    const wrong = await this.#wrongCards(thread, look, standing);
    const drafts = await gate.repair(caseId, wrong);
    await this.#publish(caseId, drafts);
    return {
      seen: standing.length,
      repaired: wrong.length + (rootWrong ? 1 : 0),
      struck: await this.#strike(standing),
    };
  }

  /** The proposals of which a card or a copy is gone or says something else. */
  async #wrongCards(thread: CaseThread, look: Look, inThread: readonly StandingMessage[]): Promise<string[]> {
    const wrong = new Set<string>();
    for (const posted of latest(thread)) {
      const request = requestOf(thread, posted.eventId);
      if (request === undefined) continue;
      const gate = posted.kind === "gate";
      const message = gate ? gateCard(request, { thread, look }) : await this.#copy(thread, posted);
      const standing = gate ? inThread : await this.#inDirect(posted);
      if (this.#differs(standing, posted, message)) wrong.add(request.handoff.proposalId);
    }
    return [...wrong];
  }

  async #copy(thread: CaseThread, posted: Posted): Promise<Message> {
    const request = requestOf(thread, posted.eventId);
    if (request === undefined) return { text: "", blocks: [] };
    const card = thread.messages.findLast((m) => m.kind === "gate" && m.eventId === posted.eventId);
    const link = card === undefined ? undefined : await this.#options.links.to(card);
    return directMessage(thread, request, link);
  }

  #inDirect({ channel, ts }: Posted): Promise<readonly StandingMessage[]> {
    return this.#options.outbox.standing({ channel, since: Number(ts) * 1000 - 1 });
  }

  /** Forgets what was drawn there if it is not what stands there, so that the next drawing is sent. */
  #differs(standing: readonly StandingMessage[], place: Place, wanted: Message): boolean {
    const found = standing.find(({ place: { ts } }) => ts === place.ts);
    const stands = found === undefined ? "gone" : sha256(shownIn(found.blocks));
    if (stands === sha256(shownIn(wanted.blocks))) return false;
    const key = `${place.channel} ${place.ts}`;
    if (this.#tried.get(key) === stands) return false;
    this.#tried.set(key, stands);
    this.#options.desk.forget(place);
    return true;
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
      const key = `${place.channel} ${place.ts}`;
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
  return { seen: a.seen + b.seen, repaired: a.repaired + b.repaired, struck: a.struck + b.struck };
}
