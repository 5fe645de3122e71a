import { describe, expect, it } from "vitest";
import { readFileSync } from "node:fs";
import { LocalBus } from "../../../src/bus/local-bus.ts";
import type { Bus } from "../../../src/bus/bus.ts";
import { manualClock } from "../../../src/clock.ts";
import { HatrackError } from "../../../src/errors.ts";
import { isEvent } from "../../../src/events/envelope.ts";
import { dataPath, requires } from "../../require.ts";
import type { FakeAlert } from "./fake-falcon.ts";
import { alertAt, cursors, fakeAndPolling, iso, labels, logged, received, startMs } from "./polling.ts";

/** Dies where the alerts are on the log and their cursor is not. */
class DyingBus extends LocalBus {
  dying = true;
  override publish(events: Parameters<Bus["publish"]>[0]): ReturnType<Bus["publish"]> {
    const killed =
      this.dying &&
      events.some((each) => isEvent(each, "source.advanced") && each.data.cursor !== firstCursor);
    return killed ? Promise.reject(new HatrackError("killed", "killed")) : super.publish(events);
  }
}

/** Said before anything is asked. */
const lookBack = iso(startMs - 600_000);
const firstCursor = JSON.stringify({ since: lookBack, created: lookBack, updated: lookBack });

const { fake, start } = fakeAndPolling();

describe("polling Falcon", () => {
  it.runIf(requires("data"))(
    "puts the real samples on the log, once, closed ones with their label",
    async () => {
      const text = readFileSync(
        dataPath("elastic-integrations-crowdstrike/alerts_v2_resources.jsonl"),
        "utf8",
      );
      const real = text
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as FakeAlert);
      fake.add(...real);
      const on = await start({ lookBackMs: 5 * 365 * 86_400_000 });
      await on.poll();
      await on.poll();
      const events = await logged(on.bus);
      const ids = events.flatMap((e) => (isEvent(e, "alert.received") ? [e.data.sourceId] : []));
      expect(ids.sort()).toEqual(real.map((each) => each.composite_id).sort());
      expect(await labels(on.bus)).toEqual(["true_positive"]);
      expect(events.filter((e) => e.type === "alert.rejected")).toEqual([]);
    },
  );

  it("saves its cursor only after the alerts it stands for", async () => {
    fake.add(alertAt("a", -30), alertAt("b", -20));
    const on = await start();
    await on.poll();
    const types = (await logged(on.bus)).map((e) => e.type);
    const polled = ["alert.received", "alert.received", "source.advanced", "source.advanced"];
    expect(types).toEqual(["source.advanced", ...polled]);
    expect((await cursors(on.bus)).at(-1)).toBe(
      JSON.stringify({
        since: iso(startMs - 600_000),
        created: iso(startMs - 20_000),
        updated: iso(startMs - 20_000),
      }),
    );
  });

  it("begins there again when Falcon did not answer the first start, however long ago that was", async () => {
    const [bus, clock] = [new LocalBus({}), manualClock(startMs)];
    for (let n = 0; n < 4; n += 1) fake.faults.push({ status: 500 });
    const first = await start({ bus, clock });
    await first.poll().catch(() => undefined);
    await first.stop();
    expect(await received(bus)).toEqual([]);
    fake.faults.length = 0;
    fake.add(alertAt("while-away", 60));
    clock.advance(6 * 3_600_000);
    fake.nowMs = clock.now();
    const second = await start({ bus, clock });
    await second.poll();
    expect(await received(bus)).toEqual(["while-away"]);
    await second.stop();
    await bus.close();
  });

  it("begins at the look-back, and does not take up what is older because somebody comments on it", async () => {
    fake.add(alertAt("old", -3600, { updated_timestamp: iso(startMs - 5_000) }), alertAt("new", -60));
    const on = await start();
    await on.poll();
    expect(await received(on.bus)).toEqual(["new"]);
  });

  it("takes what arrives late, with an older time, inside the overlap", async () => {
    fake.add(alertAt("a", 0));
    const on = await start();
    await on.poll();
    fake.add(alertAt("late", -590));
    await on.poll();
    expect(await received(on.bus)).toEqual(["a", "late"]);
  });

  it("takes what was created long ago and is shown only by a change", async () => {
    fake.add(alertAt("a", -60));
    const on = await start({ lookBackMs: 7_200_000 });
    await on.poll();
    fake.add(alertAt("hidden", -7_000, { updated_timestamp: iso(startMs) }));
    await on.poll();
    expect(await received(on.bus)).toEqual(["a", "hidden"]);
  });

  it("says how an alert was closed, once, and again when that changed", async () => {
    fake.add(alertAt("a", -60));
    const on = await start();
    await on.poll();
    const closed = (second: number, tags: string[]): void => {
      fake.add(
        alertAt("a", -60, { status: "closed", tags, updated_timestamp: iso(startMs + second * 1000) }),
      );
    };
    closed(10, ["false_positive"]);
    await on.poll();
    closed(20, ["false_positive", "a comment moved the time"]);
    await on.poll();
    expect(await labels(on.bus)).toEqual(["false_positive"]);
    closed(30, ["true_positive"]);
    await on.poll();
    await on.poll();
    expect(await labels(on.bus)).toEqual(["false_positive", "true_positive"]);
    expect(await received(on.bus)).toEqual(["a"]);
  });

  it("does not say again after a restart what the log has, and says what it has not", async () => {
    fake.add(alertAt("a", -60, { status: "closed", tags: ["true_positive"] }));
    const first = await start();
    await first.poll();
    await first.stop();
    fake.add(alertAt("b", -10));
    const second = await start({ bus: first.bus });
    await second.poll();
    expect(await received(first.bus)).toEqual(["a", "b"]);
    expect(await labels(first.bus)).toEqual(["true_positive"]);
  });

  it("loses and doubles nothing when it is killed between the alerts and the cursor", async () => {
    fake.add(...[1, 2, 3].map((i) => alertAt(String(i), -i)));
    const bus = new DyingBus({});
    const first = await start({ bus });
    await expect(first.poll()).rejects.toThrow("killed");
    expect(await cursors(bus)).toEqual([firstCursor]);
    bus.dying = false;
    const second = await start({ bus });
    await second.poll();
    expect((await received(bus)).sort()).toEqual(["1", "2", "3"]);
    expect((await cursors(bus)).length).toBeGreaterThan(1);
  });

  it("does not loop over an alert that is returned for ever", async () => {
    // Its time of change lies in the future: each poll finds it.
    fake.add(alertAt("a", -60, { updated_timestamp: iso(startMs + 86_400_000) }));
    const on = await start();
    for (let i = 0; i < 5; i += 1) await on.poll();
    expect(await received(on.bus)).toEqual(["a"]);
    expect(fake.calls("/alerts/queries/alerts/v2")).toHaveLength(10);
    // And the cursor did not follow it past Falcon's clock, where what comes next would be lost.
    expect((await cursors(on.bus)).at(-1)).toContain(`"updated":"${iso(startMs)}"`);
    fake.add(alertAt("b", 30));
    fake.nowMs = startMs + 60_000;
    await on.poll();
    expect(await received(on.bus)).toEqual(["a", "b"]);
  });

  it("keeps asking for an alert that is listed and not handed out, and moves on on the record", async () => {
    fake.add(alertAt("a", -60), alertAt("b", -50), alertAt("c", -40));
    fake.withheld.add("cid:ind:b").add("cid:ind:c");
    const on = await start();
    await on.poll();
    expect(await received(on.bus)).toEqual(["a"]);
    expect(await cursors(on.bus)).toEqual([firstCursor]);
    fake.withheld.delete("cid:ind:c");
    for (let i = 0; i < 6; i += 1) await on.poll();
    expect((await received(on.bus)).sort()).toEqual(["a", "c"]);
    const refused = (await logged(on.bus)).flatMap((e) =>
      isEvent(e, "alert.rejected") ? [e.data.reason] : [],
    );
    expect(refused).toEqual([
      expect.stringContaining("cid:ind:b: Falcon lists this alert and does not hand it out"),
    ]);
    expect((await cursors(on.bus)).length).toBeGreaterThan(1);
  });

  it("moves on, on the record, without an alert that was listed once and is gone", async () => {
    fake.add(alertAt("a", -60), alertAt("b", -50));
    fake.withheld.add("cid:ind:b");
    const on = await start();
    await on.poll();
    fake.alerts.delete("cid:ind:b");
    for (let i = 0; i < 3; i += 1) await on.poll();
    expect(await cursors(on.bus)).toEqual([firstCursor]);
    for (let i = 0; i < 2; i += 1) await on.poll();
    expect((await logged(on.bus)).filter((e) => e.type === "alert.rejected")).toHaveLength(1);
    expect((await cursors(on.bus)).length).toBeGreaterThan(1);
  });

  it("puts an alert that does not read on the record once, and reads on", async () => {
    fake.add(
      alertAt("bad", -60, {
        timestamp: "yesterday",
        context_timestamp: "?",
        created_timestamp: iso(startMs),
      }),
    );
    fake.add({
      ...alertAt("worse", -50),
      composite_id: "x".repeat(300),
      name: 7,
      severity: "no number",
      device: "none",
    });
    fake.add(alertAt("good", -40));
    const on = await start();
    await on.poll();
    await on.poll();
    expect((await received(on.bus)).some((id) => id === "good")).toBe(true);
    expect(
      (await logged(on.bus)).filter((e) => e.type === "alert.received" || e.type === "alert.rejected"),
    ).toHaveLength(3);
  });

  it("does not take up again what was counted in another's case, nor label a case that is none", async () => {
    const host = { device: { hostname: "HOST-1", device_id: "1" } };
    fake.add(alertAt("a", -60, host), alertAt("b", -50, host));
    const bus = new LocalBus({});
    const clock = manualClock(startMs);
    const grouping = { minutes: 60, most: 50 };
    const first = await start({ bus, clock, grouping });
    await first.poll();
    await first.stop();
    expect(await received(bus)).toEqual(["a"]);
    const later = iso(startMs + 10_000);
    fake.add(
      alertAt("b", -50, { ...host, status: "closed", tags: ["false_positive"], updated_timestamp: later }),
    );
    const second = await start({ bus, clock });
    await second.poll();
    expect(await received(bus)).toEqual(["a"]);
    expect(await labels(bus)).toEqual([]);
  });
});
