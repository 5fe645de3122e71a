import { getEventListeners } from "node:events";
import { IncomingMessage, ServerResponse } from "node:http";
import { Socket } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { cookieValue } from "../../web/access.ts";
import { stream } from "../../web/live.ts";
import { Views } from "../../web/views.ts";
import { makeEvent } from "../../src/events/parse.ts";
import type { Bus } from "../../src/bus/bus.ts";
import type { LocalBus } from "../../src/bus/local-bus.ts";
import { makeCard } from "./cards.ts";
import { ask, busOf, caseLog, givenDashboard, shippedPolicy, theCase, type Given } from "./given.ts";

const token = "a-token-of-enough-characters";
const pages = [
  "/proof",
  "/follow",
  `/follow/${theCase}`,
  `/follow/${theCase}?step=3`,
  "/campaigns",
  "/floor",
  "/policy",
];

describe("the dashboard's server", () => {
  let given: Given;
  beforeAll(async () => {
    const card = makeCard({ tickets: 30 });
    const file = { name: "a.json", shipped: false, writtenAt: 0 };
    given = await givenDashboard({ shelf: [{ ...file, card, ranAt: 0 }] });
  });
  afterAll(() => given.close());

  it("shows every page, and lets nothing on it act or be read by another site", async () => {
    for (const path of pages) {
      const { status, headers, body } = await ask(given.url, path);
      expect([path, status]).toEqual([path, 200]);
      expect(headers["content-security-policy"]).toMatch(
        /^default-src 'none'; script-src 'self'; style-src 'self';/,
      );
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["cache-control"]).toBe("no-store");
      expect(headers["access-control-allow-origin"]).toBeUndefined();
      expect(body).not.toMatch(
        / style="| on[a-z]+="|<script(?! type="module" src="\/page\.js">)|https?:\/\//,
      );
    }
  });

  it("begins with Proof, and knows what is nowhere", async () => {
    expect(await ask(given.url, "/")).toMatchObject({ status: 303, headers: { location: "/proof" } });
    for (const path of [
      "/nothing",
      "/proof/x",
      "/floor/1",
      "/follow/a/b",
      "/__proto__",
      "/follow/CASE-0000000000",
      "/%",
    ])
      expect([path, (await ask(given.url, path)).status]).toEqual([path, 404]);
    expect((await ask(given.url, "/follow/CASE-0000000000")).body).toContain("The log knows no case");
  });

  it("only shows: anything but GET is refused", async () => {
    for (const method of ["POST", "PUT", "DELETE", "PATCH", "OPTIONS"])
      expect(await ask(given.url, "/floor", { method })).toMatchObject({
        status: 405,
        headers: { allow: "GET" },
      });
  });

  it("answers under this machine's names and addresses alone, and not to another site's page", async () => {
    for (const host of ["evil.example", "127.0.0.1.evil.example", "localhost.evil.example:80", "a b"])
      expect([host, (await ask(given.url, "/floor", { headers: { host } })).status]).toEqual([host, 403]);
    for (const host of ["localhost:1", "127.0.0.1", "[::1]:80", "10.0.0.7:4000"])
      expect([host, (await ask(given.url, "/floor", { headers: { host } })).status]).toEqual([host, 200]);
    const fetched = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "no-cors",
      "sec-fetch-dest": "image",
    };
    expect((await ask(given.url, "/floor", { headers: fetched })).status).toBe(403);
    const linked = {
      "sec-fetch-site": "cross-site",
      "sec-fetch-mode": "navigate",
      "sec-fetch-dest": "document",
    };
    expect((await ask(given.url, "/floor", { headers: linked })).status).toBe(200);
    const framed = { ...linked, "sec-fetch-dest": "iframe" };
    expect((await ask(given.url, "/floor", { headers: framed })).status).toBe(403);
  });

  it("finds a case by its words, and goes straight to one by its id", async () => {
    const { body } = await ask(given.url, "/follow?q=powershell+fin-ws-042&state=closed");
    expect(body).toContain(theCase);
    const none = await ask(given.url, "/follow?verdict=benign&sev=SEV-1&page=99&state=nonsense");
    expect(none.body).toContain("No case is like that");
    const exact = await ask(given.url, `/follow?q=+${theCase.toLowerCase()}`);
    expect(exact).toMatchObject({ status: 303, headers: { location: `/follow/${theCase}` } });
  });

  it("streams its own pages alone", async () => {
    for (const at of ["https://evil.example/", "//evil.example/floor", "\\\\evil.example"])
      expect((await ask(given.url, `/live?at=${encodeURIComponent(at)}`)).status).toBe(400);
  });

  it("draws its charts as pictures for either theme", async () => {
    const { headers, body } = await ask(given.url, "/proof/calibration.svg?theme=dark");
    expect(headers["content-type"]).toBe("image/svg+xml; charset=utf-8");
    expect(body).toMatch(/^<svg role="img" aria-label="How often each role was right/);
    expect((await ask(given.url, "/campaigns/CAMPAIGN-NONE.svg")).status).toBe(404);
  });

  it("pushes a region again when the log goes on, and no other", { timeout: 20_000 }, async () => {
    const ending = new AbortController();
    const answer = await fetch(`${given.url}/live?at=${encodeURIComponent("/follow")}`, {
      signal: ending.signal,
    });
    expect(answer.headers.get("content-type")).toContain("text/event-stream");
    const seen: string[] = [];
    let opened = false;
    for await (const piece of answer.body ?? []) {
      const message = Buffer.from(piece).toString("utf8");
      if (opened) seen.push(message);
      if (!opened && message.includes(": drawn")) {
        opened = true;
        await given.bus.publish([anotherAlert()]);
      } else if (message.includes("CASE-NEW0000001")) break;
    }
    ending.abort();
    const ids = seen.join("").match(/^data: \{"id":"(\w+)"/gm);
    expect(ids).toEqual(['data: {"id":"cases"']);
  });
});

describe("a log that cannot be read, or not yet", () => {
  const shownWith = async (read: Bus["read"]): Promise<string> => {
    const bus = await busOf([]);
    const down = { ...onlyReading(bus), read, groups: () => Promise.reject(new Error("the bus is down")) };
    const given = await givenDashboard({ bus: down });
    try {
      const { status, body } = await ask(given.url, "/floor");
      expect(status).toBe(200);
      return body;
    } finally {
      await given.close();
      await bus.close();
    }
  };

  it("is said above every page, and what was read before stands", async () => {
    const reading = await shownWith(async function* () {
      yield* await new Promise<never[]>(() => undefined);
    });
    expect(reading).toContain("Reading the log: 0 entries so far. What stands here is not all of it yet.");
    const broken = await shownWith(async function* () {
      yield* await Promise.reject<never[]>(new Error("connect ECONNREFUSED"));
    });
    expect(broken).toContain(
      "The log cannot be read just now, and this is as of before: connect ECONNREFUSED",
    );
  });
});

describe("what stands behind open pages", () => {
  it("folds memory anew once the log can be read again, however many asked meanwhile", async () => {
    const { bus, views } = await givenViews();
    let isDown = true;
    views.bus.read = (options) => (isDown ? failing() : bus.read(options));
    const shown = new Views(views);
    const asked = await Promise.allSettled([shown.campaigns(14), shown.campaigns(14)]);
    expect(asked.map(({ status }) => status)).toEqual(["rejected", "rejected"]);
    isDown = false;
    expect((await shown.campaigns(14)).cases).toBe(2);
    await bus.close();
  });

  it("leaves nothing of a page that was closed while it was drawn", async () => {
    const { bus, views } = await givenViews();
    const ending = new AbortController();
    const response = new ServerResponse(new IncomingMessage(new Socket()));
    const shown = new Views(views);
    const { promise: drawn, resolve } = Promise.withResolvers<undefined>();
    const draw = shown.draw.bind(shown);
    shown.draw = (url) => draw(url).finally(() => setImmediate(resolve, undefined));
    const failed: unknown[] = [];
    response.on("error", (error) => failed.push(error));
    stream(shown, new URL("http://dashboard/policy"), response, ending.signal);
    expect(getEventListeners(ending.signal, "abort")).toHaveLength(1);
    response.emit("close");
    expect(getEventListeners(ending.signal, "abort")).toEqual([]);
    await drawn;
    expect(failed).toEqual([]);
    await bus.close();
  });
});

async function* failing(): AsyncGenerator<never> {
  yield* await Promise.reject<never[]>(new Error("the bus is down"));
}

async function givenViews() {
  const bus = await busOf(caseLog());
  const views = {
    ...{ bus: onlyReading(bus), live: true, about: "data", policy: await shippedPolicy(), memory: {} },
    ...{ order: [], clock: manualClock(0), diagnostics: silent, scorecards: () => Promise.resolve([]) },
  };
  return { bus, views };
}

describe("a dashboard that others reach", () => {
  it("does not start without a token", async () => {
    await expect(givenDashboard({ host: "0.0.0.0" })).rejects.toMatchObject({
      code: "dashboard_open",
      message: expect.stringContaining("expected DASHBOARD_TOKEN") as unknown,
    });
  });

  it("lets in who gives the token, once, and keeps it out of the address", async () => {
    const given = await givenDashboard({ token });
    try {
      for (const path of ["/floor", "/live?at=%2Ffloor", "/campaigns", "/floor?token=wrong"]) {
        const refused = await ask(given.url, path);
        expect([path, refused.status]).toEqual([path, 401]);
        expect(refused.body).toContain("A token is needed");
        expect(refused.body).not.toContain(theCase);
      }
      const entered = await ask(given.url, `/follow?state=closed&token=${token}`);
      expect(entered).toMatchObject({ status: 303, headers: { location: "/follow?state=closed" } });
      const cookie = String(entered.headers["set-cookie"]);
      expect(cookie).toContain("HttpOnly; SameSite=Strict");
      expect(cookie).not.toContain(token);
      const headers = { cookie: cookie.split(";")[0] ?? "" };
      expect((await ask(given.url, "/floor", { headers })).status).toBe(200);
      for (const [path, location] of [
        [`/follow?token=${token}&state=closed`, "/follow?state=closed"],
        ["/floor?token=wrong", "/floor"],
      ] as const) {
        const again = await ask(given.url, path, { headers });
        expect(again).toMatchObject({ status: 303, headers: { location } });
        expect(again.headers["set-cookie"]).toBeUndefined();
      }
      const forged = { cookie: headers.cookie.replace(/=.*/, `=${cookieValue("another")}`) };
      expect((await ask(given.url, "/floor", { headers: forged })).status).toBe(401);
      const away = await ask(given.url, `/.//elsewhere.example/?token=${token}`);
      expect(away.headers["location"]).toBe("/elsewhere.example/");
    } finally {
      await given.close();
    }
  });
});

/** A bus of which a test replaces parts. */
function onlyReading(bus: LocalBus): Bus {
  return {
    open: (groups) => bus.open(groups),
    publish: (events) => bus.publish(events),
    subscribe: (group, types, handler, options) => bus.subscribe(group, types, handler, options),
    read: (options) => bus.read(options),
    follow: (options) => bus.follow(options),
    tail: () => bus.tail(),
    groups: () => bus.groups(),
    lease: (name, owner, ms) => bus.lease(name, owner, ms),
    dead: bus.dead,
    close: () => bus.close(),
  };
}

function anotherAlert() {
  const caseId = "CASE-NEW0000001";
  return makeEvent({
    ...{ id: "new-alert", source: "/sources/crowdstrike", type: "alert.received", subject: caseId },
    time: "2026-03-02T10:00:01.000Z",
    data: {
      ...{ source: "crowdstrike", sourceId: "new-1", caseId, title: "A new one", severity: "low", raw: {} },
      ...{ rule: { id: "r", name: "R" }, time: "2026-03-02T10:00:00.000Z", techniques: [], indicators: [] },
    },
  });
}
