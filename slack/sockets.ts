/** The connections by Socket Mode, made here so that somebody can ask whether one stands. */
import { SocketModeReceiver, type SocketModeReceiverOptions } from "@slack/bolt";

export class Sockets {
  readonly #receivers: SocketModeReceiver[] = [];

  receiver(options: SocketModeReceiverOptions): SocketModeReceiver {
    const receiver = new SocketModeReceiver(options);
    this.#receivers.push(receiver);
    return receiver;
  }

  /** Each is away now and then, and another stands in for it. Where Slack calls by HTTP there is none to stand. */
  whyNot(): string | undefined {
    const none = this.#receivers.length === 0;
    if (none || this.#receivers.some(({ client }) => client.websocket?.isActive() === true)) return undefined;
    return "no connection to Slack stands: what people press does not reach us";
  }
}
