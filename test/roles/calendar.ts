/** A calendar role at work on a local bus: what was said before, one firing, what the role says to it. */
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { StoredEvent, Subscription } from "../../src/bus/bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { isEvent, isForeign } from "../../src/events/envelope.ts";
import { naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import type { Window } from "../../src/agent/calendar.ts";
import type { ModelOf, Role } from "../../src/agent/role.ts";
import { hour } from "../memory/saying.ts";

export const window = { start: hour(0), end: hour(12) };
export const noModel: ModelOf = () => undefined;

export interface AtWork {
  readonly bus: LocalBus;
  /** Fires the role's schedule over a window and gives what it reported, in order. */
  fire(over?: Window): Promise<KnownEvent[]>;
  /** The traces of all its runs. */
  traces(): Promise<KnownEvent<"role.worked">[]>;
  close(): Promise<void>;
}

/** The role's schedule over a window; the same window is the same event. */
export function firing(role: Role, over: Window = window): KnownEvent<"schedule.fired"> {
  return makeEvent({
    ...{
      id: naturalId("fired", role.name, over.start, over.end),
      source: "/schedules",
      type: "schedule.fired",
    },
    ...{ subject: `calendar:${role.name}`, time: over.end },
    data: { role: role.name, window: over, nominal: over.end },
  });
}

/** Publishes the events, then starts the role. */
export async function atWork(
  role: Role,
  events: readonly KnownEvent[],
  model: ModelOf = noModel,
): Promise<AtWork> {
  const bus = new LocalBus();
  await bus.open([role.name]);
  await bus.publish(events);
  const subscription: Subscription = role.start({
    bus,
    clock: systemClock,
    diagnostics: silent,
    model,
    tools: [],
  });
  return {
    bus,
    fire: async (over = window) => {
      const [stored] = await bus.publish([firing(role, over)]);
      await settled(bus, role.name);
      return (await causedBy(bus, stored)).filter(({ type }) => type !== "role.worked");
    },
    traces: async () => {
      const traces: KnownEvent<"role.worked">[] = [];
      for await (const { event } of bus.read({ types: ["role.worked"] })) {
        if (isEvent(event, "role.worked")) traces.push(event);
      }
      return traces;
    },
    close: async () => {
      await subscription.close();
      await bus.close();
    },
  };
}

/** Until the group has nothing left to handle. */
async function settled(bus: LocalBus, group: string): Promise<void> {
  for (;;) {
    const status = (await bus.groups()).find((each) => each.group === group);
    if (status !== undefined && status.lag === 0 && status.pending === 0) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

async function causedBy(bus: LocalBus, cause: StoredEvent | undefined): Promise<KnownEvent[]> {
  const said: KnownEvent[] = [];
  for await (const { event } of bus.read(cause === undefined ? {} : { after: cause.position })) {
    if (!isForeign(event) && event.causationid === cause?.event.id) said.push(event);
  }
  return said;
}
