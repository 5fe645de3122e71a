/** The front end in a process of its own: `sender-process.ts REDIS WORKSPACE`; says when it stands, and when it sends. */
import { startSlack } from "../../slack/start.ts";
import { systemClock } from "../../src/clock.ts";
import { silent, type Diagnostics } from "../../src/diagnostics.ts";
import { openBus } from "../bus/redis-help.ts";
import { soc } from "./soc.ts";

const [url = "", workspace = ""] = process.argv.slice(2);
const bus = await openBus({ url }, []);
const diagnostics: Diagnostics = {
  ...silent,
  info: (_, message) => {
    process.send?.(message);
  },
};
await startSlack({
  ...{ bus, soc, clock: systemClock, diagnostics, limitMode: "exact", leaseMs: 1_000 },
  connection: { kind: "local", url: workspace },
});
process.send?.("stands");
process.once("disconnect", () => process.exit(0));
