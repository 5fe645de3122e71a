/** What a process of work does on the log: all that its Redis user must allow. */
import { expect } from "vitest";
import { z } from "zod";
import { says } from "../../src/bus/bus.ts";
import type { RedisBus } from "../../src/bus/redis-bus.ts";
import { canary, count, missed, statusOf, until } from "../bus/conformance/harness.ts";

const State = z.number();

/** Opens, proves the scripts, takes, keeps state, says, buries, looks, follows, leases; and closes. */
export async function work(bus: RedisBus, subjects: readonly string[] = ["system"]): Promise<void> {
  await bus.open(["g"]);
  bus.subscribe<"canary.sent", number>(
    "g",
    ["canary.sent"],
    ({ event }) => {
      if (event.data.canaryId.startsWith("bad")) throw new Error("no");
      return says(missed(event.data.canaryId));
    },
    {
      source: "/operations",
      confirmed: true,
      state: { key: () => "k", evolve: (state = 0) => state + 1, parse: (value) => State.parse(value) },
    },
  );
  for (const subject of subjects) {
    const [good, bad] = [canary(`good ${subject}`, subject), canary(`bad ${subject}`, subject)];
    await bus.publish([good, good, bad]);
  }
  const all = subjects.length;
  await until(bus, (events) => count("entry.dead", all)(events) && count("canary.missed", all)(events));
  expect((await statusOf(bus, "g")).dead).toBe(all);
  const about: string[] = [];
  for await (const { event } of bus.read({ subject: subjects[0] ?? "" })) about.push(event.type);
  expect(about).toContain("canary.missed");
  expect(await bus.lease("l", "me", 1_000)).toBe(true);
  await bus.close();
}
