import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { once } from "node:events";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { manualClock } from "../../src/clock.ts";
import { HttpClient, type HttpCall, type HttpClientOptions } from "../../vendors/http-client.ts";
import { readOnlyPosts } from "../../vendors/read-only.ts";
import { readFileSync } from "node:fs";
import { dataPath, requires } from "../require.ts";

const nowMs = Date.parse("2026-11-16T09:00:00Z");
let server: Server;
let baseUrl: string;
let seen: string[] = [];
let serve: (request: IncomingMessage, response: ServerResponse) => void;

beforeAll(async () => {
  server = createServer((request, response) => {
    seen.push(`${request.method ?? ""} ${request.url ?? ""}`);
    serve(request, response);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  baseUrl = `http://127.0.0.1:${z.object({ port: z.number() }).parse(server.address()).port}`;
});
beforeEach(() => {
  seen = [];
  serve = (_request, response) => response.end("{}");
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

function client(more: Partial<HttpClientOptions> = {}): HttpClient {
  const wait = (): Promise<void> => Promise.resolve();
  return new HttpClient({ product: "falcon", baseUrl, clock: manualClock(nowMs), wait, ...more });
}

/** As a module without types would call it. */
async function forced(call: Record<string, unknown>): Promise<unknown> {
  return client().call(z.custom<HttpCall>(() => true).parse(call));
}

describe("the HTTP client of tools", () => {
  const mutating: [string, string][] = [
    ...["PUT", "PATCH", "DELETE", "OPTIONS", "get", "post", "POST ", "TRACE"].map(
      (method): [string, string] => [method, "/alerts/entities/alerts/v2"],
    ),
    ["POST", "/alerts/entities/alerts/v3"],
    ["POST", "/devices/entities/devices-actions/v2"],
    ["POST", "/real-time-response/entities/sessions/v1"],
    ["POST", "/alerts/entities/alerts/v2/../../../../devices/entities/devices-actions/v2"],
    ["POST", "/oauth2/token/../revoke"],
    ["POST", "/oauth2/token%2f..%2frevoke"],
    ["POST", "/oauth2/token?x=/devices/entities/devices-actions/v2"],
    ["POST", "/OAUTH2/TOKEN"],
    ["POST", "toString"],
    ["POST", "//elsewhere.example/oauth2/token"],
    ["GET", "//elsewhere.example/"],
    ["GET", "@elsewhere.example/"],
    ["GET", "\\\\elsewhere.example\\"],
  ];
  it.each(mutating)("sends nothing for %s %s", async (method, path) => {
    await expect(forced({ method, path })).rejects.toMatchObject({ code: "http_refused", retryable: false });
    expect(seen).toEqual([]);
  });

  it.runIf(requires("data"))("sends no published operation of Falcon's alerts that changes one", async () => {
    const Operations = z.array(z.object({ operation: z.string(), method: z.string(), path: z.string() }));
    const text = readFileSync(dataPath("gofalcon-alert-schema/alerts_endpoints.json"), "utf8");
    const sent: string[] = [];
    for (const { operation, method, path } of Operations.parse(JSON.parse(text))) {
      await forced({ method, path }).then(
        () => sent.push(operation),
        () => undefined,
      );
    }
    expect(sent).toEqual([
      ...["PostCombinedAlertsV1", "PostEntitiesAlertsV2", "GetQueriesAlertsV1", "GetQueriesAlertsV2"],
    ]);
  });

  it("sends no header that could change what is asked", async () => {
    for (const name of ["X-HTTP-Method-Override", "x-http-method", "cookie", "host"]) {
      await expect(forced({ path: "/a", headers: { [name]: "DELETE" } })).rejects.toMatchObject({
        code: "http_refused",
      });
    }
    expect(seen).toEqual([]);
  });

  it("knows no list by which anything but a POST that reads gets through", () => {
    const words =
      /action|update|delete|contain|isolate|quarantine|session|command|entities\/[a-z-]+\/v\d+\/.|policy|user/;
    for (const posts of Object.values(readOnlyPosts)) {
      for (const [path, why] of Object.entries(posts)) {
        expect(path).not.toMatch(words);
        expect(why.length).toBeGreaterThan(8);
      }
    }
  });

  it("follows a redirect of a GET inside its origin, and none elsewhere", async () => {
    serve = (request, response) => {
      if (request.url === "/there") response.end("found");
      else response.writeHead(302, { location: "/there" }).end();
    };
    expect((await client().call({ path: "/here" })).text).toBe("found");
    await expect(client().call({ method: "POST", path: "/oauth2/token" })).rejects.toMatchObject({
      code: "http_redirected",
    });
    serve = (_request, response) =>
      response.writeHead(308, { location: "http://127.0.0.2:9/steal", "x-cs-region": "eu-1" }).end();
    await expect(client().call({ path: "/here" })).rejects.toThrow(
      /sent on to http:\/\/127\.0\.0\.2:9; it belongs to the cloud eu-1/,
    );
    serve = (_request, response) => response.writeHead(302, { location: "/round" }).end();
    seen = [];
    await expect(client().call({ path: "/round" })).rejects.toMatchObject({ code: "http_redirected" });
    expect(seen).toHaveLength(4);
  });

  it("takes no answer that is too large, and none that never comes", async () => {
    serve = (_request, response) => response.end("x".repeat(2_000));
    await expect(client({ maxBytes: 1_000 }).call({ path: "/a" })).rejects.toMatchObject({
      code: "http_too_large",
    });
    serve = () => undefined;
    await expect(client({ timeoutMs: 30, tries: 2 }).call({ path: "/a" })).rejects.toThrow(
      /no answer within 30 ms/,
    );
  });

  it("tries again after 429 and 5xx, as long as it is told to and no longer than it may", async () => {
    const waits: number[] = [];
    const wait = (ms: number): Promise<unknown> => Promise.resolve(waits.push(ms));
    const answers: [number, Record<string, string>][] = [
      [429, { "retry-after": "2" }],
      [503, { "retry-after": new Date(nowMs + 7_000).toUTCString() }],
      [500, {}],
      [200, {}],
    ];
    serve = (_request, response) => {
      const [status, headers] = answers.shift() ?? [200, {}];
      response.writeHead(status, { date: new Date(nowMs).toUTCString(), ...headers }).end("{}");
    };
    expect((await client({ wait }).call({ path: "/a" })).status).toBe(200);
    expect(waits).toEqual([2_000, 7_000, 2_000]);
    answers.push([429, { "retry-after": "86400" }]);
    await expect(client({ wait }).call({ path: "/a" })).rejects.toMatchObject({
      code: "http_status",
      retryable: true,
    });
    expect(waits).toHaveLength(3);
  });

  it("does not try again what will never go through", async () => {
    serve = (_request, response) => response.writeHead(404).end();
    await expect(client().call({ path: "/a" })).rejects.toMatchObject({
      code: "http_status",
      retryable: false,
    });
    expect(seen).toHaveLength(1);
  });

  it("is made for https alone, and this machine", () => {
    expect(() => client({ baseUrl: "http://api.crowdstrike.com" })).toThrow(/expected https/);
    expect(() => client({ baseUrl: "file:///etc/passwd" })).toThrow(/expected https/);
    expect(client({ baseUrl: "https://api.crowdstrike.com/x" }).origin).toBe("https://api.crowdstrike.com");
  });

  it("ends with its caller", async () => {
    const abort = new AbortController();
    serve = () => {
      abort.abort();
    };
    const call: HttpCall = { path: "/a", signal: abort.signal };
    await expect(client().call(call)).rejects.toMatchObject({ name: "AbortError" });
    expect(seen).toHaveLength(1);
  });
});
