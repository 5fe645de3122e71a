/**
 * How a server of tools is reached: a process of our own or streamable HTTP, both of the protocol's SDK, with what the
 * SDK leaves open closed: what a server may send in a second and at once, where a secret may go, and what a process is
 * given of our environment.
 */
import { getDefaultEnvironment, StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { Transport } from "@modelcontextprotocol/sdk/shared/transport.js";
import type { JSONRPCMessage } from "@modelcontextprotocol/sdk/types.js";
import { HatrackError } from "../src/errors.ts";
import { variableOf, type McpServerConfig } from "../src/mcp-shape.ts";
import { visible } from "./visible.ts";

export const limits = {
  /** Bytes of one message, or of one body over HTTP. */
  bytes: 1_000_000,
  /** Messages, and lines that are none, within a second. */
  perSecond: 300,
};

export type Env = Readonly<Record<string, string | undefined>>;

export interface Reached {
  readonly name: string;
  readonly config: McpServerConfig;
  readonly env: Env;
  readonly now: () => number;
}

/** @throws HatrackError `mcp_variable_missing`, naming server and variable */
export function transportTo(reached: Reached): Guarded {
  const { config, now } = reached;
  const flooded = (): void => {
    guarded.flood();
  };
  const guarded: Guarded =
    config.url === undefined
      ? new Guarded(processOf(reached), now)
      : new Guarded(httpTo(reached, config.url, flooded), now);
  return guarded;
}

function processOf(reached: Reached): StdioClientTransport {
  const [command = "", ...args] = reached.config.command ?? [];
  const given = reached.config.env.map((name): [string, string] => [name, variable(reached, name)]);
  const env = { ...getDefaultEnvironment(), ...Object.fromEntries(given) };
  // What it writes beside the protocol is read by Guarded, and never by a model.
  return new StdioClientTransport({ command, args, env, stderr: "pipe", maxBufferSize: limits.bytes });
}

function httpTo(reached: Reached, url: string, flooded: () => void): StreamableHTTPClientTransport {
  const headers = Object.entries(reached.config.headers).map(([name, value]): [string, string] => {
    const from = variableOf(value);
    return [name, value.replace(`\${${from}}`, variable(reached, from))];
  });
  const longestMs = 1000 * (reached.config.callSeconds + 5);
  return new StreamableHTTPClientTransport(new URL(url), {
    requestInit: { headers: Object.fromEntries(headers) },
    fetch: async (to, init) => {
      const limit = init?.method === "POST" ? [AbortSignal.timeout(longestMs)] : [];
      const signal = AbortSignal.any([...(init?.signal ? [init.signal] : []), ...limit]);
      // A redirect would take the header with it.
      const response = await fetch(to, { ...init, signal, redirect: "error" });
      return bounded(response, flooded);
    },
  });
}

/** A body that is longer than it may be breaks off, and with it the connection. */
function bounded(response: Response, flooded: () => void): Response {
  if (response.body === null) return response;
  let bytes = 0;
  const counted = response.body.pipeThrough(
    new TransformStream<Uint8Array, Uint8Array>({
      transform: (chunk, controller) => {
        bytes += chunk.byteLength;
        if (bytes <= limits.bytes) {
          controller.enqueue(chunk);
          return;
        }
        controller.error(new HatrackError("mcp_flood", `more than ${limits.bytes} bytes in one body`));
        flooded();
      },
    }),
  );
  const { status, statusText, headers } = response;
  return new Response(counted, { status, statusText, headers });
}

function variable({ name, env }: Reached, from: string): string {
  const value = env[from];
  if (value !== undefined && value !== "") return value;
  throw new HatrackError(
    "mcp_variable_missing",
    `soc.yaml: mcp.servers.${name} is given ${from}, which is not set in this process's environment`,
  );
}

/** @throws HatrackError `mcp_variable_missing`: before anything is started */
export function demandVariables(reached: Reached): void {
  const { env, headers } = reached.config;
  for (const name of [...env, ...Object.values(headers).map(variableOf)]) variable(reached, name);
}

/** Any transport, cut off when more comes than a server that is asked things one by one has reason to send. */
export class Guarded implements Transport {
  onclose?: () => void;
  onerror?: (error: Error) => void;
  onmessage?: NonNullable<Transport["onmessage"]>;
  /** Set when that is why it was cut off. */
  flooded = false;
  readonly #inner: StdioClientTransport | StreamableHTTPClientTransport;
  readonly #now: () => number;
  #second = { since: 0, count: 0 };
  #said = "";

  constructor(inner: StdioClientTransport | StreamableHTTPClientTransport, now: () => number) {
    this.#inner = inner;
    this.#now = now;
    inner.onclose = () => this.onclose?.();
    inner.onmessage = (message) => {
      if (this.#admits()) this.onmessage?.(message);
    };
    inner.onerror = (error) => {
      if (error.message.startsWith("ReadBuffer exceeded")) this.flood();
      if (this.#admits()) this.onerror?.(error);
    };
    if (inner instanceof StdioClientTransport) {
      inner.stderr?.on("data", (chunk: Buffer) => {
        this.#said = (this.#said + chunk.toString("utf8")).slice(-2000);
      });
    }
  }

  /** The last line a process wrote beside the protocol: for whoever mends it. */
  get lastWords(): string {
    return visible(this.#said.trim().split("\n").at(-1) ?? "", 200);
  }

  /** Over HTTP only. */
  get sessionId(): string | undefined {
    return this.#inner instanceof StreamableHTTPClientTransport ? this.#inner.sessionId : undefined;
  }

  setProtocolVersion = (version: string): void => {
    if (this.#inner instanceof StreamableHTTPClientTransport) this.#inner.setProtocolVersion(version);
  };

  start(): Promise<void> {
    return this.#inner.start();
  }

  send(message: JSONRPCMessage): Promise<void> {
    return this.#inner.send(message);
  }

  close(): Promise<void> {
    return this.#inner.close();
  }

  flood(): void {
    if (this.flooded) return;
    this.flooded = true;
    this.close().catch(() => undefined);
  }

  #admits(): boolean {
    if (this.flooded) return false;
    const now = this.#now();
    if (now - this.#second.since >= 1000) this.#second = { since: now, count: 0 };
    this.#second.count += 1;
    if (this.#second.count > limits.perSecond) this.flood();
    return !this.flooded;
  }
}
