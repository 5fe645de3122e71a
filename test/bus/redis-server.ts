/**
 * A redis-server of the test's own: free port on 127.0.0.1, own temporary directory, as durable as production
 * must be. Never the one on 6379.
 */
import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

const durable = ["--appendonly", "yes", "--appendfsync", "always", "--maxmemory-policy", "noeviction"];

const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

export class RedisServer {
  readonly port: number;
  readonly directory: string;
  readonly #args: readonly string[];
  /** Of each of its files, bytes: what would make one longer fails, as on a full disk. From the next start on. */
  fileLimit: number | undefined;
  #child: ChildProcess | undefined;

  private constructor(port: number, args: readonly string[]) {
    this.port = port;
    this.directory = mkdtempSync(join(tmpdir(), "hatrack-redis-"));
    this.#args = args;
  }

  /** @param args more options; of two of the same name the last holds */
  static async start(...args: readonly string[]): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), args);
    await server.restart();
    return server;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`;
  }

  /** Starts it (again) on the same port and data; resolves when it has loaded them. */
  async restart(): Promise<void> {
    if (this.#child !== undefined) throw new Error("redis-server: it is still running");
    const where = ["--port", String(this.port), "--bind", "127.0.0.1", "--dir", this.directory, "--save", ""];
    const child = spawn("sh", ["-c", this.#limited(), "sh", ...where, ...durable, ...this.#args], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    this.#child = child;
    running.add(child);
    const said: string[] = [];
    for await (const line of createInterface({ input: child.stdout })) {
      said.push(line);
      if (line.includes("Ready to accept connections")) {
        child.stdout.resume();
        return;
      }
    }
    throw new Error(`redis-server did not start:\n${said.join("\n")}`);
  }

  #limited(): string {
    const limit = this.fileLimit === undefined ? "" : `trap "" XFSZ; ulimit -f ${this.fileLimit >> 9}; `;
    return `${limit}exec redis-server "$@"`;
  }

  /** As a power cut for the process: nothing is flushed on the way out. */
  async kill9(): Promise<void> {
    const child = this.#child;
    if (child === undefined) return;
    this.#child = undefined;
    running.delete(child);
    // It may have ended by itself: Redis does when it cannot write what it must.
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, "exit");
    child.kill("SIGKILL");
    await exited;
  }

  async stop(): Promise<void> {
    await this.kill9();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** Freezes and thaws it: connections stay open, nothing is answered. */
  freeze(): void {
    this.#child?.kill("SIGSTOP");
  }

  thaw(): void {
    this.#child?.kill("SIGCONT");
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("redis-server: no free port");
  return address.port;
}
