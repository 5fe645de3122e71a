/**
 * Who can reach the network, and why. A product is asked by vendors/http-client.ts alone, which reads only (its own test
 * shows that); everything else that can open a connection stands here by name, and none of it speaks to a product.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";

const root = resolve(import.meta.dirname, "../..");
const folders = ["bin", "reference", "roles", "schedules", "slack", "src", "vendors", "web"];

/** The only way to a product. */
const client = "vendors/http-client.ts";

const allowed: Readonly<Record<string, string>> = {
  [client]: "reads: GET and listed POSTs",
  "bin/control-client.ts": "asks the running process of this machine",
  "bin/doctor/keys.ts": "asks a Unix socket of this machine",
  "slack/watch-post.ts": "posts to Slack where nothing else does any more",
  "slack/workspace/server.ts": "the local workspace's side of its sockets",
  "slack/uploads.ts": "puts a picture where Slack said",
  "vendors/mcp-transport.ts": "asks configured MCP servers, for tools that say they only read",
  "vendors/openai-probe.ts": "asks a model server what it is",
  "vendors/openai-transport.ts": "sends prompts to a model server",
  "vendors/pager-webhook.ts": "rings the configured pager",
};

/** What opens a connection or runs what could. A server's side (createServer, types) is none. */
const ways: readonly (readonly [name: string, pattern: RegExp])[] = [
  ["fetch", /(?<![\w.#"'`/-])fetch\s*(?:\(|[,;)}\]]|\.)|globalThis\s*(?:\.|\[)\s*["']?fetch/],
  [
    "node client",
    /import\s*\{[^}]*\b(?:request|get|connect|createConnection|Socket|Agent)\b[^}]*\}\s*from\s*"node:(?:https?|http2|net|tls|dgram)"/,
  ],
  ["whole module", /import\s*(?:\*\s*as\s*)?\w+\s*from\s*"(?:node:)?(?:https?|http2|net|tls|dgram)"/],
  ["module at run time", /(?:import|require)\s*\(\s*"(?:node:)?(?:https?|http2|net|tls|dgram)"\s*\)/],
  ["client library", /from\s*"(?:undici|axios|got|ky|node-fetch|superagent|needle|request|ws)"/],
  ["browser's way", /new\s+(?:WebSocket|XMLHttpRequest|EventSource)\b/],
];

function waysOf(text: string): string[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\/|^\s*\/\/.*$/gm, "").replaceAll(/import type [^;]*;/g, "");
  return ways.filter(([, pattern]) => pattern.test(code)).map(([name]) => name);
}

function files(): string[] {
  return folders.flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && entry.name.endsWith(".ts"))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
}

describe("the ways out of the house", () => {
  it("are those that are named, each with its reason, and no other", () => {
    const all = files();
    const found = all.filter((file) => waysOf(readFileSync(join(root, file), "utf8")).length > 0);
    expect(found.filter((file) => !Object.hasOwn(allowed, file))).toEqual([]);
    // A reason that is no longer needed is struck out.
    expect(Object.keys(allowed).filter((file) => all.includes(file) && !found.includes(file))).toEqual([]);
  });

  it("lead to a product by the one client alone", () => {
    const products = /crowdstrike\.(?:com|mil)|abuse\.ch\//;
    const naming = files().filter(
      (file) => /^vendors\//.test(file) && products.test(readFileSync(join(root, file), "utf8")),
    );
    for (const file of naming) expect(waysOf(readFileSync(join(root, file), "utf8")), file).toEqual([]);
    expect(naming).toContain("vendors/falcon-cloud.ts");
  });

  it.each([
    'await fetch("https://x");',
    "const f = globalThis.fetch;",
    'globalThis["fetch"](url)',
    "client({ fetch, other });",
    'import { request } from "node:https";',
    'import { createServer, request as send } from "node:http";',
    'import https from "node:https";',
    'import * as net from "node:net";',
    'await import("node:http")',
    'import axios from "axios";',
    'import { Agent, request } from "undici";',
    "new WebSocket(url)",
  ])("are seen when planted: %s", (planted) => {
    expect(waysOf(planted)).not.toEqual([]);
  });

  it.each([
    'import { createServer } from "node:http";',
    'import type { request } from "node:http";',
    "// we fetch(it) later",
    "const prefetch = 1; store.fetch(x);",
  ])("are not seen where there is none: %s", (harmless) => {
    expect(waysOf(harmless)).toEqual([]);
  });
});
