/** A process for local-file.test.ts to kill: three roles on one file. Prints a line for each event on the log. */
import { LocalBus } from "../../src/bus/local-bus.ts";
import { says } from "../../src/bus/bus.ts";
import { advanced, canary, missed } from "./conformance/harness.ts";

const [file = "", roots = "0"] = process.argv.slice(2);
const source = "/roles/tester";
let answers = 0;
/** A different answer at each asking: a handling done twice shows as two events. */
const answer = (): string => `process ${process.pid}, answer ${(answers += 1)}`;

const bus = new LocalBus({ file, timings: { lookMs: 10, backoffMs: 2 } });
await bus.open(["one", "two", "three"]);
bus.subscribe("one", ["canary.sent"], ({ event }) => says(missed(event.data.canaryId, answer())), { source });
bus.subscribe("two", ["canary.missed"], () => says(advanced("two", answer())), { source });
const last = () => says({ type: "entry.redriven", data: { group: "three", position: answer() } } as const);
bus.subscribe("three", ["source.advanced"], last, { source });

void bus.publish(Array.from({ length: Number(roots) }, (_, i) => canary(`root ${i}`, `case ${i}`)));
for await (const { event } of bus.follow({ signal: new AbortController().signal })) {
  process.stdout.write(`${event.id}\n`);
}
