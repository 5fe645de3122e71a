/** A bus to say something on: Redis itself, the local bus, or, while `hatrack start` holds that, through it. */
import { readFile } from "node:fs/promises";
import { z } from "zod";
import type { Bus, DeadLetters, StoredEvent } from "../src/bus/bus.ts";
import { HatrackError } from "../src/errors.ts";
import type { AnyEvent } from "../src/events/envelope.ts";
import { eventText } from "../src/events/parse.ts";
import { TrustedBus } from "../src/gate/trusted-bus.ts";
import type { Config } from "./config.ts";
import { ControlFile, controlFile } from "./control.ts";
import { loadKeys } from "./keys.ts";
import { openBus } from "./open-bus.ts";

export interface TalkingBus extends Pick<Bus, "read" | "publish" | "follow"> {
  readonly dead: Pick<DeadLetters, "redrive" | "discard">;
}

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
      dead: {
        redrive: (group, position) => settleThrough(running, "redrive", { group, position }),
        discard: (group, position) => settleThrough(running, "discard", { group, position }),
      },
    });
  } finally {
    await bus.close();
  }
}

type Control = z.infer<typeof ControlFile>;

/** The running `hatrack start`; undefined when there is none (a file left behind by a killed one does not count). */
export async function readControl(dataDir: string): Promise<Control | undefined> {
  let control: Control;
  try {
    control = ControlFile.parse(JSON.parse(await readFile(controlFile(dataDir), "utf8")));
  } catch {
    return undefined;
  }
  const answer = await fetch(`${control.url}/healthz`, { signal: AbortSignal.timeout(2_000) }).catch(
    () => undefined,
  );
  // Another program may have been given the port since.
  const health = Health.safeParse(
    answer?.ok === true ? await answer.json().catch(() => undefined) : undefined,
  );
  return health.data?.pid === control.pid ? control : undefined;
}

const Health = z.object({ pid: z.int() });
const Published = z.object({ position: z.string(), partition: z.number() });

async function publishThrough(control: Control, events: readonly AnyEvent[]): Promise<StoredEvent[]> {
  const stored: StoredEvent[] = [];
  for (const event of events) {
    stored.push({ ...Published.parse(await post(control, "/decisions", eventText(event))), event });
  }
  return stored;
}

async function settleThrough(
  control: Control,
  what: "redrive" | "discard",
  letter: { readonly group: string; readonly position: string },
): Promise<boolean> {
  const answer = await post(control, `/dead/${what}`, JSON.stringify(letter));
  return z.object({ settled: z.boolean() }).parse(answer).settled;
}

async function post(control: Control, path: string, body: string): Promise<unknown> {
  const headers = { authorization: `Bearer ${control.token}`, "content-type": "application/json" };
  const response = await fetch(`${control.url}${path}`, { method: "POST", headers, body });
  const answer: unknown = await response.json();
  if (response.ok) return answer;
  const why = z.object({ error: z.string() }).safeParse(answer).data?.error ?? response.statusText;
  throw new HatrackError("not_taken", `the running hatrack (process ${control.pid}) refused: ${why}`);
}
