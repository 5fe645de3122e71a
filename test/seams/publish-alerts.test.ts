import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import type { Alert } from "../../src/events/alert-events.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import type { AlertSource, ClosingLabel, SourceItem } from "../../src/seams/alert-source.ts";
import { publishAlerts, type PublishOptions } from "../../src/seams/publish-alerts.ts";

const clock = manualClock(Date.parse("2026-11-16T09:00:00Z"));
const options = (more: Partial<PublishOptions> = {}): PublishOptions => ({
  clock,
  diagnostics: silent,
  signal: new AbortController().signal,
  backoff: () => 0,
  ...more,
});

function alert(sourceId: string, more: Partial<Alert> = {}): Alert {
  const key = { source: "crowdstrike", sourceId };
  return {
    ...key,
    caseId: caseIdOf(key),
    rule: { id: "r", name: "Rule" },
    title: "Title",
    severity: "low",
    time: "2026-11-16T08:00:00.000Z",
    techniques: [],
    indicators: [],
    raw: {},
    ...more,
  };
}

/** Records in which order the log and the source saw things. */
function scripted(given: readonly SourceItem[], order: string[] = []): AlertSource {
  return {
    name: "file:Alerts.jsonl",
    async *items() {
      for (const [i, item] of given.entries()) {
        order.push(`asked ${i}`);
        yield await Promise.resolve({
          ...item,
          published: (error?: unknown) => {
            order.push(error === undefined ? `published ${i}` : `failed ${i}`);
            item.published?.(error);
          },
        });
      }
    },
  };
}

async function logged(bus: Bus): Promise<AnyEvent[]> {
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read()) events.push(event);
  return events;
}

async function openBus(): Promise<LocalBus> {
  const bus = new LocalBus({});
  await bus.open([]);
  return bus;
}

/** A bus that fails so many times before it lets the call through; the strict part is the real one behind it. */
function failing(bus: Bus, times: number, error: HatrackError): Bus & { calls: number } {
  const double = {
    calls: 0,
    publish: async (events: readonly AnyEvent[]) => {
      double.calls++;
      if (double.calls <= times) throw error;
      return bus.publish(events);
    },
  };
  return Object.assign(Object.create(bus) as Bus, double);
}

describe("publishing alerts", () => {
  it("puts each on the log before the next is asked for, and tells the source", async () => {
    const bus = await openBus();
    const order: string[] = [];
    await expect(
      publishAlerts(bus, scripted([{ alert: alert("1") }, { alert: alert("2") }], order), options()),
    ).resolves.toEqual({
      ...{ received: 2, grouped: 0, suppressed: 0, rejected: 0 },
    });
    expect(order).toEqual(["asked 0", "published 0", "asked 1", "published 1"]);
    const events = await logged(bus);
    expect(events.map(({ type, subject, source, time }) => [type, subject, source, time])).toEqual([
      ["alert.received", caseIdOf(alert("1")), "/sources/crowdstrike", "2026-11-16T09:00:00.000Z"],
      ["alert.received", caseIdOf(alert("2")), "/sources/crowdstrike", "2026-11-16T09:00:00.000Z"],
    ]);
    await bus.close();
  });

  it("twice is on the log once: alerts and refusals", async () => {
    const bus = await openBus();
    const items: SourceItem[] = [
      { alert: alert("1") },
      { rejected: { line: 2, reason: "no", excerpt: "{" } },
    ];
    await publishAlerts(bus, scripted(items), options());
    await publishAlerts(bus, scripted(items), options());
    const events = await logged(bus);
    expect(events.map((event) => event.type)).toEqual(["alert.received", "alert.rejected"]);
    expect(events[1]).toMatchObject({
      subject: "system",
      source: "/sources/file-alerts.jsonl",
      data: { source: "file:Alerts.jsonl", line: 2, reason: "no", excerpt: "{" },
    });
    await bus.close();
  });

  it("say how the source closed an alert, once for each closing and with its time", async () => {
    const bus = await openBus();
    const closing = (closedAt: string, sourceId = "1"): ClosingLabel => ({
      ...{ source: "crowdstrike", sourceId, verdict: "false_positive", closedAt, person: "ana@soc.example" },
      reason: 'Closed in the console as "false_positive".',
    });
    const first = closing("2026-11-16T08:40:00.000Z");
    const again = closing("2026-11-17T08:40:00.000Z");
    const broken = { label: { ...first, closedAt: "soon" } };
    const unreadable = {
      alert: alert("big", { raw: "x".repeat(70_000) }),
      label: closing(first.closedAt, "big"),
    };
    const items: SourceItem[] = [
      { alert: alert("1"), label: first },
      { label: first },
      { label: again },
      broken,
      unreadable,
    ];
    await expect(publishAlerts(bus, scripted(items), options())).resolves.toEqual({
      ...{ received: 1, grouped: 0, suppressed: 0, rejected: 2 },
    });
    const events = await logged(bus);
    expect(events.map(({ type }) => type)).toEqual([
      ...["alert.received", "case.labelled", "case.labelled", "alert.rejected", "alert.rejected"],
    ]);
    expect(events[1]).toMatchObject({
      ...{ source: "/sources/crowdstrike", subject: caseIdOf(alert("1")), time: first.closedAt },
      data: {
        ...{ from: "source", verdict: "false_positive", reason: first.reason, origin: "crowdstrike" },
        labelledBy: { source: "crowdstrike", sourceId: "1", person: "ana@soc.example" },
      },
    });
    await bus.close();
  });

  it("waits for a bus that is down and loses nothing", async () => {
    const bus = await openBus();
    const waits: number[] = [];
    const down = failing(bus, 3, new HatrackError("bus_unavailable", "redis is down", { retryable: true }));
    const backoff = (attempt: number): number => {
      waits.push(attempt);
      return 0;
    };
    await publishAlerts(down, scripted([{ alert: alert("1") }]), options({ backoff }));
    expect(waits).toEqual([1, 2, 3]);
    expect(await logged(bus)).toHaveLength(1);
    await bus.close();
  });

  it("stops while it waits when it is told to, and tells the source that the alert is not on the log", async () => {
    const bus = await openBus();
    const abort = new AbortController();
    const order: string[] = [];
    const down = failing(
      bus,
      Infinity,
      new HatrackError("bus_unavailable", "redis is down", { retryable: true }),
    );
    const backoff = (): number => {
      abort.abort();
      return 3_600_000;
    };
    await publishAlerts(
      down,
      scripted([{ alert: alert("1") }, { alert: alert("2") }], order),
      options({ signal: abort.signal, backoff }),
    );
    expect(order).toEqual(["asked 0", "failed 0"]);
    expect(await logged(bus)).toEqual([]);
    await bus.close();
  });

  it("ends with the error of a bus that will never take it", async () => {
    const bus = await openBus();
    const order: string[] = [];
    const broken = failing(bus, 1, new HatrackError("log_damaged", "no"));
    await expect(publishAlerts(broken, scripted([{ alert: alert("1") }], order), options())).rejects.toThrow(
      "no",
    );
    expect(order).toEqual(["asked 0", "failed 0"]);
    await bus.close();
  });

  it("turns an alert that no event can hold into a refusal that names it", async () => {
    const bus = await openBus();
    const items = [{ alert: alert("big", { raw: "x".repeat(70_000) }) }, { alert: alert("ok") }];
    await expect(publishAlerts(bus, scripted(items), options())).resolves.toEqual({
      ...{ received: 1, grouped: 0, suppressed: 0, rejected: 1 },
    });
    const [rejected] = await logged(bus);
    expect(rejected).toMatchObject({ type: "alert.rejected", data: { excerpt: "crowdstrike big Title" } });
    if (rejected !== undefined && isEvent(rejected, "alert.rejected"))
      expect(rejected.data.reason).toMatch(/65536/);
    await bus.close();
  });
});
