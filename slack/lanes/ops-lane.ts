/**
 * The operations lane: what concerns the SOC itself, each once in its operations channel. Dead letters of one group
 * within an hour share a line: a poisoned hour must not bury the other alarms.
 */
import { says, type Delivery, type Handled, type Subscription } from "../../src/bus/bus.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { deadNotice, opsNotice, opsTypes, type DeadEntry } from "../blocks/ops-notices.ts";
import { eventSource, lanes } from "../ids.ts";
import type { Message } from "../limits.ts";
import { MessageGone, type Mark, type Outbox, type Place } from "../outbox.ts";
import { deliveredOf, orStop, type Desk } from "./desk.ts";
import { PostOnce } from "./post-once.ts";
import { KeyedQueue } from "./queue.ts";

type OpsDelivery = Delivery<(typeof opsTypes)[number]>;

export function startOpsLane(desk: Desk, lane: OpsLane): Subscription {
  return desk.options.bus.subscribe(lanes.ops, opsTypes, (delivery) => orStop(() => lane.handle(delivery)), {
    source: eventSource,
    concurrency: 4,
  });
}

interface Line {
  readonly place: Place;
  /** When its first entry died, milliseconds since the epoch. */
  readonly since: number;
  readonly entries: number;
}

const oneLineMs = 3_600_000;

export class OpsLane {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  readonly #once = new PostOnce();
  readonly #perGroup = new KeyedQueue();
  /** Group → the line that its dead letters are added to. What a process before this one wrote, the log says. */
  readonly #lines = new Map<string, Line>();

  constructor(desk: Desk, outbox: Outbox) {
    this.#desk = desk;
    this.#outbox = outbox;
  }

  /** @throws SlackDown */
  async handle(delivery: OpsDelivery): Promise<Handled> {
    const { event } = delivery;
    if (!isEvent(event, "entry.dead"))
      return this.#said(delivery, await this.#post(delivery, opsNotice(event)));
    return this.#perGroup.run(event.data.group, () => this.#dead(delivery, event));
  }

  /** The line is marked with the last entry it tells of, so that a process that dies here finds what it has said. */
  async #dead(delivery: OpsDelivery, event: DeadEntry): Promise<Handled> {
    const { group } = event.data;
    const at = Date.parse(event.time);
    const line = this.#lines.get(group) ?? (await this.#lineOf(event));
    if (line !== undefined && at - line.since < oneLineMs && (await this.#added(line, event))) {
      this.#lines.set(group, { ...line, entries: line.entries + 1 });
      return this.#said(delivery, line.place);
    }
    const place = await this.#post(delivery, deadNotice(event, 1));
    this.#lines.set(group, { place, since: at, entries: 1 });
    return this.#said(delivery, place);
  }

  /** The line that a process before this one began for the group within the hour, without this entry. */
  async #lineOf({ id, time, data: { group } }: DeadEntry): Promise<Line | undefined> {
    const { bus, surface } = this.#desk.options;
    const after = `${Math.max(0, Date.parse(time) - 2 * oneLineMs)}-0`;
    const died = new Map<string, number>();
    let line: Line | undefined;
    for await (const { event } of bus.read({ types: ["entry.dead", "message.posted"], after })) {
      if (isEvent(event, "entry.dead") && event.data.group === group)
        died.set(event.id, Date.parse(event.time));
      if (!isEvent(event, "message.posted") || event.data.surface !== surface) continue;
      const { eventId, channel, ts } = event.data;
      const at = died.get(eventId);
      if (at === undefined || eventId === id) continue;
      line =
        line?.place.ts === ts
          ? { ...line, entries: line.entries + 1 }
          : { place: { channel, ts }, since: at, entries: 1 };
    }
    return line;
  }

  /** False: somebody has deleted the line. */
  async #added({ place, entries }: Line, event: DeadEntry): Promise<boolean> {
    try {
      const message = deadNotice(event, entries + 1);
      await this.#desk.redraw(this.#outbox, { place, mark: markOf(event), message });
      return true;
    } catch (error) {
      if (error instanceof MessageGone) return false;
      throw error;
    }
  }

  async #post(delivery: OpsDelivery, message: Message): Promise<Place> {
    const { opsChannel: channel } = this.#desk.options.config;
    await this.#outbox.turn(channel);
    const post = { channel, mark: markOf(delivery.event), message };
    return this.#once.post(this.#outbox, post, deliveredOf(delivery));
  }

  #said({ event }: OpsDelivery, place: Place): Handled {
    return says(this.#desk.posted(markOf(event), place));
  }
}

function markOf({ id, subject }: OpsDelivery["event"]): Mark {
  return { event_id: id, kind: "notice", case_id: subject };
}
