/** Socket Mode: hands each envelope to one of the app's connections and waits for its acknowledgement. */
import { randomUUID } from "node:crypto";
import type { WebSocket } from "ws";
import { z } from "zod";
import type { Chaos } from "./chaos.ts";
import type { NewId } from "./clock.ts";
import { LIMITS } from "./limits.ts";

const PING_MS = 10_000;
const HELD_MS = 1000;

export interface Envelope {
  type: "interactive" | "slash_commands" | "events_api";
  payload: unknown;
  accepts_response_payload: boolean;
  retry_attempt?: number;
  retry_reason?: string;
}

/** What became of an envelope. `payload` is what the app answered with its acknowledgement, if anything. */
export interface Receipt {
  outcome: "acked" | "timeout" | "no_connection";
  ms: number;
  payload: unknown;
}

const ackSchema = z.object({ envelope_id: z.string(), payload: z.unknown() });

interface Waiting {
  acked(payload: unknown): void;
  lost(): void;
  socket: WebSocket | undefined;
}

export class Sockets {
  readonly #chaos: Chaos;
  readonly #newId: NewId;
  readonly #appId: string;
  readonly #tickets = new Set<string>();
  readonly #open: WebSocket[] = [];
  /** Told to reconnect: they get nothing new. */
  readonly #leaving = new WeakSet<WebSocket>();
  readonly #waiting = new Map<string, Waiting>();
  readonly #ping: NodeJS.Timeout;
  readonly #changed: () => void;
  #held: (() => void) | undefined;

  /** `changed` is called whenever a connection came or went. */
  constructor(options: { chaos: Chaos; newId: NewId; appId: string; changed: () => void }) {
    this.#changed = options.changed;
    this.#chaos = options.chaos;
    this.#newId = options.newId;
    this.#appId = options.appId;
    this.#ping = setInterval(() => {
      for (const socket of this.#open) socket.ping();
    }, PING_MS);
    this.#ping.unref();
  }

  /** How many connections the app has. */
  get count(): number {
    return this.#open.length;
  }

  /** A ticket lets one connection in, once. */
  ticket(): string {
    const ticket = this.#newId("") + this.#newId("");
    this.#tickets.add(ticket);
    return ticket;
  }

  admits(ticket: string): boolean {
    return this.#tickets.delete(ticket);
  }

  accept(socket: WebSocket): void {
    if (this.#open.length >= LIMITS.sockets) {
      socket.send(JSON.stringify({ type: "disconnect", reason: "too_many_websockets" }));
      socket.close();
      return;
    }
    this.#open.push(socket);
    this.#changed();
    socket.on("message", (data: Buffer) => {
      this.#receive(socket, data.toString("utf8"));
    });
    socket.on("close", () => {
      this.#leave(socket);
    });
    socket.on("error", () => {
      socket.terminate();
    });
    socket.send(
      JSON.stringify({
        type: "hello",
        num_connections: this.#open.length,
        connection_info: { app_id: this.#appId },
        debug_info: { host: "local-workspace", build_number: 1, approximate_connection_time: 18_060 },
      }),
    );
  }

  /** Resolves when the app acknowledged, when three seconds passed or when its connection went away. */
  deliver(envelope: Envelope): Promise<Receipt> {
    const started = performance.now();
    const done = (outcome: Receipt["outcome"], payload?: unknown): Receipt => ({
      outcome,
      ms: Math.round(performance.now() - started),
      payload,
    });
    if (this.#open.length === 0) return Promise.resolve(done("no_connection"));
    const id = randomUUID();
    return new Promise((resolve) => {
      const settle = (receipt: Receipt) => {
        clearTimeout(timer);
        this.#waiting.delete(id);
        resolve(receipt);
      };
      const timer = setTimeout(() => {
        settle(done("timeout"));
      }, LIMITS.ackMs);
      this.#waiting.set(id, {
        acked: (payload) => {
          settle(done("acked", payload));
        },
        lost: () => {
          settle(done("timeout"));
        },
        socket: undefined,
      });
      if (!this.#chaos.take("drop")) this.#dispatch(id, JSON.stringify({ envelope_id: id, ...envelope }));
    });
  }

  /** Tells so many connections to reconnect, or (`cut`) ends them without a word. Returns how many there were. */
  disconnect(count: number, how: "refresh_requested" | "cut"): number {
    const going = this.#open.filter((socket) => !this.#leaving.has(socket)).slice(0, count);
    for (const socket of going) {
      this.#leaving.add(socket);
      if (how === "cut") socket.terminate();
      else
        socket.send(
          JSON.stringify({ type: "disconnect", reason: how, debug_info: { host: "local-workspace" } }),
        );
    }
    return going.length;
  }

  close(): void {
    clearInterval(this.#ping);
    for (const waiting of this.#waiting.values()) waiting.lost();
    for (const socket of this.#open) socket.close(1001, "the workspace ends");
  }

  #dispatch(id: string, text: string): void {
    const send = () => {
      this.#send(id, text);
      if (this.#chaos.take("duplicate")) this.#send(id, text);
    };
    const { envelope_delay_ms: delay } = this.#chaos.state();
    if (delay > 0) setTimeout(send, delay).unref();
    else if (this.#held === undefined && this.#chaos.take("reorder")) this.#hold(send);
    else {
      send();
      this.#held?.();
    }
  }

  /** Keeps an envelope back until the next one has gone out (or a second has passed). */
  #hold(send: () => void): void {
    const release = () => {
      clearTimeout(timer);
      this.#held = undefined;
      send();
    };
    const timer = setTimeout(release, HELD_MS);
    timer.unref();
    this.#held = release;
  }

  /** Connections take turns. */
  #send(id: string, text: string): void {
    const socket = this.#open.find((one) => !this.#leaving.has(one));
    if (socket === undefined) return;
    this.#open.push(...this.#open.splice(this.#open.indexOf(socket), 1));
    const waiting = this.#waiting.get(id);
    if (waiting !== undefined) waiting.socket = socket;
    socket.send(text);
  }

  #receive(socket: WebSocket, text: string): void {
    let json: unknown;
    try {
      json = JSON.parse(text);
    } catch {
      socket.close(1007, "expected JSON");
      return;
    }
    const ack = ackSchema.safeParse(json);
    if (!ack.success) socket.close(1008, "expected {envelope_id, payload}");
    else this.#waiting.get(ack.data.envelope_id)?.acked(ack.data.payload);
  }

  #leave(socket: WebSocket): void {
    const at = this.#open.indexOf(socket);
    if (at >= 0) this.#open.splice(at, 1);
    this.#changed();
    for (const waiting of this.#waiting.values()) if (waiting.socket === socket) waiting.lost();
  }
}
