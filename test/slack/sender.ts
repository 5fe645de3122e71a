/** Processes that send, over one local bus and one Slack in memory. */
import { slackConfig } from "../../slack/config.ts";
import { CaseLane } from "../../slack/lanes/case-lane.ts";
import { Desk } from "../../slack/lanes/desk.ts";
import { CardRefs } from "../../slack/card-refs.ts";
import { Links } from "../../slack/links.ts";
import { DirectCards } from "../../slack/lanes/direct-cards.ts";
import { DirectLane } from "../../slack/lanes/direct-lane.ts";
import { GateLane } from "../../slack/lanes/gate-lane.ts";
import type { Outbox } from "../../slack/outbox.ts";
import { groupMention } from "../../slack/text.ts";
import type { Delivery, Handled } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { outputId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { FakeSlack } from "./fake-slack.ts";
import { alert, asked, mia, openedAt, said, triage } from "./given.ts";
import { soc } from "./soc.ts";

export interface Process {
  readonly desk: Desk;
  readonly gate: GateLane;
  readonly copies: DirectLane;
  readonly cases: CaseLane;
}

export class Sending {
  readonly slack = new FakeSlack();
  readonly bus: LocalBus;

  constructor(bus = new LocalBus()) {
    this.bus = bus;
  }

  /** One process that sends; it started before the case was opened unless said otherwise. */
  started(over: { startedAt?: number; chatter?: Outbox } = {}): Process {
    const { bus, slack } = this;
    const flaws = { guest: false, deactivated: false, bot: false };
    const member = { principal: mia, name: "Mia", personId: "mia", ...flaws };
    const desk = new Desk({
      refs: new CardRefs(new Uint8Array(32), manualClock(openedAt)),
      ...{ bus, surface: "slack", config: slackConfig(soc), diagnostics: silent },
      groups: { mentionOf: () => Promise.resolve(groupMention("S0IRLEAD")) },
      clock: manualClock(over.startedAt ?? openedAt - 60_000),
    });
    const answer = {
      kind: "members",
      group: "g",
      askedAt: "2026-03-02T10:00:00.000Z",
      members: [member],
    } as const;
    const isWorkspace = (origin: string): boolean => origin === "https://home.slack.com";
    const directory = { onCall: () => Promise.resolve(answer) };
    const links = new Links(slack.outbox(), isWorkspace);
    const direct = new DirectCards(desk, slack.outbox(), { directory, links });
    return {
      desk,
      gate: new GateLane(desk, slack.outbox()),
      copies: new DirectLane(desk, direct),
      cases: new CaseLane(desk, over.chatter ?? slack.outbox()),
    };
  }

  /** What the bus does with a handler's outputs. */
  async commit(event: KnownEvent, handled: Handled): Promise<void> {
    if (!("events" in handled)) throw new Error(`expected events, got ${JSON.stringify(handled)}`);
    const outputs = handled.events.map(({ type, data }, position) =>
      makeEvent({
        id: outputId({ group: "g", cause: event.id, position, type, data }),
        ...{ source: "/frontends/slack", type, subject: event.subject, time: event.time, data },
      }),
    );
    await this.bus.publish(outputs);
  }
}

type Delivered<T extends EventType> = Omit<Delivery, "event"> & { readonly event: KnownEvent<T> };

/** At the end of the log: everything there is has been said before it. */
export const delivery = <T extends EventType>(event: KnownEvent<T>, deliveries = 1): Delivered<T> => ({
  ...{ event, deliveries, position: "9999999999999-0", partition: 0, state: undefined },
  signal: new AbortController().signal,
});

export const opened = said("alert.received", alert(), { at: openedAt });
export const found = said("alert.triaged", triage(), { source: "/roles/sentinel" });
export const requested = said("handoff.requested", asked("p1"));
