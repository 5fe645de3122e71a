/** Two front ends and two gates as processes of their own, on one Redis: lessons 30 and 32 as they happen. */
import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Bus } from "../../src/bus/bus.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { isoTime, systemClock } from "../../src/clock.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { caseIdOf, naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { gateList } from "../../src/gate/front.ts";
import { makeKeys } from "../../src/gate/key-files.ts";
import type { Keyring } from "../../src/gate/keys.ts";
import { gateSays } from "../../src/gate/says.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { RedisServer } from "../bus/redis-server.ts";
import { requires } from "../require.ts";
import { types, user } from "./given.ts";

const pairs = 1_000;
const forgeries = 20;

function proposal(n: number): KnownEvent<"action.proposed"> {
  return makeEvent({
    id: naturalId("race", n),
    source: "/roles/ir-lead",
    type: "action.proposed",
    subject: caseIdOf({ source: "race", sourceId: String(n) }),
    time: isoTime(systemClock.now()),
    data: {
      ...{ verb: "isolate_host", target: { type: "host", value: "FIN-WS-042" }, parameters: {} },
      ...{ rationale: "A beacon.", evidence: [], opinion: { reversible: true, blastRadius: "one host" } },
    },
  });
}

/** What a role's process that went wrong, or was taken over, might append. */
function forged({ id: proposalId, subject }: KnownEvent): KnownEvent<"action.decided"> {
  return makeEvent({
    ...{ id: naturalId("forged", proposalId), source: "/roles/human-gate", type: "action.decided", subject },
    time: isoTime(systemClock.now()),
    data: { proposalId, outcome: "authorised", by: [user("Mia")], why: "1 of 1.", digest: "0".repeat(64) },
  });
}

/** What came of each proposal, once both people have been answered about every one. */
async function outcomes(bus: Bus): Promise<Map<string, KnownEvent[]>> {
  const said = new Map<string, KnownEvent[]>();
  let answered = 0;
  const done = new AbortController();
  for await (const { event } of bus.follow({ types: gateSays, signal: done.signal })) {
    if (!isEvent(event, "action.decided", "decision.refused")) continue;
    const proposalId = event.data.proposalId ?? "";
    said.set(proposalId, [...(said.get(proposalId) ?? []), event]);
    answered += 1;
    if (answered === 2 * pairs) break;
  }
  done.abort();
  return said;
}

/** The entries an alarm was raised for, once there are as many as were forged. */
async function alarmed(bus: Bus): Promise<string[]> {
  const alarms: string[] = [];
  const done = new AbortController();
  for await (const { event } of bus.follow({ types: ["record.distrusted"], signal: done.signal })) {
    if (isEvent(event, "record.distrusted")) alarms.push(event.data.eventId);
    if (alarms.length === forgeries) break;
  }
  done.abort();
  return alarms;
}

describe.skipIf(!requires("redis"))("the gate raced by processes", () => {
  let server: RedisServer;
  let folder: string;
  let keys: Keyring;
  let workers: ChildProcess[] = [];

  beforeEach(async () => {
    server = await RedisServer.start();
    folder = await mkdtemp(join(tmpdir(), "hatrack-race-"));
    keys = await makeKeys(folder);
  });
  afterEach(async () => {
    for (const worker of workers) worker.kill("SIGKILL");
    workers = [];
    await server.stop();
    await rm(folder, { recursive: true, force: true });
  });

  async function start(...args: string[]): Promise<void> {
    const worker = fork(new URL("./race-worker.ts", import.meta.url), [server.url, folder, ...args], {
      execArgv: ["--disable-warning=ExperimentalWarning"],
    });
    workers.push(worker);
    await once(worker, "message");
  }

  it("gives 1,000 pairs of simultaneous decisions one outcome each and tells the loser; a forgery changes nothing", async () => {
    const whole = new RedisBus({ url: server.url, timings: { waitMs: 50 } });
    await whole.open(["human-gate", "record-watch"]);
    await Promise.all([start("gate"), start("gate")]);
    await Promise.all([start("front-end", "Mia", "authorise"), start("front-end", "Priya", "reject")]);
    const proposals = Array.from({ length: pairs }, (_, n) => proposal(n));
    await whole.publish(proposals.slice(0, forgeries).map(forged));
    for (let from = 0; from < pairs; from += 100) await whole.publish(proposals.slice(from, from + 100));

    const bus = new TrustedBus(whole, { trusted: keys.trusted });
    const said = await outcomes(bus);
    expect(said.size).toBe(pairs);
    const kinds = [...said.values()].map((both) => types(both).sort().join());
    expect(new Set(kinds)).toEqual(new Set(["action.decided,decision.refused"]));
    const losers = [...said.values()].flat().filter((event) => isEvent(event, "decision.refused"));
    expect(new Set(losers.map(({ data }) => data.rule))).toEqual(new Set(["already_decided"]));
    const statuses = (await gateList(bus, { all: true })).map(({ status }) => status);
    expect(statuses.filter((status) => status === "authorised" || status === "rejected")).toHaveLength(pairs);

    const alarms = await alarmed(whole);
    expect(alarms.sort()).toEqual(
      proposals
        .slice(0, forgeries)
        .map((one) => forged(one).id)
        .sort(),
    );
    expect((await whole.groups()).map(({ dead }) => dead)).toEqual([0, 0]);
    await whole.close();
  }, 60_000);
});
