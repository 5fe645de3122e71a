/** Servers of tools elsewhere, by streamable HTTP: the header goes to that address and no other, and limits hold. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { McpServerShape } from "../../../src/mcp-shape.ts";
import { atEnd, open, tempFolder, type Played } from "./scene.ts";

type Answer = (response: ServerResponse, id: unknown) => void;
const Request = z.looseObject({ id: z.number().optional(), method: z.string() });

/** Greets and lists one tool; `called` answers its calls. */
async function serve(called: Answer): Promise<{ url: string; headers: string[] }> {
  const headers: string[] = [];
  const handle = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    headers.push(request.headers.authorization ?? "none");
    if (request.method !== "POST") return void response.writeHead(405).end();
    let body = "";
    for await (const chunk of request) body += String(chunk);
    const { id, method } = Request.parse(JSON.parse(body));
    if (method === "tools/call") called(response, id);
    else if (id === undefined) response.writeHead(202).end();
    else json(response, id, method === "initialize" ? greeting : { tools });
  };
  const server = createServer((request, response) => void handle(request, response));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  atEnd(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = z.custom<AddressInfo>().parse(server.address());
  return { url: `http://127.0.0.1:${address.port}/mcp`, headers };
}

const greeting = {
  protocolVersion: "2025-06-18",
  capabilities: { tools: {} },
  serverInfo: { name: "Assets", version: "2.0" },
};
const tools = [{ name: "owner", inputSchema: { type: "object" }, annotations: { readOnlyHint: true } }];

function json(response: ServerResponse, id: unknown, result: unknown): void {
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ jsonrpc: "2.0", id, result }));
}

async function play(url: string, callSeconds = 5): Promise<Played> {
  const headers = { Authorization: "Bearer ${ASSETS_TOKEN}" };
  const assets = McpServerShape.parse({ url, headers, callSeconds, roles: { sleuth: ["owner"] } });
  return open({ assets }, { folder: tempFolder(), variables: { ASSETS_TOKEN: "t0k3n" } });
}

describe("a server of tools over HTTP", () => {
  it("is sent its header, and answers", async () => {
    const { url, headers } = await serve((response, id) => {
      json(response, id, { content: [{ type: "text", text: "finance" }] });
    });
    const { ask, tool } = await play(url);
    expect(await ask({})).toBe("finance");
    expect(tool("assets__owner").version).toBe("Assets 2.0");
    expect(new Set(headers)).toEqual(new Set(["Bearer t0k3n"]));
  });

  it.each<[string, RegExp, Answer]>([
    ["hangs", /^server_slow: .* gave no answer in 0.2 s$/, () => undefined],
    [
      "is not well",
      /^server_garbles: /,
      (response) => void response.writeHead(500).end("at /srv/secret.js:1"),
    ],
    [
      "answers no JSON",
      /^server_garbles: /,
      (response) => {
        html(response, "application/json");
      },
    ],
    [
      "answers a page",
      /^server_garbles: /,
      (response) => {
        html(response, "text/html");
      },
    ],
    [
      "floods",
      /^server_floods: /,
      (response) => {
        endless(response, "application/json");
      },
    ],
    [
      "floods a stream",
      /^server_floods: /,
      (response) => {
        endless(response, "text/event-stream");
      },
    ],
    ["breaks off", /^server_fails: /, (response) => void response.destroy()],
  ])("that %s costs its call", async (_, words, called) => {
    const { url } = await serve(called);
    const { ask } = await play(url, words.source.includes("slow") ? 0.2 : 5);
    const said = await ask({});
    expect(said).toMatch(words);
    expect(said).not.toContain("secret");
  });

  it("does not take the header to where a redirect leads", async () => {
    const elsewhere = await serve(() => undefined);
    const { url } = await serve(
      (response) => void response.writeHead(307, { location: elsewhere.url }).end(),
    );
    const { ask } = await play(url);
    expect(await ask({})).toMatch(/^server_fails: /);
    expect(elsewhere.headers).toEqual([]);
  });
});

function html(response: ServerResponse, type: string): void {
  response.writeHead(200, { "content-type": type }).end("<html>");
}

function endless(response: ServerResponse, type: string): void {
  response.writeHead(200, { "content-type": type });
  const more = (): void => {
    while (!response.destroyed && response.write("data: ".padEnd(65_536, "x")));
  };
  response.on("drain", more).on("error", () => undefined);
  more();
}
