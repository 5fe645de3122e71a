import { afterEach, beforeEach, describe, expect, it } from "vitest";
import fc from "fast-check";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { Alert } from "../../src/events/alert-events.ts";
import type { EventData } from "../../src/events/catalogue.ts";
import { isEvent, type AnyEvent } from "../../src/events/envelope.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { publishAlerts, type Published } from "../../src/seams/publish-alerts.ts";

const start = Date.parse("2026-11-16T09:00:00Z");
const grouping = { minutes: 60, most: 5 };
let clock = manualClock(start);
let bus: LocalBus;

beforeEach(async () => {
  clock = manualClock(start);
  bus = new LocalBus({ clock });
  await bus.open(["sentinel"]);
});
afterEach(() => bus.close());

function alert(sourceId: string, more: Partial<Alert> = {}): Alert {
  const key = { source: "crowdstrike", sourceId };
  return {
    ...key,
    caseId: caseIdOf(key),
    rule: { id: "41002", name: "Encoded PowerShell" },
    title: "Title",
    severity: "high",
    time: "2026-11-16T08:00:00.000Z",
    host: { name: "FIN-WS-042" },
    user: { name: "j.doe" },
    techniques: [],
    indicators: [{ type: "domain", value: "evil.example" }],
    raw: {},
    ...more,
  };
}

/** As a process of its own: what it knows of before is on the log. */
function take(...alerts: readonly Alert[]): Promise<Published> {
  const items = async function* () {
    for (const each of alerts) yield await Promise.resolve({ alert: each });
  };
  const signal = new AbortController().signal;
  return publishAlerts(bus, { name: "test", items }, { clock, diagnostics: silent, signal, grouping });
}

const ofOneCase = (count: number, from = 0): Alert[] =>
  Array.from({ length: count }, (_, n) => alert(String(from + n)));

async function fates(): Promise<string[]> {
  return (await logged()).map(
    (event) =>
      `${event.type.slice("alert.".length)}${isEvent(event, "alert.grouped") ? ` ${event.data.count}` : ""}`,
  );
}

async function logged(): Promise<AnyEvent[]> {
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read()) if (event.type.startsWith("alert.")) events.push(event);
  return events;
}

async function say(
  type: "case.closed" | "suppression.set",
  subject: string,
  data: Partial<EventData<"suppression.set">>,
): Promise<void> {
  const by = { team: "T1", user: "U1" };
  const time = new Date(clock.now()).toISOString();
  const event = { id: `${type} ${time} ${subject}`.slice(0, 64), source: "/roles/human-gate", subject, time };
  if (type === "case.closed")
    await bus.publish([makeEvent({ ...event, type, data: { by, reason: "Done." } })]);
  else {
    const set = { suppressionId: "s1", rule: "Encoded PowerShell", reason: "Noise.", by, until: "" };
    await bus.publish([makeEvent({ ...event, type, data: { ...set, ...data } })]);
  }
}

const until = (minutes: number): string => new Date(start + minutes * 60_000).toISOString();

describe("repeats", () => {
  it("count in the case of the first, up to the cap, which opens the next case", async () => {
    expect(await take(...ofOneCase(7))).toEqual({ received: 2, grouped: 5, suppressed: 0, rejected: 0 });
    expect(await fates()).toEqual([
      ...["received", "grouped 2", "grouped 3", "grouped 4", "grouped 5", "received", "grouped 2"],
    ]);
    const [first, second] = await logged();
    expect(second).toMatchObject({
      subject: first?.subject,
      data: {
        caseId: first?.subject,
        sourceId: "1",
        alert: { title: "Title", host: { name: "FIN-WS-042" } },
      },
    });
  });

  it("go on counting after a restart, and what is read again is on the log once", async () => {
    await take(...ofOneCase(3));
    await take(...ofOneCase(4));
    expect(await fates()).toEqual(["received", "grouped 2", "grouped 3", "grouped 4"]);
    clock.advance(3 * 3_600_000);
    expect(await take(...ofOneCase(4))).toEqual({ received: 1, grouped: 3, suppressed: 0, rejected: 0 });
    expect(await logged()).toHaveLength(4);
  });

  it.each<[string, Partial<Alert>]>([
    ["is worse", { severity: "critical" }],
    ["brings a strong indicator", { indicators: [{ type: "ipv4", value: "203.0.113.7" }] }],
    ["runs another file", { process: { sha256: "a".repeat(64) } }],
    ["is another user's", { user: { name: "m.roe" } }],
    ["is another host's", { host: { name: "FIN-WS-043" } }],
    ["is another rule's", { rule: { id: "1", name: "Another" } }],
    ["is another source's", { source: "ocsf", caseId: caseIdOf({ source: "ocsf", sourceId: "2" }) }],
  ])("has a case of its own that %s", async (_, more) => {
    await take(alert("1"), { ...alert("2"), ...more });
    expect(await fates()).toEqual(["received", "received"]);
  });

  it("are not known without a host to tell them apart by", async () => {
    const { host: _, ...nowhere } = alert("1");
    const { host: __, ...alike } = alert("2");
    await take(nowhere, alike);
    expect(await fates()).toEqual(["received", "received"]);
  });

  it("that are milder, or bring less, count", async () => {
    await take(
      alert("1"),
      alert("2", { severity: "low", indicators: [{ type: "technique", value: "T1059" }] }),
    );
    expect(await fates()).toEqual(["received", "grouped 2"]);
  });

  it("count in whichever open case of theirs has what they bring", async () => {
    const other = { indicators: [{ type: "ipv4" as const, value: "203.0.113.7" }] };
    await take(alert("1"), alert("2", other), alert("3"), alert("4", other), alert("5"));
    expect(await fates()).toEqual(["received", "received", "grouped 2", "grouped 2", "grouped 3"]);
  });

  it("have a case of their own once the window is over or the first case is closed", async () => {
    await take(alert("1"));
    clock.advance(59 * 60_000);
    await take(alert("2"));
    clock.advance(60_000);
    await take(alert("3"));
    await say("case.closed", caseIdOf({ source: "crowdstrike", sourceId: "3" }), {});
    await take(alert("4"));
    expect(await fates()).toEqual(["received", "grouped 2", "received", "received"]);
  });

  it("hold to log time when this process's clock falls back", async () => {
    await take(alert("1"));
    clock.advance(61 * 60_000);
    await take(alert("x", { host: { name: "OTHER" } }));
    clock.set(start + 1_000);
    await take(alert("2"));
    expect(await fates()).toEqual(["received", "received", "received"]);
  });

  it("never share: each alert has one event, whatever comes in whichever order and however often", async () => {
    const any = fc.record({
      id: fc.integer({ min: 0, max: 12 }),
      severity: fc.constantFrom<Alert["severity"]>("low", "high", "critical"),
      host: fc.constantFrom("A", "B"),
      wait: fc.integer({ min: 0, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(any, { maxLength: 30 }), async (coming) => {
        await bus.close();
        bus = new LocalBus({ clock });
        await bus.open([]);
        await say("suppression.set", "system", {
          host: "B",
          until: new Date(clock.now() + 3_600_000).toISOString(),
        });
        for (const { id, severity, host, wait } of coming) {
          clock.advance(wait * 60_000);
          await take(alert(String(id), { severity, host: { name: host } }));
        }
        const sourceIds = (await logged()).map((event) =>
          isEvent(event, "alert.received", "alert.grouped", "alert.suppressed") ? event.data.sourceId : "",
        );
        expect(sourceIds.toSorted()).toEqual([...new Set(coming.map(({ id }) => String(id)))].toSorted());
      }),
      { numRuns: 25 },
    );
  });
});

describe("a mute", () => {
  it("holds from then until it is over, by log time, and names itself", async () => {
    await take(alert("1", { severity: "low" }));
    await say("suppression.set", "system", { until: until(30) });
    clock.advance(1_000);
    await take(alert("2"));
    clock.set(start + 30 * 60_000 - 1);
    await take(alert("3"));
    clock.set(start + 30 * 60_000);
    await take(alert("4", { severity: "critical" }));
    expect(await fates()).toEqual(["received", "suppressed", "suppressed", "received"]);
    expect((await logged())[1]).toMatchObject({
      subject: caseIdOf({ source: "crowdstrike", sourceId: "2" }),
      data: { sourceId: "2", suppressionId: "s1", alert: { rule: { name: "Encoded PowerShell" } } },
    });
  });

  it("that is taken back holds no longer, for a source at work and for one that starts later", async () => {
    const lift = async (host?: string): Promise<void> => {
      const data = { rule: "encoded powershell", by: { team: "T1", user: "U1" }, ...(host ? { host } : {}) };
      const time = new Date(clock.now()).toISOString();
      const event = { id: `lift ${time}`, source: "/roles/human-gate", subject: "system", time };
      await bus.publish([makeEvent({ ...event, type: "suppression.lifted", data })]);
    };
    await say("suppression.set", "system", { until: until(30) });
    const items = async function* () {
      yield { alert: alert("1", { host: { name: "A" } }) };
      await lift("B");
      clock.advance(1_000);
      yield { alert: alert("2", { host: { name: "B" } }) };
      await lift();
      clock.advance(1_000);
      yield { alert: alert("3", { host: { name: "C" } }) };
    };
    const signal = new AbortController().signal;
    await publishAlerts(bus, { name: "t", items }, { clock, diagnostics: silent, signal, grouping });
    await take(alert("4", { host: { name: "D" } }));
    expect(await fates()).toEqual(["suppressed", "suppressed", "received", "received"]);
  });

  it("reaches a source that is at work within a second of the clock", async () => {
    const items = async function* () {
      yield { alert: alert("1", { severity: "low" }) };
      await say("suppression.set", "system", { until: until(30) });
      yield { alert: alert("2") };
      clock.advance(1_000);
      yield { alert: alert("3") };
    };
    const signal = new AbortController().signal;
    await publishAlerts(bus, { name: "t", items }, { clock, diagnostics: silent, signal, grouping });
    expect(await fates()).toEqual(["received", "received", "suppressed"]);
  });

  it("never hides a critical alert, unless that was asked for", async () => {
    await say("suppression.set", "system", { until: until(30) });
    await take(alert("1", { severity: "critical" }));
    await say("suppression.set", "CASE-0123456789", {
      suppressionId: "s2",
      critical: true,
      until: until(30),
    });
    await take(alert("2", { severity: "critical" }));
    expect(await fates()).toEqual(["received", "suppressed"]);
  });

  it.each([
    ["another host", { host: "OTHER" }],
    ["another rule", { rule: "Encoded" }],
  ])("of %s hides nothing", async (_, scope) => {
    await say("suppression.set", "system", { ...scope, until: until(30) });
    await take(alert("1"));
    expect(await fates()).toEqual(["received"]);
  });

  it("is found by the rule's id and in any case", async () => {
    await say("suppression.set", "system", { rule: "41002", host: "fin-ws-042", until: until(30) });
    await take(alert("1"));
    expect(await fates()).toEqual(["suppressed"]);
  });
});
