/**
 * One process of the race at the gate: `race-worker.ts URL KEYS gate`, or `race-worker.ts URL KEYS front-end USER
 * DECISION`, which says the same to every request as soon as it is asked.
 */
import { isoTime, systemClock } from "../../src/clock.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { silent } from "../../src/diagnostics.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { readKeys } from "../../src/gate/key-files.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { RoleTeam } from "../../src/team.ts";
import humanGate from "../../roles/human-gate.ts";
import { members, policy, user } from "./given.ts";

const [url = "", folder = "", kind = "", who = "", decision = ""] = process.argv.slice(2);
const keys = await readKeys(folder);
const bus = new RedisBus({ url, timings: { waitMs: 50, lookMs: 500 } });
await bus.open(["human-gate", "record-watch"]);

if (kind === "gate") {
  const { frontEnd: _, ...own } = keys;
  const directory = {
    onCall: () => Promise.resolve({ ...members("Mia", "Priya"), askedAt: isoTime(systemClock.now()) }),
  };
  const team = new RoleTeam({
    ...{ bus, roles: [humanGate], model: () => undefined, clock: systemClock, diagnostics: silent },
    ...{ keys: own, gate: { policy, directory } },
  });
  await team.start();
} else {
  void answerAll(new TrustedBus(bus, keys));
}

process.send?.("ready");
process.once("disconnect", () => process.exit(0));

async function answerAll(door: TrustedBus): Promise<void> {
  const { signal } = new AbortController();
  for await (const { event } of door.follow({ types: ["handoff.requested"], signal })) {
    // Not awaited: what both front ends say of one request shall reach the log side by side.
    if (isEvent(event, "handoff.requested")) void door.publish([answerTo(event)]);
  }
}

function answerTo({ data, subject }: KnownEvent<"handoff.requested">): KnownEvent<"decision.submitted"> {
  const { proposalId, digest } = data;
  const words = decision === "reject" ? { decision, reason: "It is the service desk." } : { decision };
  return makeEvent({
    id: naturalId("race", who, proposalId),
    source: "/frontends/race",
    type: "decision.submitted",
    ...{ subject, time: isoTime(systemClock.now()) },
    data: { ...words, principal: user(who), surface: "terminal", proposalId, digest },
  });
}
