/**
 * Cards of other cases that ask for the same action say so when that changes. A courtesy: what Slack does not take now
 * the reconciler draws later, and nothing here holds up the card it happened to.
 */
import { reasonOf } from "../../src/errors.ts";
import { gateCard } from "../blocks/gate-card.ts";
import { cardState } from "../card-state.ts";
import { proposalOf } from "../case-thread.ts";
import type { Outbox } from "../outbox.ts";
import { markOf } from "./card-of.ts";
import type { Desk } from "./desk.ts";
import type { KeyedQueue } from "./queue.ts";

/** Cards that are drawn anew for one event. */
const most = 20;

/** Called outside the case's own turn: each of the others takes its turn in its own. */
export async function redrawSame(
  { desk, outbox, perCase }: { readonly desk: Desk; readonly outbox: Outbox; readonly perCase: KeyedQueue },
  { caseId, proposalId }: { readonly caseId: string; readonly proposalId: string },
): Promise<void> {
  const ask = proposalOf(await desk.read(caseId), proposalId)?.handoff.ask;
  if (ask === undefined) return;
  await desk.board.catchUp();
  const others = desk.board.sameAs(caseId, ask).filter(({ status }) => status === "pending");
  for (const other of others.slice(0, most)) {
    await perCase
      .run(other.caseId, () => redrawOne(desk, outbox, other))
      .catch((error: unknown) => {
        const { diagnostics } = desk.options;
        diagnostics.warn(
          { error: reasonOf(error), caseId: other.caseId },
          "slack: a card of the same action",
        );
      });
  }
}

async function redrawOne(
  desk: Desk,
  outbox: Outbox,
  { caseId, proposalId }: { readonly caseId: string; readonly proposalId: string },
): Promise<void> {
  const thread = await desk.read(caseId);
  const request = thread.requests.findLast(({ handoff }) => handoff.proposalId === proposalId);
  if (request === undefined || cardState(thread, request) !== "open") return;
  const look = await desk.look(thread);
  const message = gateCard(request, { thread, look });
  for (const { kind, eventId, channel, ts } of thread.messages) {
    if (kind !== "gate" || eventId !== request.eventId) continue;
    await desk.redraw(outbox, { place: { channel, ts }, mark: markOf(thread, request), message });
  }
}
