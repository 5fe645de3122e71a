/** The connections by Socket Mode, made here so that somebody can ask whether one stands. */
import { SocketModeReceiver, type SocketModeReceiverOptions } from "@slack/bolt";

/** Longer than a connection is away when Slack renews it. */
const apartMs = 60_000;

export class Sockets {
  readonly #receivers: SocketModeReceiver[] = [];
  #apart: NodeJS.Timeout | undefined;

  receiver(options: SocketModeReceiverOptions): SocketModeReceiver {
    const receiver = new SocketModeReceiver(options);
    endQuietly(receiver);
    this.#receivers.push(receiver);
    return receiver;
  }

  /**
   * Slack renews a connection some hours after it was made, and it is away for some seconds: two that were made at once
   * would be away at once. So the last is made anew a little later, while another stands.
   */
  stagger(ms = apartMs): void {
    const last = this.#receivers.at(-1);
    if (last === undefined || this.#receivers.length < 2) return;
    this.#apart = setTimeout(() => {
      const others = this.#receivers.filter((one) => one !== last);
      if (others.some(stands) && stands(last)) last.client.websocket?.disconnect();
    }, ms).unref();
  }

  close(): void {
    clearTimeout(this.#apart);
  }

  /** Each is away now and then, and another stands in for it. Where Slack calls by HTTP there is none to stand. */
  whyNot(): string | undefined {
    if (this.#receivers.length === 0 || this.#receivers.some(stands)) return undefined;
    return "no connection to Slack stands: what people press does not reach us";
  }
}

/**
 * A client that connects anew by itself and is told to disconnect meanwhile rejects with nothing, where nobody listens:
 * that would end the process with an error while it ends in good order.
 */
function endQuietly({ client }: SocketModeReceiver): void {
  const start = client.start.bind(client);
  client.start = async () => {
    try {
      return await start();
    } catch (error) {
      if (error === undefined) return { ok: false };
      throw error;
    }
  };
}

function stands({ client }: SocketModeReceiver): boolean {
  return client.websocket?.isActive() === true;
}
