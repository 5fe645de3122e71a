/** A TCP proxy that loses replies: what was asked has happened, and who asked never hears of it. */
import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";

export class CuttingProxy {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #marker: string | undefined;
  #cuts = 0;

  private constructor(target: number) {
    this.#server = createServer((client) => {
      this.#join(client, connect(target, "127.0.0.1"));
    });
  }

  static async to(port: number): Promise<CuttingProxy> {
    const proxy = new CuttingProxy(port);
    proxy.#server.listen(0, "127.0.0.1");
    await once(proxy.#server, "listening");
    return proxy;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("proxy: not listening");
    return `redis://127.0.0.1:${address.port}`;
  }

  /** How many replies were lost so far. */
  get cuts(): number {
    return this.#cuts;
  }

  /** The next request that contains the marker is carried out; its connection is cut instead of the reply. */
  loseReplyTo(marker: string): void {
    this.#marker = marker;
  }

  /** From here on nothing goes through. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    if (!this.#server.listening) return;
    this.#server.close();
    await once(this.#server, "close");
  }

  #join(client: Socket, server: Socket): void {
    let cut = false;
    const destroy = (): void => {
      client.destroy();
      server.destroy();
    };
    client.on("data", (chunk) => {
      if (this.#marker !== undefined && chunk.includes(this.#marker)) {
        this.#marker = undefined;
        cut = true;
      }
      server.write(chunk);
    });
    server.on("data", (chunk) => {
      if (!cut) {
        client.write(chunk);
        return;
      }
      this.#cuts += 1;
      destroy();
    });
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      // A reset is what this proxy is for; "close" follows it.
      socket.on("error", destroy);
      socket.on("close", () => {
        this.#sockets.delete(socket);
        destroy();
      });
    }
  }
}
