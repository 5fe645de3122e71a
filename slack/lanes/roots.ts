/**
 * The root of a case's thread. Both lanes need it and either may be first, so it belongs to neither: it is made
 * behind one lock per case, and its `message.posted` is published under the case's natural id before the lock is
 * let go, not returned with the handler's outputs. Whoever comes second finds it on the log. Should two processes
 * send in spite of the rule that one does, the id lets one of the two roots in and the other is taken back.
 *
 * A root that a process posted and did not live to publish is among the newest of ours in its channel: for a case
 * older than this process the channel is swept, once.
 */
import type { Bus } from "../../src/bus/bus.ts";
import { isoTime, type Clock } from "../../src/clock.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { isCanary, naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { rootMessage } from "../blocks/root.ts";
import { rootOf, type CaseThread, type Surface } from "../case-thread.ts";
import type { Look, SlackConfig } from "../config.ts";
import { eventSource } from "../ids.ts";
import type { Message } from "../limits.ts";
import type { Mark, Outbox, Place } from "../outbox.ts";
import { PostOnce, type Delivered } from "./post-once.ts";
import { Recent } from "./recent.ts";
import { KeyedQueue } from "./queue.ts";

export interface RootsOptions {
  readonly bus: Bus;
  readonly clock: Clock;
  readonly surface: Surface;
  readonly config: SlackConfig;
  /** Told what stands where, so that the next drawing of the same is not sent. */
  readonly drew?: (place: Place, message: Message) => void;
}

export interface RootWanted {
  readonly thread: CaseThread;
  readonly look: Look;
  /** The lane's own: gate roots do not wait behind chatter. */
  readonly outbox: Outbox;
  /** The event that makes the case worth a thread. */
  readonly eventId: string;
  readonly delivered: Delivered;
}

export class Roots {
  readonly #options: RootsOptions;
  readonly #startedAt: number;
  readonly #locks = new KeyedQueue();
  readonly #once = new PostOnce();
  /** What this process knows to stand: case → root. */
  readonly #known = new Recent<Place>(5_000);
  readonly #gone = new Set<string>();
  readonly #swept = new Map<string, Promise<ReadonlyMap<string, Place>>>();

  constructor(options: RootsOptions) {
    this.#options = options;
    this.#startedAt = options.clock.now();
  }

  /** The case's root, made if there is none. @throws SlackDown */
  async ensure(wanted: RootWanted): Promise<Place> {
    const { caseId } = wanted.thread.file;
    const known = this.of(wanted.thread);
    if (known !== undefined) return known;
    const channel = this.channelOf(wanted.thread);
    await wanted.outbox.turn(channel);
    return this.#locks.run(caseId, () => this.#make(wanted, channel));
  }

  /** The root if there is one: on the log, or posted by this process a moment ago. */
  of(thread: CaseThread): Place | undefined {
    const logged = rootOf(thread);
    const stands = logged !== undefined && !this.#gone.has(logged.ts);
    return stands ? { channel: logged.channel, ts: logged.ts } : this.#known.get(thread.file.caseId);
  }

  /** The root is not in Slack any more: the next one wanted is a new one. */
  gone(thread: CaseThread, root: Place): void {
    const { caseId } = thread.file;
    this.#gone.add(root.ts);
    this.#known.delete(caseId);
    this.#once.forget({ channel: "", mark: { kind: "root", case_id: caseId, event_id: "" } });
  }

  channelOf({ file }: CaseThread): string {
    if (isCanary(file.caseId)) return this.#options.config.opsChannel;
    return this.#options.config.channelOf(file.alert?.severity ?? "medium");
  }

  async #make(wanted: RootWanted, channel: string): Promise<Place> {
    const { thread, eventId } = wanted;
    const { caseId } = thread.file;
    const known = this.#known.get(caseId);
    if (known !== undefined) return known;
    const mark: Mark = { event_id: eventId, kind: "root", case_id: caseId };
    const place = (await this.#left(wanted, channel)) ?? (await this.#post(wanted, channel, mark));
    const stands = await this.#publish(thread, mark, place);
    if (stands.channel !== place.channel || stands.ts !== place.ts) await wanted.outbox.delete(place);
    this.#known.set(caseId, stands);
    return stands;
  }

  /** What a process before this one may have left behind. */
  async #left({ thread, outbox }: RootWanted, channel: string): Promise<Place | undefined> {
    const opened = Date.parse(thread.openedAt ?? isoTime(this.#startedAt));
    if (opened >= this.#startedAt) return undefined;
    let sweep = this.#swept.get(channel);
    if (sweep === undefined) {
      sweep = outbox.recentRoots(channel);
      this.#swept.set(channel, sweep);
      sweep.catch(() => this.#swept.delete(channel));
    }
    return (await sweep).get(thread.file.caseId);
  }

  /** Posted without live mentions: the card's is the one that calls people. */
  async #post({ thread, look, outbox, delivered }: RootWanted, channel: string, mark: Mark): Promise<Place> {
    const message = rootMessage(thread, { ...look, mentions: new Map() });
    const place = await this.#once.post(outbox, { channel, mark, message }, delivered);
    // What was found, not posted, may say less.
    if (delivered.deliveries === 1) this.#options.drew?.(place, message);
    return place;
  }

  async #publish(thread: CaseThread, mark: Mark, place: Place): Promise<Place> {
    const { bus, clock, surface } = this.#options;
    const { caseId } = thread.file;
    const before = rootOf(thread)?.ts ?? "";
    const [stored] = await bus.publish([
      makeEvent({
        id: naturalId("root", surface, caseId, before),
        source: eventSource,
        type: "message.posted",
        subject: caseId,
        time: isoTime(clock.now()),
        causationid: mark.event_id,
        data: { kind: "root", eventId: mark.event_id, ...place, surface },
      }),
    ]);
    const event = stored?.event;
    return event !== undefined && isEvent(event, "message.posted") ? event.data : place;
  }
}
