import { once } from "node:events";
import { createServer, type Server } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { startPaging, type Page } from "../../src/seams/pager.ts";
import { pagerWebhook, startAcknowledgements } from "../../vendors/pager-webhook.ts";
import { sign, whyUnsigned } from "../../vendors/webhook-signature.ts";
import { caseId, members, start } from "../gate/given.ts";
import { click, clicked, gateOnABus, propose, type GateOnABus } from "../gate/on-a-bus.ts";

const secret = "a-shared-secret-of-32-characters";
const clock = manualClock(start);
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

interface Rung {
  readonly body: string;
  readonly signature: string;
  readonly key: string;
}

/** The other side: answers each call with the next status, the last one for ever. */
async function telephone(...statuses: number[]): Promise<{ url: string; rung: Rung[] }> {
  const rung: Rung[] = [];
  const server: Server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const header = (name: string): string => z.string().parse(request.headers[name]);
      const body = Buffer.concat(chunks).toString("utf8");
      rung.push({ body, signature: header("x-hatrack-signature"), key: header("idempotency-key") });
      response.writeHead(statuses[Math.min(rung.length, statuses.length) - 1] ?? 200).end();
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  closers.push(() => new Promise((resolve) => server.close(resolve)));
  const { port } = z.object({ port: z.number() }).parse(server.address());
  return { url: `http://127.0.0.1:${port}/hook`, rung };
}

async function paging(url: string): Promise<GateOnABus & { waits: number[] }> {
  const on = await gateOnABus();
  closers.push(on.close);
  on.crowd.are(members("Mia"));
  await on.bus.open(["pager"]);
  const waits: number[] = [];
  const wait = (ms: number): Promise<void> => {
    waits.push(ms);
    return Promise.resolve();
  };
  startPaging({ bus: on.bus, pager: pagerWebhook({ url, secret, clock }), diagnostics: silent, wait });
  return { ...on, waits };
}

type OfPager = KnownEvent<"page.sent" | "page.failed" | "page.acknowledged">;
async function paged({ bus }: GateOnABus): Promise<OfPager> {
  const done = new AbortController();
  for await (const { event } of bus.follow({ types: ["page.sent", "page.failed"], signal: done.signal })) {
    if (isEvent(event, "page.sent", "page.failed")) return event;
  }
  throw new Error("nobody was paged");
}

describe("the pager's webhook", () => {
  it("rings once when somebody is asked, signed, with case, role and code and nothing of the alert", async () => {
    const { url, rung } = await telephone(200);
    const on = await paging(url);
    const request = await propose(on);
    expect((await paged(on)).data).toMatchObject({
      proposalId: request.proposalId,
      attempts: 1,
      pager: "webhook",
    });
    const [one] = rung;
    expect(rung).toHaveLength(1);
    expect(JSON.parse(one?.body ?? "")).toEqual({
      ...{ version: 1, id: one?.key, proposalId: request.proposalId, caseId, role: "ir-lead-oncall" },
      ...{ title: "IR Lead On-Call", tier: 0, code: request.code, together: expect.any(String) as string },
    });
    expect(
      whyUnsigned(one?.signature, Buffer.from(one?.body ?? ""), { secret, nowMs: start }),
    ).toBeUndefined();
  });

  it("tries again while the other side is down, under the same id", async () => {
    const { url, rung } = await telephone(500, 429, 204);
    const on = await paging(url);
    await propose(on);
    expect(await paged(on)).toMatchObject({ type: "page.sent", data: { attempts: 3 } });
    expect(on.waits).toEqual([1_000, 4_000]);
    expect(new Set(rung.map(({ key }) => key)).size).toBe(1);
  });

  it("says on the record that nobody's telephone rang: at once when refused, in the end when it stays down", async () => {
    const refused = await paging((await telephone(403)).url);
    await propose(refused);
    expect(await paged(refused)).toMatchObject({ type: "page.failed", data: { attempts: 1 } });
    const down = await paging("http://127.0.0.1:9/hook");
    await propose(down);
    expect(await paged(down)).toMatchObject({ type: "page.failed", data: { attempts: 5 } });
  });

  it("does not ring for an edit of what was asked", async () => {
    const { url, rung } = await telephone(200);
    const on = await paging(url);
    const request = await propose(on);
    await paged(on);
    const target = { type: "host", value: "OPS-WS-031" };
    await clicked(
      on,
      click(on, "Mia", request, { decision: "edit", target, parameters: {}, reason: "other" }),
    );
    await propose(on, "NW-DC-01");
    const pages = rung.map(
      ({ body }) => z.object({ proposalId: z.string() }).parse(JSON.parse(body)).proposalId,
    );
    expect(pages.filter((id) => id === request.proposalId)).toHaveLength(1);
  });
});

describe("an acknowledgement", () => {
  async function heard(on: GateOnABus, body: string, signature?: string): Promise<number> {
    const receiver = await startAcknowledgements({ bus: on.bus, port: 0, secret, clock });
    closers.push(() => receiver.close());
    const headers = { "x-hatrack-signature": signature ?? sign(secret, start / 1000, body) };
    return (await fetch(receiver.url, { method: "POST", body, headers })).status;
  }

  it("is on the record as that and decides nothing", async () => {
    const { url, rung } = await telephone(200);
    const on = await paging(url);
    const request = await propose(on);
    await paged(on);
    const { id } = z.object({ id: z.string() }).parse(JSON.parse(rung[0]?.body ?? "")) satisfies Pick<
      Page,
      "id"
    >;
    const body = JSON.stringify({ eventId: id, by: "Mia" });
    expect(await heard(on, body)).toBe(200);
    expect(await heard(on, body)).toBe(200);
    const said: OfPager[] = [];
    for await (const { event } of on.bus.read({ types: ["page.acknowledged"] })) {
      if (isEvent(event, "page.acknowledged")) said.push(event);
    }
    expect(said.map(({ data }) => data)).toEqual([
      { proposalId: request.proposalId, eventId: id, pager: "webhook", by: "Mia" },
    ]);
    for await (const { event } of on.bus.read({ types: ["action.decided", "case.assigned"] })) {
      expect.unreachable(event.id);
    }
  });

  it("that nobody signed, of a page nobody sent or that says nothing is refused", async () => {
    const on = await paging((await telephone(200)).url);
    expect(await heard(on, JSON.stringify({ eventId: "x", by: "Mia" }))).toBe(404);
    expect(await heard(on, JSON.stringify({ eventId: "x", by: "Mia" }), "t=1,v1=00")).toBe(401);
    expect(await heard(on, "{}")).toBe(400);
    expect(await heard(on, "x".repeat(20_000))).toBe(413);
  });
});
