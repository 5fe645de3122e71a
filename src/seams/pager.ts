/**
 * The pager: rings a telephone when somebody is asked, and again when the next tier is. It decides nothing, and that
 * somebody has heard it is on the record as that and no more.
 */
import { says, type Bus, type Delivery, type Draft, type Handled, type Subscription } from "../bus/bus.ts";
import { pauseFor } from "../clock.ts";
import type { Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { isCanary, naturalId } from "../events/ids.ts";
import { makeEvent } from "../events/parse.ts";

export interface Page {
  /** The event that asks. The same page rung twice has the same id: whoever takes it may drop the second. */
  readonly id: string;
  readonly proposalId: string;
  readonly caseId: string;
  /** The on-call role that is asked, as soc.yaml names it, and its title. */
  readonly role: string;
  readonly title: string;
  /** From 0; above it, an earlier tier did not answer or handed it on. */
  readonly tier: number;
  /** The code on the card. */
  readonly code: string;
  /** Pages of one case, role and tier belong together. */
  readonly together: string;
}

export interface Pager {
  /** "webhook". */
  readonly name: string;
  /** Resolves when it was taken. @throws HatrackError, retryable when it may be taken later */
  ring(page: Page, signal: AbortSignal): Promise<void>;
}

export const pagerGroup = "pager";
const on = ["handoff.requested", "handoff.rerouted"] as const;
type Asking = KnownEvent<(typeof on)[number]>;

export interface PagingOptions {
  readonly bus: Pick<Bus, "subscribe">;
  readonly pager: Pager;
  readonly diagnostics: Diagnostics;
  /** Waits before the second, third, … attempt, milliseconds. */
  readonly backOffMs?: readonly number[];
  readonly wait?: (ms: number, signal: AbortSignal) => Promise<unknown>;
}

/** @throws HatrackError of the bus; what the pager throws ends in `page.failed` */
export function startPaging(options: PagingOptions): Subscription {
  return options.bus.subscribe(pagerGroup, on, (delivery) => ring(options, delivery), {
    source: "/operations",
    confirmed: true,
    // Who edited a request knows of it, and so does the group.
    wants: (event) =>
      !isCanary(event.subject) && (!isEvent(event, "handoff.requested") || event.data.edited === undefined),
  });
}

async function ring(options: PagingOptions, { event, signal }: Delivery<Asking["type"]>): Promise<Handled> {
  const { pager, diagnostics, backOffMs = [1_000, 4_000, 15_000, 60_000] } = options;
  const wait = options.wait ?? pauseFor;
  const page = pageOf(event);
  const about = { proposalId: page.proposalId, eventId: page.id, pager: pager.name };
  for (let attempts = 1; ; attempts += 1) {
    const failure = await attempt(pager, page, signal);
    if (failure === undefined) return says({ type: "page.sent", data: { ...about, attempts } });
    const pauseMs = backOffMs[attempts - 1];
    if (pauseMs === undefined || !failure.retryable) {
      diagnostics.error({ caseId: page.caseId, error: failure.message }, "pager: nobody's telephone rang");
      const why = failure.message.slice(0, 1000);
      return says({ type: "page.failed", data: { ...about, attempts, why } } satisfies Draft);
    }
    await wait(pauseMs, signal);
  }
}

async function attempt(pager: Pager, page: Page, signal: AbortSignal): Promise<HatrackError | undefined> {
  try {
    await pager.ring(page, signal);
    return undefined;
  } catch (error) {
    if (error instanceof HatrackError) return error;
    return new HatrackError("pager_failed", reasonOf(error), { cause: error, retryable: true });
  }
}

function pageOf(event: Asking): Page {
  const { proposalId, bar, code } = event.data;
  const { role, title } = bar.addressed;
  const tier = isEvent(event, "handoff.rerouted") ? event.data.tier : 0;
  const caseId = event.subject;
  const together = naturalId("page", caseId, role, tier);
  return { id: event.id, proposalId, caseId, role, title, tier, code, together };
}

/** Somebody heard it: their name as the pager knows it, which is nobody's right to anything. */
export function acknowledgement(
  page: { readonly eventId: string; readonly proposalId: string; readonly caseId: string },
  heard: { readonly by: string; readonly pager: string; readonly time: string },
): KnownEvent<"page.acknowledged"> {
  const { eventId, proposalId, caseId } = page;
  const { by, pager, time } = heard;
  return makeEvent({
    id: naturalId("page.acknowledged", pager, eventId, by),
    source: "/operations",
    type: "page.acknowledged",
    ...{ subject: caseId, time },
    data: { proposalId, eventId, pager, by },
  });
}
