/**
 * What a shadow's log holds, as worked tickets: live alerts, what the roles made of them, and how the source's own
 * people closed them since. A true positive counts as escalated: a closing tag does not say whom it was handed to.
 */
import { createHash } from "node:crypto";
import type { Bus } from "../bus/bus.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { EventType } from "../events/catalogue.ts";
import { isCanary } from "../events/ids.ts";
import type { Verdict } from "../events/vocabulary.ts";
import { whoStands } from "../memory/case-record.ts";
import { CaseWork, workTypes } from "./case-work.ts";
import type { WorkedTicket } from "./worked-ticket.ts";

export interface Asked {
  readonly role: string;
  /** "isolate host". */
  readonly what: string;
  readonly times: number;
}

export interface ShadowWork {
  readonly worked: readonly WorkedTicket[];
  /** From the first alert to the last event, to a tenth. */
  readonly days: number;
  /** SHA-256 of which alerts and labels there are. */
  readonly dataHash: string;
  /** Whom it would have asked for what, the most often first. */
  readonly asked: readonly Asked[];
}

const types = [...workTypes, "case.labelled", "case.unlabelled"] as const satisfies readonly EventType[];
const dayMs = 86_400_000;

export async function shadowWork(bus: Pick<Bus, "read">): Promise<ShadowWork> {
  const cases = new Map<string, ShadowCase>();
  const asked = new Map<string, Asked>();
  const hash = createHash("sha256");
  let [first, last] = [Infinity, 0];
  for await (const { event } of bus.read({ types })) {
    if (isCanary(event.subject)) continue;
    const at = Date.parse(event.time);
    const one = cases.get(event.subject) ?? new ShadowCase();
    if (isEvent(event, "alert.received")) cases.set(event.subject, one);
    if (isEvent(event, "alert.received", "case.labelled", "case.unlabelled")) hash.update(`${event.id}\n`);
    if (isEvent(event, "alert.received")) first = Math.min(first, at);
    if (isEvent(event, "handoff.requested")) countAsked(asked, event);
    one.evolve(event);
    last = Math.max(last, at);
  }
  return {
    worked: [...cases.values()].flatMap((one) => one.worked() ?? []),
    days: cases.size === 0 ? 0 : Math.round(((last - first) / dayMs) * 10) / 10,
    dataHash: hash.digest("hex"),
    asked: [...asked.values()].toSorted(
      (a, b) => b.times - a.times || (a.role + a.what < b.role + b.what ? -1 : 1),
    ),
  };
}

function countAsked(asked: Map<string, Asked>, { data }: KnownEvent<"handoff.requested">): void {
  const { role } = data.bar.addressed;
  const what = data.ask.verb.replaceAll("_", " ");
  const key = `${role} ${what}`;
  asked.set(key, { role, what, times: (asked.get(key)?.times ?? 0) + 1 });
}

class ShadowCase {
  readonly #work = new CaseWork();
  /** What a person takes back is theirs: how the source closed it stands on. */
  readonly #labels: Partial<Record<"person" | "source", KnownEvent<"case.labelled">>> = {};

  evolve(event: AnyEvent): void {
    this.#work.evolve(event);
    if (isEvent(event, "case.unlabelled")) delete this.#labels.person;
    if (isEvent(event, "case.labelled")) {
      this.#labels[event.data.from === "source" ? "source" : "person"] = event;
    }
  }

  worked(): WorkedTicket | undefined {
    const { alert } = this.#work;
    const worked = this.#work.worked();
    if (alert === undefined || worked === undefined) return undefined;
    const common = { ticketId: alert.data.sourceId, createdAt: alert.time, ...worked, precedents: 0 };
    const label = this.#label();
    if (label === undefined) return common;
    const { verdict, time: closedAt } = label;
    return { ...common, closedAt, human: { escalated: verdict === "true_positive", verdict } };
  }

  #label(): { readonly verdict: Verdict; readonly time: string } | undefined {
    const of = (label: KnownEvent<"case.labelled"> | undefined) =>
      label && { verdict: label.data.verdict, time: label.time };
    return whoStands({ person: of(this.#labels.person), source: of(this.#labels.source) })?.said;
  }
}
