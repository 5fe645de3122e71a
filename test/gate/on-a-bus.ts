/** The human gate at work on a local bus: proposals and clicks go in, what came of them is read from the log. */
import { setImmediate } from "node:timers/promises";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { isoTime, manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import type { Directory, DirectoryAnswer } from "../../src/gate/directory.ts";
import type { Policy } from "../../src/gate/policy.ts";
import { gateSays } from "../../src/gate/says.ts";
import { gateSource } from "../../src/gate/state.ts";
import humanGate from "../../roles/human-gate.ts";
import { ask, caseId, members, policy, start, user } from "./given.ts";

type Said = KnownEvent<(typeof gateSays)[number]>;

let serial = 0;

/** A directory a test moves people in and out of; it counts its calls. */
export class Crowd implements Directory {
  readonly calls: string[] = [];
  #answer: DirectoryAnswer = members();
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  are(answer: DirectoryAnswer): void {
    this.#answer = answer;
  }

  /** Answers a turn of the event loop later, as one behind a network would: handlers run side by side meanwhile. */
  async onCall(role: string): Promise<DirectoryAnswer> {
    this.calls.push(role);
    await setImmediate();
    return { ...this.#answer, askedAt: isoTime(this.#now()) };
  }
}

export async function gateOnABus(over: Partial<Policy> = {}) {
  const clock = manualClock(start);
  const bus = new LocalBus({ clock });
  const crowd = new Crowd(() => clock.now());
  await bus.open([humanGate.name]);
  const deps = { bus, clock, diagnostics: silent, model: () => undefined, tools: [] };
  const gate = humanGate.start({ ...deps, gate: { policy: { ...policy, ...over }, directory: crowd } });
  const close = async (): Promise<void> => {
    await gate.close();
    await bus.close();
  };
  return { bus, clock, crowd, close, stop: () => gate.close() };
}

export type GateOnABus = Awaited<ReturnType<typeof gateOnABus>>;

type Request = KnownEvent<"handoff.requested">["data"];

/** Publishes a proposal and waits for what the gate makes of it. */
export async function propose(on: GateOnABus, host?: string): Promise<Request> {
  const [request] = await proposeMany(on, 1, host);
  if (request === undefined) throw new Error("it was not asked");
  return request;
}

/** As many proposals of one case, published at once. */
export async function proposeMany(on: GateOnABus, count: number, host = "FIN-WS-042"): Promise<Request[]> {
  const { verb, parameters, rationale, evidence } = ask();
  const events = Array.from({ length: count }, () => {
    serial += 1;
    return makeEvent({
      id: naturalId("proposal", serial),
      source: "/roles/ir-lead",
      type: "action.proposed",
      ...{ subject: caseId, time: isoTime(on.clock.now()) },
      data: {
        ...{ verb, parameters, rationale, evidence, target: { type: "host", value: host } },
        opinion: { reversible: true, blastRadius: "one host" },
      },
    });
  });
  await on.bus.publish(events);
  const said = (await answersTo(on, events)).flat();
  return said.flatMap((event) => (isEvent(event, "handoff.requested") ? [event.data] : []));
}

/** A click, as a front end publishes it. */
export function click(
  on: GateOnABus,
  who: string,
  request: { proposalId: string; digest: string },
  words: object = { decision: "authorise" },
): KnownEvent<"decision.submitted"> {
  serial += 1;
  const { proposalId, digest } = request;
  return makeEvent({
    id: naturalId("click", serial),
    source: "/frontends/test",
    type: "decision.submitted",
    ...{ subject: caseId, time: isoTime(on.clock.now()) },
    data: { principal: user(who), surface: "terminal", proposalId, digest, ...words },
  });
}

/** What the gate said to each of these events, once it has said something to every one. */
export async function answersTo({ bus }: GateOnABus, causes: readonly { id: string }[]): Promise<Said[][]> {
  const waiting = new Set(causes.map((cause) => cause.id));
  const done = new AbortController();
  for await (const { event } of bus.follow({ types: gateSays, signal: done.signal })) {
    if (event.causationid !== undefined) waiting.delete(event.causationid);
    if (waiting.size === 0) break;
  }
  done.abort();
  const said = Map.groupBy(await saidBy({ bus }), (event) => event.causationid);
  return causes.map((cause) => said.get(cause.id) ?? []);
}

/** Everything the gate has said, in log order. */
export async function saidBy({ bus }: Pick<GateOnABus, "bus">): Promise<Said[]> {
  const said: Said[] = [];
  for await (const { event } of bus.read({ types: gateSays })) {
    if (isEvent(event, ...gateSays) && event.source === gateSource) said.push(event);
  }
  return said;
}

/** Publishes clicks at once and waits until each has been answered. */
export async function clicked(
  on: GateOnABus,
  ...clicks: KnownEvent<"decision.submitted">[]
): Promise<Said[][]> {
  await Promise.all(clicks.map((one) => on.bus.publish([one])));
  return answersTo(on, clicks);
}
