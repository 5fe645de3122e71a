/** A decision that is said at a terminal: it enters the log like any other, and this waits for what the gate makes of it. */
import type { Bus, StoredEvent } from "../bus/bus.ts";
import { isoTime, type Clock } from "../clock.ts";
import { HatrackError } from "../errors.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { naturalId } from "../events/ids.ts";
import { makeEvent } from "../events/parse.ts";
import type { Principal } from "../events/vocabulary.ts";
import { gateSays, type GateSaying } from "./says.ts";
import { gateSource } from "./state.ts";

export type Door = Pick<Bus, "read" | "publish" | "follow">;

export interface GateAnswer {
  readonly decisionId: string;
  /** All that the gate said to it, in log order; a refusal is among them or it went through. */
  readonly said: readonly KnownEvent<GateSaying>[];
  readonly refused?: EventData<"decision.refused">;
}

/** Who says it, and how long the gate is waited for. */
export interface Speaker {
  readonly principal: Principal;
  readonly clock: Clock;
  readonly signal: AbortSignal;
}

interface Saying {
  readonly decision: EventData<"decision.submitted">["decision"];
  /** What it is about, for its id. */
  readonly key: readonly string[];
  readonly subject: string;
  /** All else that it says. */
  readonly data: object;
}

/** One call is one decision. @throws HatrackError `gate_no_answer` when the signal aborts first */
export async function decided(
  bus: Door,
  { decision, key, subject, data }: Saying,
  { principal, clock, signal }: Speaker,
): Promise<GateAnswer> {
  const time = isoTime(clock.now());
  const event = makeEvent({
    id: naturalId("decision:terminal", principal.team, principal.user, decision, ...key, time),
    source: "/frontends/terminal",
    type: "decision.submitted",
    ...{ subject, time },
    data: { ...data, decision, principal, surface: "terminal" },
  });
  const [stored] = await bus.publish([event]);
  if (stored === undefined) throw new HatrackError("gate_no_answer", "gate: the log took no decision");
  return answerTo(bus, stored, signal);
}

async function answerTo(
  bus: Pick<Door, "read" | "follow">,
  decision: StoredEvent,
  signal: AbortSignal,
): Promise<GateAnswer> {
  const { id, subject } = decision.event;
  const options = { after: decision.position, subject, types: gateSays };
  for await (const { event } of bus.follow({ ...options, signal })) {
    if (event.causationid === id && event.source === gateSource) return collected(bus, options, id);
  }
  throw new HatrackError(
    "gate_no_answer",
    `gate: decision ${id} is on the log but nothing came of it yet; is the role human-gate running ("hatrack status")?`,
    { retryable: true },
  );
}

/** All that one handling says is appended at once, so that where the first is, all are. */
async function collected(
  bus: Pick<Door, "read">,
  options: Parameters<Bus["read"]>[0],
  decisionId: string,
): Promise<GateAnswer> {
  const said: KnownEvent<GateSaying>[] = [];
  for await (const { event } of bus.read(options)) {
    if (isEvent(event, ...gateSays) && event.causationid === decisionId && event.source === gateSource) {
      said.push(event);
    }
  }
  const refused = said.find((event) => event.type === "decision.refused");
  return { decisionId, said, ...(refused === undefined ? {} : { refused: refused.data }) };
}
