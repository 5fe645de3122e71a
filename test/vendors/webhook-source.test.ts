import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { Bus } from "../../src/bus/bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { HatrackError } from "../../src/errors.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { publishAlerts } from "../../src/seams/publish-alerts.ts";
import { sign, toleranceSeconds } from "../../vendors/webhook-signature.ts";
import { webhookSource, type WebhookOptions } from "../../vendors/webhook-source.ts";

const secret = "a-shared-secret-of-32-characters";
const nowMs = Date.parse("2026-11-16T09:00:00Z");
const now = nowMs / 1000;
const clock = manualClock(nowMs);
const Answer = z.looseObject({
  accepted: z.array(z.object({ line: z.int(), caseId: z.string() })).optional(),
  rejected: z.array(z.object({ line: z.int(), reason: z.string() })).optional(),
  error: z.string().optional(),
});

const alert = (id: number) => ({ composite_id: `c:ind:${id}`, timestamp: "2026-11-16T08:00:00Z", name: "R" });
const caseOf = (id: number) => caseIdOf({ source: "crowdstrike", sourceId: `c:ind:${id}` });

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function receiver(options: Partial<WebhookOptions> = {}, wrap: (bus: Bus) => Bus = (bus) => bus) {
  const bus = new LocalBus({});
  await bus.open([]);
  const abort = new AbortController();
  const source = webhookSource({ port: 0, secret, clock, ...options });
  const publishing = publishAlerts(wrap(bus), source, {
    clock,
    diagnostics: silent,
    signal: abort.signal,
    backoff: () => 0,
  });
  closing.push(async () => {
    abort.abort();
    await publishing;
    await bus.close();
  });
  return { url: await source.listening, bus };
}

async function post(url: string, body: string, headers: Record<string, string> = {}) {
  const signed = { "x-hatrack-signature": sign(secret, now, body), ...headers };
  const response = await fetch(url, { method: "POST", body, headers: signed });
  const text = await response.text();
  return { status: response.status, headers: response.headers, ...Answer.parse(JSON.parse(text)) };
}

async function logged(bus: Bus): Promise<AnyEvent[]> {
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read()) events.push(event);
  return events;
}

describe("the webhook", () => {
  it("answers with the case ids once the alerts are on the log", async () => {
    const { url, bus } = await receiver();
    const one = await post(url, JSON.stringify(alert(1)));
    expect(one).toMatchObject({ status: 202, accepted: [{ line: 1, caseId: caseOf(1) }], rejected: [] });
    expect((await logged(bus)).map((event) => event.subject)).toEqual([caseOf(1)]);
  });

  it("takes a list, a Falcon answer and JSONL", async () => {
    const { url, bus } = await receiver();
    await post(url, JSON.stringify([alert(1), alert(2)]));
    await post(url, JSON.stringify({ meta: {}, resources: [alert(3)] }));
    const lines = await post(url, `${JSON.stringify(alert(4))}\n\n${JSON.stringify(alert(5))}\n`);
    expect(lines.accepted).toEqual([
      { line: 1, caseId: caseOf(4) },
      { line: 3, caseId: caseOf(5) },
    ]);
    expect((await logged(bus)).map((event) => event.subject)).toEqual([1, 2, 3, 4, 5].map(caseOf));
  });

  it("keeps and names the good ones of a batch, and says which line is broken and why", async () => {
    const { url, bus } = await receiver();
    const answer = await post(url, `${JSON.stringify(alert(1))}\n{broken\n${JSON.stringify(alert(2))}`);
    expect(answer).toMatchObject({
      status: 400,
      accepted: [
        { line: 1, caseId: caseOf(1) },
        { line: 3, caseId: caseOf(2) },
      ],
      rejected: [{ line: 2, reason: expect.stringMatching(/expected one JSON object/) as unknown }],
    });
    expect((await logged(bus)).map((event) => event.type)).toEqual([
      "alert.received",
      "alert.rejected",
      "alert.received",
    ]);
  });

  it("accepts the same request twice and has it on the log once", async () => {
    const { url, bus } = await receiver();
    const body = JSON.stringify(alert(1));
    expect((await post(url, body)).status).toBe(202);
    expect((await post(url, body)).status).toBe(202);
    expect(await logged(bus)).toHaveLength(1);
  });

  const body = JSON.stringify(alert(1));
  it.each([
    ["none", {}, /got none/],
    ["another secret", { "x-hatrack-signature": sign("another", now, body) }, /does not match/],
    ["another body", { "x-hatrack-signature": sign(secret, now, `${body} `) }, /does not match/],
    [
      "a changed time",
      { "x-hatrack-signature": sign(secret, now, body).replace(String(now), String(now + 1)) },
      /does not match/,
    ],
    ["an old time", { "x-hatrack-signature": sign(secret, now - toleranceSeconds - 1, body) }, /300 seconds/],
    [
      "a time ahead",
      { "x-hatrack-signature": sign(secret, now + toleranceSeconds + 1, body) },
      /300 seconds/,
    ],
    ["half of it", { "x-hatrack-signature": `t=${now}` }, /expected t=/],
    ["a short mac", { "x-hatrack-signature": `t=${now},v1=abcd` }, /expected t=/],
  ])("refuses a request signed with %s, and logs nothing", async (_name, headers, message) => {
    const { url, bus } = await receiver();
    const response = await fetch(url, { method: "POST", body, headers });
    expect(response.status).toBe(401);
    expect(Answer.parse(await response.json()).error).toMatch(message);
    expect(await logged(bus)).toEqual([]);
  });

  it("takes a signature by either of two secrets while one is being changed, up to the edge of the window", async () => {
    const { url } = await receiver();
    const old = sign("the-old-secret", now, body);
    const both = `${old},${sign(secret, now, body).split(",")[1] ?? ""}`;
    expect((await post(url, body, { "x-hatrack-signature": both })).status).toBe(202);
    const edge = sign(secret, now - toleranceSeconds, body);
    expect((await post(url, body, { "x-hatrack-signature": edge })).status).toBe(202);
  });

  it("refuses what is too large, with and without saying so beforehand", async () => {
    const { url, bus } = await receiver({ maxBytes: 1_000 });
    const large = JSON.stringify({ ...alert(1), description: "x".repeat(2_000) });
    expect((await post(url, large)).status).toBe(413);
    const streamed = await fetch(url, {
      method: "POST",
      duplex: "half",
      body: ReadableStream.from([Buffer.from(large)]),
      headers: { "x-hatrack-signature": sign(secret, now, large) },
    });
    expect(streamed.status).toBe(413);
    expect(await logged(bus)).toEqual([]);
  });

  it("asks to come again when the log takes nothing, and loses nothing when it is back", async () => {
    const down = { yes: true };
    const wrap = (bus: Bus): Bus =>
      Object.assign(Object.create(bus) as Bus, {
        publish: async (events: readonly AnyEvent[]) => {
          await new Promise((resolve) => setImmediate(resolve));
          if (down.yes) throw new HatrackError("bus_unavailable", "redis is down", { retryable: true });
          return bus.publish(events);
        },
      });
    const { url, bus } = await receiver({ answerWithinMs: 30 }, wrap);
    const refused = await post(url, body);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([503, "10"]);
    expect(await logged(bus)).toEqual([]);
    down.yes = false;
    await expect.poll(async () => (await post(url, body)).status).toBe(202);
    expect(await logged(bus)).toHaveLength(1);
  });

  it("asks to come again rather than hold more than it may", async () => {
    const { url, bus } = await receiver({ maxWaiting: 1 });
    expect(await post(url, JSON.stringify([alert(1), alert(2)]))).toMatchObject({
      status: 503,
      error: expect.stringContaining("wait already") as unknown,
    });
    expect(await logged(bus)).toEqual([]);
  });

  it("knows one path and one method, and wants at least one alert", async () => {
    const { url } = await receiver();
    expect((await fetch(url.replace("/alerts", "/other"), { method: "POST" })).status).toBe(404);
    expect((await fetch(url)).status).toBe(405);
    expect((await post(url, "")).status).toBe(400);
    expect((await post(url, "[]")).status).toBe(400);
  });

  it("says which port it cannot have", async () => {
    const { url } = await receiver();
    const taken = webhookSource({ port: Number(new URL(url).port), secret, clock });
    const items = taken.items(new AbortController().signal)[Symbol.asyncIterator]();
    await expect(items.next()).rejects.toThrow(/127\.0\.0\.1:\d+.*EADDRINUSE/);
    await expect(taken.listening).rejects.toThrow(/EADDRINUSE/);
  });
});
