/** The local workspace as a process of its own, and what stands between it and an app: a wire that tells the time. */
import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  createServer,
  request as httpRequest,
  Agent,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { z } from "zod";

const root = join(import.meta.dirname, "..");
const Ready = z.object({ url: z.string(), token: z.string() });
const Answer = z.object({ ok: z.boolean(), ack: z.object({ acked: z.boolean(), ms: z.number() }).nullish() });

/** A person's press, as the workspace saw it. Milliseconds. */
export interface Press {
  readonly acknowledged: number;
  /** Until the workspace has taken the card as this person left it. */
  readonly updated: number;
}

/** A message that an app asked the workspace to post. */
export interface Posting {
  /** Not when it was refused for being one too many. */
  readonly taken: boolean;
  /** Its metadata. */
  readonly mark: Readonly<Record<string, unknown>>;
  /** Milliseconds of `performance.now()`. */
  readonly at: number;
}

export interface Card {
  readonly channel: string;
  readonly ts: string;
}

export class BenchWorkspace {
  /** Where an app finds the Web API. */
  readonly appUrl: string;
  readonly #url: string;
  readonly #token: string;
  readonly #agent = new Agent({ keepAlive: true });
  readonly #waiting = new Map<string, { readonly user: string; readonly seen: (at: number) => void }>();
  readonly #close: () => Promise<void>;
  /** Called for each posting, in the order of the answers. */
  posted: (posting: Posting) => void = () => undefined;

  private constructor(ready: z.infer<typeof Ready>, close: () => Promise<void>, port: number) {
    this.#url = ready.url;
    this.#token = ready.token;
    this.#close = close;
    this.appUrl = `http://127.0.0.1:${port}`;
  }

  static async start(): Promise<BenchWorkspace> {
    const args = ["slack/workspace/main.ts", "--directory", "fixtures/workspace.json"];
    const child = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", ...args], {
      ...{ cwd: root, stdio: ["ignore", "pipe", "inherit"] },
    });
    const [line] = z.tuple([z.string()]).parse(await once(createInterface(child.stdout), "line"));
    const handlers: ((request: IncomingMessage, response: ServerResponse) => void)[] = [];
    const server = createServer((request, response) => {
      for (const handle of handlers) handle(request, response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = z.object({ port: z.number() }).parse(server.address());
    const close = async (): Promise<void> => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      const exited = once(child, "exit");
      child.kill("SIGTERM");
      await exited;
    };
    const workspace = new BenchWorkspace(Ready.parse(JSON.parse(line)), close, port);
    handlers.push((request, response) => {
      workspace.#forward(request, response);
    });
    return workspace;
  }

  /** Presses a button of a card, and waits until the card shows this person. */
  async press(user: string, actionId: string, card: Card): Promise<Press> {
    const seen = Promise.withResolvers<number>();
    this.#waiting.set(card.ts, { user, seen: seen.resolve });
    const started = performance.now();
    const answer = await fetch(`${this.#url}/local/click`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-local-token": this.#token },
      body: JSON.stringify({ user, action_id: actionId, ...card, settle_ms: 0 }),
    });
    const { ok, ack } = Answer.parse(await answer.json());
    if (!ok || ack?.acked !== true)
      throw new Error(`bench gate: a press was not acknowledged (${answer.status})`);
    return { acknowledged: ack.ms, updated: (await seen.promise) - started };
  }

  /** How many messages a second each channel takes; 0: any number. */
  async limit(postsPerSecond: number): Promise<void> {
    const answer = await fetch(`${this.#url}/local/chaos`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-local-token": this.#token },
      body: JSON.stringify({ posts_per_second: postsPerSecond }),
    });
    if (!answer.ok) throw new Error(`bench: the workspace took no limit: HTTP ${answer.status}`);
  }

  async close(): Promise<void> {
    this.#agent.destroy();
    await this.#close();
  }

  /** To the workspace and back; notes when it has taken an edit that shows who pressed. */
  #forward(request: IncomingMessage, response: ServerResponse): void {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      const body = Buffer.concat(chunks);
      const { method, url = "", headers } = request;
      const onward = httpRequest(`${this.#url}${url}`, { method, headers, agent: this.#agent }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
        answer.once("end", () => {
          if (url.endsWith("/chat.update")) this.#updated(body);
          if (url.endsWith("/chat.postMessage")) this.posted(postingOf(body, answer.statusCode));
        });
      });
      onward.on("error", () => response.destroy());
      onward.end(body);
    });
  }

  #updated(body: Buffer): void {
    const fields = new URLSearchParams(body.toString("utf8"));
    const ts = fields.get("ts") ?? "";
    const waiting = this.#waiting.get(ts);
    if (waiting === undefined || fields.get("blocks")?.includes(waiting.user) !== true) return;
    this.#waiting.delete(ts);
    waiting.seen(performance.now());
  }
}

const Metadata = z.object({ event_payload: z.record(z.string(), z.unknown()) });

function postingOf(body: Buffer, status: number | undefined): Posting {
  const fields = new URLSearchParams(body.toString("utf8"));
  const mark = Metadata.parse(JSON.parse(fields.get("metadata") ?? '{"event_payload":{}}')).event_payload;
  return { taken: status === 200, mark, at: performance.now() };
}
