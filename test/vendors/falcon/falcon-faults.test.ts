import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LocalBus } from "../../../src/bus/local-bus.ts";
import { manualClock } from "../../../src/clock.ts";
import { silent } from "../../../src/diagnostics.ts";
import { alertAt, fakeAndPolling, iso, received, startMs } from "./polling.ts";

const { fake, start } = fakeAndPolling();

describe("polling Falcon through faults", () => {
  const faults = [
    ["429 with Retry-After", { status: 429, headers: { "retry-after": "3" } }],
    [
      "429 with Falcon's own header",
      { status: 429, headers: { "x-ratelimit-retryafter": String(startMs / 1000 + 9) } },
    ],
    ["500", { status: 500 }],
    ["JSON that is cut off", { cut: true }],
    ["half a body that says it is whole", { body: '{"resources": ["cid' }],
    ["another shape", { body: '{"hello": 1}' }],
    ["no answer", { hang: true }],
  ] as const;
  it.each(faults)("loses nothing: %s, in the query and in the entities", async (_name, fault) => {
    fake.add(alertAt("a", -60), alertAt("b", -50));
    const on = await start({ http: { timeoutMs: 300 } });
    fake.faults.push(
      { ...fault, path: "/alerts/queries/alerts/v2" },
      { ...fault, path: "/alerts/entities/alerts/v2" },
    );
    // One poll may fail in its query and the next in its entities.
    for (let polls = 0; polls < 3; polls += 1) await on.poll();
    expect((await received(on.bus)).sort()).toEqual(["a", "b"]);
  });

  it("waits as long as it is asked to, by Falcon's clock, and longer after each failed poll", async () => {
    const waits: number[] = [];
    const wait = (ms: number): Promise<unknown> => Promise.resolve(waits.push(ms));
    // Ours is an hour behind: by it the wait would be an hour and nine seconds.
    const on = await start({
      http: { wait, tries: 2 },
      clock: manualClock(startMs - 3_600_000),
      lookBackMs: 0,
    });
    const limited = { status: 429, headers: { "x-ratelimit-retryafter": String(startMs / 1000 + 9) } };
    fake.faults.push(limited, limited, limited, limited);
    await on.poll();
    await on.poll();
    await on.poll();
    expect(waits).toEqual([9_000, 9_000]);
    expect(on.waits).toEqual([60_000, 120_000, 30_000]);
  });

  it("signs in again when its token ends in the middle of a poll", async () => {
    fake.add(alertAt("a", -60), alertAt("b", -50));
    let once = true;
    fake.onRequest = ({ path }) => {
      if (path === "/alerts/entities/alerts/v2" && once) {
        once = false;
        fake.expire();
      }
    };
    const on = await start();
    await on.poll();
    expect((await received(on.bus)).sort()).toEqual(["a", "b"]);
    expect(fake.calls("/oauth2/token")).toHaveLength(2);
  });

  it("asks for a token once for as long as it lasts", async () => {
    const clock = manualClock(startMs);
    const on = await start({ clock });
    await on.poll();
    clock.advance(1_700_000);
    await on.poll();
    expect(fake.calls("/oauth2/token")).toHaveLength(1);
    clock.advance(100_000);
    await on.poll();
    expect(fake.calls("/oauth2/token")).toHaveLength(2);
  });

  it("names the scope that is missing and ends when it never had it; goes on when it was taken away later", async () => {
    fake.scopes.delete("Alerts: read");
    const first = await start();
    await expect(first.poll()).rejects.toThrow(
      /falcon: .*lacks the scope "Alerts: read".*API clients and keys/,
    );
    fake.scopes.add("Alerts: read");
    const said: string[] = [];
    const second = await start({
      diagnostics: { ...silent, error: (_: object, m: string) => void said.push(m) },
    });
    await second.poll();
    fake.scopes.delete("Alerts: read");
    await second.poll();
    expect(said).toEqual([expect.stringContaining('lacks the scope "Alerts: read"')]);
    fake.scopes.add("Alerts: read");
    fake.add(alertAt("a", -5));
    await second.poll();
    expect(await received(second.bus)).toEqual(["a"]);
  });

  it(
    "loses nothing and doubles nothing, however arrivals, changes, faults and restarts fall",
    { timeout: 30_000 },
    async () => {
      const Step = fc.record({
        fault: fc.option(fc.constantFrom(...faults.slice(0, 6).map(([, fault]) => fault)), { freq: 2 }),
        failing: fc.nat({ max: 5 }),
        arrive: fc.array(fc.nat({ max: 590 }), { maxLength: 4 }),
        change: fc.nat({ max: 9 }),
        restart: fc.boolean(),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(Step, { minLength: 2, maxLength: 6 }), async (steps) => {
          fake.alerts.clear();
          fake.faults.length = 0;
          const clock = manualClock(startMs);
          const bus = new LocalBus({});
          let on = await start({ clock, bus, pageSize: 3 });
          let said = 0;
          for (const [i, { fault, failing, arrive, change, restart }] of steps.entries()) {
            clock.advance(60_000);
            fake.nowMs = clock.now();
            for (const ago of arrive) fake.add(alertAt(`n${(said += 1)}`, (i + 1) * 60 - ago));
            const changed = [...fake.alerts.values()][change];
            if (changed !== undefined)
              fake.add({ ...changed, updated_timestamp: iso(clock.now()), tags: ["seen"] });
            if (fault !== null) for (let n = 0; n < failing; n += 1) fake.faults.push(fault);
            if (restart) {
              await on.stop();
              on = await start({ clock, bus, pageSize: 3 });
            }
            await on.poll().catch(() => undefined);
          }
          fake.faults.length = 0;
          await on.stop();
          on = await start({ clock, bus, pageSize: 3 });
          await on.poll();
          await on.stop();
          // What was created before the first poll looked back to is none of ours.
          const expected = [...fake.alerts.values()].map((each) => each.composite_id.slice(8)).sort();
          expect((await received(bus)).sort()).toEqual(expected);
          await bus.close();
        }),
        { numRuns: 15 },
      );
    },
  );
});
