/**
 * Sends a canary when its schedule fires, and says what became of it. Everything it says has an id of its window, so
 * that each window has one canary whatever crashes, and any number of processes may run this.
 */
import { says, skip, stop, type Bus, type Delivery, type Handled, type Subscription } from "../bus/bus.ts";
import { isoTime, type Clock } from "../clock.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import { naturalId, sourcePath } from "../events/ids.ts";
import { makeEvent } from "../events/parse.ts";
import { canaryAlert, canaryMinutes, canaryState } from "./canary.ts";

export const canaryRole = "canary";
const on = ["schedule.fired", "canary.sent"] as const;
type Told = Delivery<(typeof on)[number]>;

export interface CanaryOptions {
  readonly bus: Pick<Bus, "subscribe" | "publish" | "read">;
  readonly clock: Clock;
  /** How often it is looked for while it is on its way, milliseconds. Default 5,000. */
  readonly lookMs?: number;
}

export function startCanary(options: CanaryOptions): Subscription {
  return options.bus.subscribe(canaryRole, on, (told) => handle(options, told), {
    source: "/operations",
    concurrency: 1,
    wants: (event) => !isEvent(event, "schedule.fired") || event.data.role === canaryRole,
  });
}

async function handle(options: CanaryOptions, { event }: Told): Promise<Handled> {
  return isEvent(event, "schedule.fired") ? send(options, event) : look(options, event);
}

/** A window that is over when it is caught up tells nothing of now: no canary is sent for it. */
async function send({ bus, clock }: CanaryOptions, { data }: KnownEvent<"schedule.fired">): Promise<Handled> {
  const due = Date.parse(data.nominal) + canaryMinutes * 60_000;
  if (clock.now() >= due) return skip("canary: its window was over before anything ran");
  const alert = canaryAlert(data.local ?? data.nominal, data.nominal);
  const { caseId, source, sourceId } = alert;
  const about = { subject: caseId, time: isoTime(clock.now()) };
  await bus.publish([
    makeEvent({
      id: naturalId("alert", source, sourceId),
      source: sourcePath(source),
      type: "alert.received",
      ...about,
      data: alert,
    }),
    makeEvent({
      id: naturalId("canary.sent", caseId),
      source: "/operations",
      type: "canary.sent",
      ...about,
      data: { canaryId: caseId, due: isoTime(due) },
    }),
  ]);
  return skip("canary: sent");
}

async function look(
  { bus, clock, lookMs = 5_000 }: CanaryOptions,
  { subject, time, data }: KnownEvent<"canary.sent">,
): Promise<Handled> {
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read({ subject })) events.push(event);
  const { canaryId } = data;
  const found = canaryState(events);
  if (found.state === "passed") {
    const seconds = Math.max(0, clock.now() - Date.parse(time)) / 1000;
    return says({ type: "canary.passed", data: { canaryId, seconds } });
  }
  const over = found.state === "absurd" || clock.now() >= Date.parse(data.due);
  if (!over) return stop("the canary is on its way", lookMs);
  return says({ type: "canary.missed", data: { canaryId, stoppedAt: found.stoppedAt.slice(0, 200) } });
}
