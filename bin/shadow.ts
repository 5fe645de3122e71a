/**
 * Shadow: the roles work on live alerts and nobody is shown anything. The log says so, and stays a shadow's: whoever
 * posts would otherwise post all of its old questions at once.
 */
import type { Bus } from "../src/bus/bus.ts";
import { isoTime, systemClock } from "../src/clock.ts";
import { HatrackError } from "../src/errors.ts";
import { isEvent, type KnownEvent } from "../src/events/envelope.ts";
import { naturalId } from "../src/events/ids.ts";
import { makeEvent } from "../src/events/parse.ts";
import type { Config } from "./config.ts";

const subject = "shadow";

/** @throws HatrackError `log_not_shadow` for a log on which people were shown something */
export async function enterShadow(bus: Bus, { recall }: Pick<Config, "recall">): Promise<void> {
  for await (const { event } of bus.read({ types: ["message.posted", "decision.submitted"] })) {
    throw new HatrackError(
      "log_not_shadow",
      `shadow: on this log people were shown something (${event.type}, ${event.time}); expected a log of its own, such as --data shadow`,
    );
  }
  const time = isoTime(systemClock.now());
  const id = naturalId("shadow.started", time);
  const data = { recall };
  await bus.publish([makeEvent({ id, source: "/operations", type: "shadow.started", subject, time, data })]);
}

/** How the shadow was begun; undefined: the log is none. */
export async function shadowOf(bus: Pick<Bus, "read">): Promise<KnownEvent<"shadow.started"> | undefined> {
  for await (const { event } of bus.read({ subject, types: ["shadow.started"] })) {
    if (isEvent(event, "shadow.started")) return event;
  }
  return undefined;
}

/** For whoever posts. @throws HatrackError `log_is_shadow` */
export async function refuseShadow(bus: Pick<Bus, "read">): Promise<void> {
  const begun = await shadowOf(bus);
  if (begun === undefined) return;
  throw new HatrackError(
    "log_is_shadow",
    `this log is a shadow's, since ${begun.time}: all it would have asked would be posted at once; expected start --shadow, or a log of its own`,
  );
}
