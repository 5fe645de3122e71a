import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { keptIn } from "../../bin/commands/watch.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock, isoTime } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { SilenceFold } from "../../src/watch/silence.ts";
import { Watch, type Announcement, type Outages, type WatchOptions } from "../../src/watch/watch.ts";
import { alert, said, triage } from "../slack/given.ts";

const minute = 60_000;
const start = Date.parse("2026-03-02T08:00:00Z");
const received = (n: number) => said("alert.received", alert(), { subject: `CASE-000000000${String(n)}` });
const verdict = (n: number) => said("alert.triaged", triage(), { subject: `CASE-000000000${String(n)}` });

describe("silence", () => {
  it("is alerts that wait while nothing is said, for longer than usual and than ten minutes", () => {
    const fold = new SilenceFold();
    expect(fold.at(start).silentMs).toBe(0);
    fold.evolve(received(1), start);
    fold.evolve(received(2), start + minute);
    fold.evolve(verdict(1), start + 2 * minute);
    expect(fold.at(start + 5 * minute)).toEqual({ silentMs: 3 * minute, limitMs: 10 * minute, waiting: 1 });
    fold.evolve(verdict(2), start + 6 * minute);
    expect(fold.at(start + 600 * minute).silentMs).toBe(0);
  });

  it("knows what is usual here, and is not made deaf by one outage or by a slow day", () => {
    const fold = new SilenceFold();
    let at = start;
    const work = (ms: number): void => {
      fold.evolve(received(1), at);
      fold.evolve(verdict(1), (at += ms));
    };
    for (let n = 0; n < 40; n += 1) work(8 * minute);
    expect(fold.at(at).limitMs).toBe(24 * minute);
    work(300 * minute);
    expect(fold.at(at).limitMs).toBe(24 * minute);
    for (let n = 0; n < 100; n += 1) work(90 * minute);
    expect(fold.at(at).limitMs).toBe(60 * minute);
  });

  it("counts what a role gave up until another verdict comes, and not after", () => {
    const fold = new SilenceFold();
    fold.evolve(received(1), start);
    const detail = { title: "Sentinel", detail: "d", steps: [], model: "m", reason: "empty_output" as const };
    fold.evolve(said("role.failed", { role: "sentinel", ...detail }, { subject: "CASE-0000000001" }), start);
    expect(fold.at(start + minute).waiting).toBe(1);
    fold.evolve(received(2), start + minute);
    fold.evolve(verdict(2), start + 2 * minute);
    expect(fold.at(start + 3 * minute)).toMatchObject({ silentMs: 0, waiting: 0 });
  });
});

interface Scene {
  readonly clock: ReturnType<typeof manualClock>;
  readonly said: Announcement[];
  readonly make: (over?: Partial<WatchOptions>) => Watch;
  readonly bus: LocalBus;
}

function scene(): Scene {
  const clock = manualClock(start);
  const bus = new LocalBus({ clock });
  const heard: Announcement[] = [];
  let outages: Outages = {};
  const make = (over: Partial<WatchOptions> = {}): Watch =>
    new Watch({
      bus: () => Promise.resolve(bus),
      clock,
      announce: (one) => {
        heard.push(one);
        return Promise.resolve();
      },
      kept: {
        read: () => Promise.resolve(outages),
        write: (next) => {
          outages = next;
          return Promise.resolve();
        },
      },
      canaryDue: () => undefined,
      ...over,
    });
  return { clock, said: heard, make, bus };
}

describe("the watch", () => {
  it("announces silence once, with where it stopped, over restarts too, and once that it is over", async () => {
    const { clock, said: heard, make, bus } = scene();
    await bus.open(["sentinel"]);
    await bus.publish([
      received(1),
      said("model.unavailable", { why: "no leg answers" }, { subject: "system" }),
    ]);
    await make().look();
    clock.set(start + 11 * minute);
    await make().look();
    await make().look();
    expect(heard).toMatchObject([{ kind: "silence", over: false }]);
    expect(heard[0]?.words).toMatch(
      /1 alerts wait and no verdict was said for 11 minutes.*usual \(10 minutes\).*sentinel holds 0 pending and \d not yet delivered.*No model answers: no leg answers/s,
    );
    await bus.publish([verdict(1)]);
    await make().look();
    await make().look();
    expect(heard.slice(1)).toMatchObject([{ kind: "silence", over: true }]);
    await bus.close();
  });

  it("says that the log does not answer, after a minute, and keeps quiet about a hiccup", async () => {
    const { clock, said: heard, make } = scene();
    let fails = true;
    const { bus } = scene();
    await bus.open([]);
    const dead = make({
      bus: () => (fails ? Promise.reject(new Error("ECONNREFUSED")) : Promise.resolve(bus)),
    });
    await dead.look();
    clock.set(start + minute / 2);
    await dead.look();
    expect(heard).toEqual([]);
    clock.set(start + 2 * minute);
    await dead.look();
    await dead.look();
    expect(heard).toMatchObject([{ kind: "log", over: false }]);
    expect(heard[0]?.words).toContain("ECONNREFUSED");
    fails = false;
    await dead.look();
    expect(heard.slice(1)).toMatchObject([{ kind: "log", over: true }]);
    await bus.close();
  });

  it("reads a long log on over several looks, and calls none of it an outage", async () => {
    const { clock, said: heard, make, bus } = scene();
    await bus.open(["sentinel"]);
    await bus.publish(Array.from({ length: 6 }, (_, n) => received(n + 1)));
    let begun = 0;
    const next: (() => void)[] = [];
    const slow = {
      tail: () => bus.tail(),
      groups: () => bus.groups(),
      read: async function* () {
        begun += 1;
        for await (const entry of bus.read()) {
          yield entry;
          await new Promise<void>((go) => next.push(go));
        }
      },
    };
    const watch = make({ bus: () => Promise.resolve(slow), timeoutMs: 20, logMs: 0 });
    for (let look = 0; look < 6; look += 1) {
      clock.set(start + (look + 1) * minute);
      const looking = watch.look();
      await looking;
      next.shift()?.();
    }
    await watch.look();
    expect(begun).toBeLessThan(3);
    expect(heard.filter(({ kind }) => kind === "log")).toEqual([]);
    await bus.close();
  });

  it("does not wait for a log that hangs", async () => {
    const { clock, said: heard, make } = scene();
    const watch = make({ bus: () => Promise.withResolvers<never>().promise, timeoutMs: 5, logMs: 0 });
    clock.set(start + minute);
    await watch.look();
    expect(heard).toMatchObject([{ kind: "log", over: false }]);
  });

  it("says that a canary was not sent, that it stopped, and that the next came through", async () => {
    const { clock, said: heard, make, bus } = scene();
    await bus.open([]);
    await bus.publish([received(1), verdict(1)]);
    let due = { canaryId: "CASE-U000000001", due: start + 30 * minute };
    const watch = make({ canaryDue: (now) => (now < due.due ? undefined : due) });
    await watch.look();
    clock.set(start + 31 * minute);
    await watch.look();
    expect(heard[0]?.words).toContain("No canary was sent");
    due = { canaryId: "CASE-U000000002", due: start + 90 * minute };
    const about = { subject: due.canaryId, source: "/operations" };
    await bus.publish([said("canary.sent", { canaryId: due.canaryId, due: isoTime(due.due) }, about)]);
    await bus.publish([said("canary.passed", { canaryId: due.canaryId, seconds: 3 }, about)]);
    clock.set(start + 91 * minute);
    await watch.look();
    expect(heard.slice(1)).toMatchObject([{ kind: "canary", over: true }]);
    const third = { subject: "CASE-U000000003", source: "/operations" };
    await bus.publish([
      said("canary.sent", { canaryId: third.subject, due: isoTime(start) }, third),
      said(
        "canary.missed",
        { canaryId: third.subject, stoppedAt: "sentinel, which failed: empty_output" },
        third,
      ),
    ]);
    await watch.look();
    expect(heard[2]?.words).toContain("The canary stopped at sentinel, which failed: empty_output.");
    await bus.close();
  });

  it("says again what it may not have said, and marks it so", async () => {
    const { clock, said: heard, make, bus } = scene();
    await bus.open([]);
    await bus.publish([received(1)]);
    clock.set(start + 11 * minute);
    const down = make({ announce: () => Promise.reject(new Error("Slack is down")) });
    await expect(down.look()).rejects.toThrow("Slack is down");
    await make().look();
    expect(heard).toMatchObject([{ kind: "silence", over: false, again: true }]);
    await bus.close();
  });

  it("goes on announcing where what was announced can be neither read nor kept", async () => {
    const kept = keptIn("/nonexistent/folder/watch.json", silent);
    const folder = mkdtempSync(join(tmpdir(), "hatrack-watch-"));
    writeFileSync(join(folder, "watch.json"), "");
    const broken = keptIn(join(folder, "watch.json"), silent);
    expect(await kept.read()).toEqual({});
    expect(await broken.read()).toEqual({});
    await kept.write({ log: { since: new Date(start).toISOString(), said: true } });
    await broken.write({ log: { since: new Date(start).toISOString(), said: true } });
    expect(await broken.read()).toMatchObject({ log: { said: true } });
    rmSync(folder, { recursive: true });
  });
});
