/**
 * Who can reach beyond the process, and why: every module of the project is read, and what could open a connection, start
 * another program or get round this stands here by name. A product is asked by vendors/http-client.ts alone, which reads
 * only (its own test shows that); nothing else here speaks to one.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { waysOut } from "./ways.ts";

const root = resolve(import.meta.dirname, "../..");
/** Not in the package: what is tested, measured, generated or installed. */
const notOurs = new Set(["bench", "coverage", "data", "dist", "node_modules", "test"]);

interface Way {
  readonly ways: readonly string[];
  readonly why: string;
}

const way = (why: string, ...ways: string[]): Way => ({ ways, why });

/** The only way to a product. */
const client = "vendors/http-client.ts";

const allowed: Readonly<Record<string, Way>> = {
  [client]: way("reads: GET and listed POSTs", "fetch"),
  "bin/commands/start.ts": way("opens the browser; starts the local workspace", "node:child_process spawn"),
  "bin/control-client.ts": way("asks the running process of this machine", "fetch"),
  "bin/doctor/keys.ts": way("asks a Unix socket of this machine", "node:net connect"),
  "bin/hatrack.ts": way("keeps compiled code between starts", "node:module"),
  "bin/health-systemd.ts": way("tells systemd that it is alive", "node:child_process execFile"),
  "bin/watch-beside.ts": way("starts hatrack's own watch", "node:child_process spawn"),
  "reference/read-sources.ts": way("reads installed packages' versions", "node:child_process execFileSync"),
  "schedules/load-schedules.ts": way("loads definitions by folder", "import of a name made at run time"),
  "slack/uploads.ts": way("puts a picture where Slack said", "fetch"),
  "slack/watch-post.ts": way("posts to Slack where nothing else does any more", "fetch"),
  "slack/workspace/page/acts.js": way("the browser's side of the local workspace", "fetch"),
  "slack/workspace/page/page.js": way("the browser's side of the local workspace", "fetch"),
  "slack/workspace/sockets.ts": way("the local workspace's side of its sockets", "WebSocket"),
  "src/load-roles.ts": way("loads roles by folder", "import of a name made at run time"),
  "src/role-imports.ts": way("lets a role of one's own import hatrack", "node:module registerHooks"),
  "vendors/charts/png.ts": way("finds a font file", "createRequire", "node:module createRequire"),
  "vendors/mcp-transport.ts": way("asks configured MCP servers, for tools that say they only read", "fetch"),
  "vendors/openai-probe.ts": way("asks a model server what it is", "fetch"),
  "vendors/openai-transport.ts": way(
    ...(["sends prompts to a model server", "node:http request", "node:https request"] as const),
  ),
  "vendors/pager-webhook.ts": way("rings the configured pager", "fetch"),
  "web/static/page.js": way("the browser's side of the dashboard", "EventSource", "fetch"),
};

/** Packages that compute, and may be imported anywhere; and where those that connect may be. */
const packages: Readonly<Record<string, "anywhere" | readonly string[]>> = {
  ...{ "@langchain/core": "anywhere", "@langchain/langgraph": "anywhere", "@resvg/resvg-wasm": "anywhere" },
  ...{ ajv: "anywhere", echarts: "anywhere", "ioc-extractor": "anywhere", "ipaddr.js": "anywhere" },
  ...{ "node-cron": "anywhere", pino: "anywhere", tldts: "anywhere", yaml: "anywhere", zod: "anywhere" },
  "@langchain/openai": ["vendors/openai-server-model.ts"],
  "@modelcontextprotocol/sdk": ["vendors/mcp-connection.ts", "vendors/mcp-transport.ts"],
  "@slack/bolt": ["slack/"],
  "@slack/web-api": ["slack/"],
  ioredis: ["src/bus/redis/connection.ts"],
  "prom-client": ["bin/metrics.ts"],
  ws: ["slack/workspace/server.ts"],
};

function files(): string[] {
  const folders = readdirSync(root, { withFileTypes: true }).filter(
    (entry) => entry.isDirectory() && !entry.name.startsWith(".") && !notOurs.has(entry.name),
  );
  return folders.flatMap(({ name }) =>
    readdirSync(join(root, name), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && /\.[cm]?[jt]s$/.test(entry.name))
      .map((entry) => relative(root, join(entry.parentPath, entry.name))),
  );
}

function allows(file: string, found: string): boolean {
  const [, name] = /^package (.+)$/.exec(found) ?? [];
  if (name === undefined) return allowed[file]?.ways.includes(found) ?? false;
  const where = Object.hasOwn(packages, name) ? packages[name] : undefined;
  return where === "anywhere" || (where?.some((place) => file.startsWith(place)) ?? false);
}

const all = files();
const ways = new Map(all.map((file) => [file, waysOut(file, readFileSync(join(root, file), "utf8"))]));
const out = [...ways].flatMap(([file, found]) => found.map((each) => ({ file, each })));

describe("the ways out of the house", () => {
  it("are those that are named, each with its reason, and no other", () => {
    expect(all.length).toBeGreaterThan(400);
    expect(out.filter(({ file, each }) => !allows(file, each))).toEqual([]);
    // A reason that is no longer needed is struck out.
    const named = Object.entries(allowed).flatMap(([file, each]) =>
      each.ways.map((one) => ({ file, each: one })),
    );
    expect(
      named.filter((one) => !out.some(({ file, each }) => file === one.file && each === one.each)),
    ).toEqual([]);
    const used = new Set(out.map(({ each }) => each));
    expect(Object.keys(packages).filter((name) => !used.has(`package ${name}`))).toEqual([]);
  });

  it("lead to a product by the one client alone", () => {
    const products = /crowdstrike\.(?:com|mil)|abuse\.ch\b/;
    const naming = all.filter(
      (file) => file.startsWith("vendors/") && products.test(readFileSync(join(root, file), "utf8")),
    );
    const beyond = naming.filter((file) =>
      ways.get(file)?.some((each) => packages[each.slice(8)] !== "anywhere"),
    );
    expect(beyond).toEqual([]);
    for (const file of ["vendors/falcon-cloud.ts", "vendors/feodo-list.ts"]) expect(naming).toContain(file);
  });

  it.each([
    'await fetch("https://x");',
    "const send = fetch;",
    "const f = globalThis.fetch;",
    'globalThis["fetch"](url)',
    "const { fetch: f } = globalThis;",
    "const g = global; g.fetch(url)",
    "client({ fetch, other });",
    "new WebSocket(url)",
    "new EventSource(url)",
    'import { request } from "node:https";',
    'import { createServer, request as send } from "node:http";',
    'import https from "node:https";',
    'import * as net from "node:net";',
    'import { connect } from "node:tls";',
    'import { createSocket } from "node:dgram";',
    'import { connect } from "node:http2";',
    'import { execFile } from "node:child_process";',
    'import { Worker } from "node:worker_threads";',
    'import { lookup } from "node:dns/promises";',
    'export { request } from "node:http";',
    'export * from "node:http";',
    'import "node:cluster";',
    'await import("node:http")',
    "await import(`node:http`)",
    "await import(name)",
    'require("http")',
    'process.getBuiltinModule("http")',
    'process["binding"]("tcp_wrap")',
    'eval("fetch(url)")',
    'new Function("return fetch")()',
    'import axios from "axios";',
    'import { Agent, request } from "undici";',
    'import { WebClient } from "@slack/web-api";',
    'import { Redis } from "ioredis";',
    'import { Client } from "@modelcontextprotocol/sdk/client/index.js";',
    'import http from "http";',
  ])("are seen when planted in any module: %s", (planted) => {
    const found = waysOut("vendors/tools/planted.ts", planted);
    expect(found.filter((each) => !allows("vendors/tools/planted.ts", each))).not.toEqual([]);
  });

  it.each([
    'import { createServer } from "node:http";',
    'import type { request } from "node:http";',
    'import { type Socket, createServer } from "node:net";',
    'import { isIP } from "node:net";',
    'import { z } from "zod";',
    'import { caps } from "./fetch.ts";',
    "// we fetch(it) later",
    'const global = "common"; return { global };',
    "const prefetch = 1; store.fetch(x); const o = { fetch: 1, eval: 2 };",
    'const words = "fetch(url)";',
  ])("are not seen where there is none: %s", (harmless) => {
    const found = waysOut("vendors/tools/planted.ts", harmless);
    expect(found.filter((each) => !allows("vendors/tools/planted.ts", each))).toEqual([]);
  });
});
