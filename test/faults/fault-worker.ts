/**
 * A role in a process of its own: `fault-worker.ts URL` answers each canary once; one named "poison" kills it. Says
 * what memory it came to when it is asked.
 */
import { says } from "../../src/bus/bus.ts";
import { RedisBus } from "../../src/bus/redis-bus.ts";
import { fast, missed } from "../bus/redis-help.ts";

const [url = "", concurrency = "8"] = process.argv.slice(2);
const bus = new RedisBus({ url, timings: { ...fast, maxDeliveries: 4 }, durability: "relaxed" });
// Redis may be away just now: whoever keeps it starts it again.
await bus.open(["work"]).catch(() => process.exit(8));
const work = bus.subscribe(
  "work",
  ["canary.sent"],
  ({ event }) => {
    if (event.data.canaryId === "poison") process.exit(9);
    return says(missed(event.data.canaryId.slice(0, 20)));
  },
  { source: "/test", concurrency: Number(concurrency) },
);
// What ends it for good is what a service manager would start it again for.
work.ended.catch(() => process.exit(8));
process.on("message", () => process.send?.(process.memoryUsage().rss));
process.send?.("ready");
process.once("disconnect", () => process.exit(0));
