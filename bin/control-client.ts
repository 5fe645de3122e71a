/** A bus to say something on: Redis itself, the local bus, or, while `hatrack start` holds that, through it. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Bus, StoredEvent } from "../src/bus/bus.ts";
import { HatrackError } from "../src/errors.ts";
import type { AnyEvent } from "../src/events/envelope.ts";
import { eventText } from "../src/events/parse.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import type { Config } from "./config.ts";
import { ControlFile, controlFile } from "./control.ts";
import { loadKeys } from "./keys.ts";
import { openBus } from "./open-bus.ts";

export type TalkingBus = Pick<Bus, "read" | "publish" | "follow">;

export async function withWritableBus<T>(config: Config, work: (bus: TalkingBus) => Promise<T>): Promise<T> {
  const running = config.redis === undefined ? await readControl(config.dataDir) : undefined;
  const whole = await openBus(config, running === undefined ? "write" : "readOnly");
  const keys = await loadKeys(config, "frontEnd");
  const bus = new TrustedBus(whole, keys);
  try {
    if (running === undefined) return await work(bus);
    return await work({
      read: (options) => bus.read(options),
      follow: (options) => bus.follow(options),
      publish: (events) => publishThrough(running, bus.signed(events)),
    });
  } finally {
    await bus.close();
  }
}

type Control = z.infer<typeof ControlFile>;

/** The running process; undefined when there is none (a file left behind by a killed one does not count). */
async function readControl(dataDir: string): Promise<Control | undefined> {
  let control: Control;
  try {
    control = ControlFile.parse(JSON.parse(await readFile(controlFile(dataDir), "utf8")));
  } catch {
    return undefined;
  }
  const answer = await fetch(`${control.url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  );
  return answer?.ok === true ? control : undefined;
}

const Published = z.object({ position: z.string(), partition: z.number() });

async function publishThrough(control: Control, events: readonly AnyEvent[]): Promise<StoredEvent[]> {
  const stored: StoredEvent[] = [];
  for (const event of events) {
    const response = await fetch(`${control.url}/decisions`, {
      method: "POST",
      headers: { authorization: `Bearer ${control.token}`, "content-type": "application/json" },
      body: eventText(event),
    });
    const body: unknown = await response.json();
    if (!response.ok) {
      const why = z.object({ error: z.string() }).safeParse(body).data?.error ?? response.statusText;
      throw new HatrackError("not_taken", `the running hatrack did not take the decision: ${why}`);
    }
    stored.push({ ...Published.parse(body), event });
  }
  return stored;
}
