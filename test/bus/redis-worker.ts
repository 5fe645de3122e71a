/**
 * A worker in a process of its own: `redis-worker.ts URL race` decides each subject once; `redis-worker.ts URL
 * poison` dies of the canary "poison".
 */
import { setTimeout as delay } from "node:timers/promises";
import { says } from "../../src/bus/bus.ts";
import { fast, missed, openBus } from "./redis-help.ts";

const [url = "", kind = ""] = process.argv.slice(2);
const bus = await openBus({ url }, ["work"], { timings: { ...fast, maxDeliveries: 2 } });

if (kind === "race") {
  bus.subscribe(
    "work",
    ["canary.sent"],
    async ({ event, state }) => {
      // Long enough for the other process to read the same state.
      await delay(Math.random() * 2);
      return says(missed(event.data.canaryId, state === undefined ? "decided" : "refused"));
    },
    {
      source: "/test",
      concurrency: 32,
      state: { key: ({ subject }) => subject, evolve: () => "decided", parse: String },
    },
  );
} else {
  bus.subscribe(
    "work",
    ["canary.sent"],
    ({ event }) => {
      if (event.data.canaryId === "poison") process.exit(9);
      return says(missed(event.data.canaryId));
    },
    { source: "/test", concurrency: 16 },
  );
}

process.send?.("ready");
process.once("disconnect", () => process.exit(0));
