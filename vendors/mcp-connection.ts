/** One connection to one server of tools, from its greeting to its end. What went wrong is told in our words alone. */
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPError } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { ErrorCode, McpError, ToolListChangedNotificationSchema } from "@modelcontextprotocol/sdk/types.js";
import { z } from "zod";
import { ToolError } from "../src/agent/define-tool.ts";
import { HatrackError, reasonOf } from "../src/errors.ts";
import { judgeAll, type Judged } from "./mcp-listing.ts";
import { CallResult } from "./mcp-result.ts";
import { transportTo, type Guarded, type Reached } from "./mcp-transport.ts";
import { visible } from "./visible.ts";

const ListPage = z.looseObject({
  tools: z.array(z.unknown()).max(500),
  nextCursor: z.string().max(4000).optional(),
});
const maxPages = 10;
const timedOut: number = ErrorCode.RequestTimeout;
const brokeOff: number = ErrorCode.ConnectionClosed;

export interface Told {
  /** The server says that it offers something else now. */
  readonly listChanged: () => void;
  /** It is over, whoever ended it. */
  readonly closed: () => void;
}

/** What a failed call leaves behind. */
export type Aftermath = "nothing" | "slow" | "broken";

/** For the model, in our words; `cause` has the server's, for the diagnostics. */
export class CallFailed extends ToolError {
  readonly aftermath: Aftermath;

  constructor(code: string, message: string, { aftermath, cause }: { aftermath: Aftermath; cause: unknown }) {
    super(code, message, { cause });
    this.aftermath = aftermath;
  }
}

export class Connection {
  readonly #client: Client;
  readonly #transport: Guarded;
  readonly #reached: Reached;

  private constructor(client: Client, transport: Guarded, reached: Reached) {
    this.#client = client;
    this.#transport = transport;
    this.#reached = reached;
  }

  /** @throws HatrackError `mcp_unreachable` with why; nothing is left running then */
  static async open(reached: Reached, told: Told): Promise<Connection> {
    const transport = transportTo(reached);
    // No sampling, no elicitation, no roots: a server may answer, and ask nothing.
    const client = new Client({ name: "hatrack", version: "1" }, { capabilities: {} });
    client.onclose = told.closed;
    client.setNotificationHandler(ToolListChangedNotificationSchema, told.listChanged);
    const timeout = reached.config.startSeconds * 1000;
    try {
      await client.connect(transport, { timeout, maxTotalTimeout: timeout });
      return new Connection(client, transport, reached);
    } catch (error) {
      client.onclose = () => undefined;
      await client.close().catch(() => undefined);
      throw unreachable(reached, transport, error);
    }
  }

  /** "Search MCP 1.4.2": what the server calls itself. */
  get version(): string {
    const { name = "", version = "" } = this.#client.getServerVersion() ?? {};
    return visible(`${visible(name, 60)} ${visible(version, 30)}`, 100) || "unknown";
  }

  /** @throws HatrackError `mcp_unreachable` */
  async list(): Promise<Judged[]> {
    const { client, options } = { client: this.#client, options: this.#options("startSeconds") };
    const tools: unknown[] = [];
    let cursor: string | undefined;
    try {
      for (let page = 0; page < maxPages; page += 1) {
        const params = cursor === undefined ? {} : { cursor };
        const listed = await client.request({ method: "tools/list", params }, ListPage, options);
        tools.push(...listed.tools);
        cursor = listed.nextCursor;
        if (cursor === undefined) return judgeAll(tools);
      }
    } catch (error) {
      throw unreachable(this.#reached, this.#transport, error);
    }
    throw unreachable(this.#reached, this.#transport, `its list of tools has more than ${maxPages} pages`);
  }

  /** @throws CallFailed; or what `signal` was aborted with */
  async call(
    tool: string,
    args: Record<string, unknown>,
    signal: AbortSignal | undefined,
  ): Promise<CallResult> {
    const options = { ...this.#options("callSeconds"), ...(signal === undefined ? {} : { signal }) };
    try {
      const params = { name: tool, arguments: args };
      return await this.#client.request({ method: "tools/call", params }, CallResult, options);
    } catch (error) {
      signal?.throwIfAborted();
      throw this.#failed(error);
    }
  }

  #options(seconds: "callSeconds" | "startSeconds"): { timeout: number; maxTotalTimeout: number } {
    const timeout = this.#reached.config[seconds] * 1000;
    return { timeout, maxTotalTimeout: timeout };
  }

  #failed(cause: unknown): CallFailed {
    const { name, config } = this.#reached;
    const fail = (code: string, words: string, aftermath: Aftermath): CallFailed =>
      new CallFailed(code, `the tool server ${name} ${words}`, { aftermath, cause });
    if (this.#transport.flooded)
      return fail("server_floods", "sent more than is taken; its answer is lost", "broken");
    if (isGarbled(cause))
      return fail("server_garbles", "answered with something that is no result", "nothing");
    if (!(cause instanceof McpError))
      return fail("server_fails", "could not be reached, or broke off", "broken");
    if (cause.code === timedOut)
      return fail("server_slow", `gave no answer in ${config.callSeconds} s`, "slow");
    if (cause.code === brokeOff) return fail("server_fails", "could not be reached, or broke off", "broken");
    return fail("server_refuses", `refused the call (error ${cause.code})`, "nothing");
  }

  async close(): Promise<void> {
    await this.#client.close();
  }
}

/** Not the protocol's JSON, or by HTTP a refusal that says nothing about the next call. */
function isGarbled(cause: unknown): boolean {
  if (cause instanceof StreamableHTTPError) return cause.code === -1 || (cause.code ?? 0) >= 500;
  return cause instanceof z.core.$ZodError || cause instanceof SyntaxError;
}

function unreachable({ name }: Reached, transport: Guarded, error: unknown): HatrackError {
  if (error instanceof HatrackError && error.code === "mcp_unreachable") return error;
  const { lastWords, flooded } = transport;
  const why = flooded ? "it sent more than is taken" : visible(reasonOf(error), 300);
  const said = lastWords === "" ? "" : `; it wrote: ${lastWords}`;
  return new HatrackError("mcp_unreachable", `tool server ${name}: ${why}${said}`, {
    cause: error,
    retryable: true,
  });
}
