/**
 * What a dead primary costs: it takes the connection and never answers. Our chain and LangChain's own `withFallbacks`
 * over the same two servers, the same client and the same limit of one second.
 */
import { once } from "node:events";
import { createServer, type Server, type ServerResponse } from "node:http";
import { FailoverChatModel } from "../src/models/failover/failover-chat-model.ts";
import { openAiModel } from "../vendors/openai.ts";
import { alone, compared, median, type Row } from "./row.ts";

const limitMs = 1_000;
const further = 7;

class Backend {
  silent = false;
  readonly #server: Server;
  readonly #held = new Set<ServerResponse>();

  constructor() {
    this.#server = createServer((request, response) => {
      request.resume();
      request.on("end", () => {
        if (this.silent) this.#held.add(response);
        else reply(response);
      });
    });
  }

  async start(): Promise<string> {
    this.#server.listen(0, "127.0.0.1");
    await once(this.#server, "listening");
    const address = this.#server.address();
    if (typeof address !== "object" || address === null) throw new Error("bench failover: no port");
    return `http://127.0.0.1:${address.port}/v1`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

function reply(response: ServerResponse): void {
  const message = { role: "assistant", content: "ready" };
  const choices = [{ index: 0, finish_reason: "stop", message }];
  response.writeHead(200, { "content-type": "application/json" });
  response.end(JSON.stringify({ id: "c", object: "chat.completion", created: 1, model: "m", choices }));
}

async function timed(work: () => Promise<{ readonly text: string }>): Promise<number> {
  const started = performance.now();
  const { text } = await work();
  // A bench of calls that were not answered would be a fine number.
  if (text !== "ready") throw new Error(`bench failover: got "${text}", expected an answer`);
  return performance.now() - started;
}

async function several(work: () => Promise<{ readonly text: string }>): Promise<number> {
  const times: number[] = [];
  for (let i = 0; i < further; i += 1) times.push(await timed(work));
  return median(times);
}

export async function run(): Promise<Row[]> {
  const servers = [new Backend(), new Backend()] as const;
  const [primary] = servers;
  const limits = { connectMs: limitMs, firstByteMs: limitMs, idleMs: limitMs, maxBytes: 100_000 };
  const modelOf = async (server: Backend) =>
    openAiModel({ baseUrl: await server.start(), model: "m", limits, timeoutMs: limitMs });
  const [one, two] = await Promise.all(servers.map(modelOf));
  if (one === undefined || two === undefined) throw new Error("bench failover: two legs are needed");
  const recovered = Promise.withResolvers<undefined>();
  const ours = new FailoverChatModel({
    legs: [one, two].map(({ chat, leg }) => ({ name: leg, model: "m", chat })),
    onChange: ({ type, ...change }) => {
      if (type === "recovered" && !("first" in change)) recovered.resolve(undefined);
    },
  });
  const theirs = one.chat.withFallbacks([two.chat]);
  try {
    await several(() => ours.invoke("h"));
    await several(() => theirs.invoke("h"));
    const well = {
      ours: await several(() => ours.invoke("h")),
      theirs: await several(() => theirs.invoke("h")),
    };
    primary.silent = true;
    const first = {
      ours: await timed(() => ours.invoke("h")),
      theirs: await timed(() => theirs.invoke("h")),
    };
    const each = {
      ours: await several(() => ours.invoke("h")),
      theirs: await several(() => theirs.invoke("h")),
    };
    primary.silent = false;
    const started = performance.now();
    await recovered.promise;
    const back = performance.now() - started;
    return [
      row("a call while both are well", well),
      row(`the first call when the primary is a black hole (its limit: ${limitMs} ms)`, first),
      row(`each further call while it is down (median of ${further})`, each),
      alone("from its return until calls go to it again", Math.round(back), "ms"),
    ];
  } finally {
    ours.chain.close();
    for (const server of servers) server.close();
  }
}

function row(what: string, { ours, theirs }: { readonly ours: number; readonly theirs: number }): Row {
  const round = (ms: number): number => Math.round(ms * 100) / 100;
  const mine = alone(what, round(ours), "ms");
  const row = compared(mine, { name: "LangChain withFallbacks", value: round(theirs) });
  return { ...row, ratio: Math.round((ours / theirs) * 10_000) / 10_000 };
}
