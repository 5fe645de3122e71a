/**
 * Slack as the lanes see it, in memory and strict: a message that breaks a limit, a thread that is not there, an
 * edit of what was never posted fail the test. Faults are scripted and must be used up.
 */
import { expect } from "vitest";
import { breaches, type Message } from "../../slack/limits.ts";
import {
  MessageGone,
  SlackDown,
  type Edit,
  type Mark,
  type NewPost,
  type Outbox,
  type Place,
  type Search,
  type StandingMessage,
  type Upload,
  type Whisper,
} from "../../slack/outbox.ts";

export interface Standing extends Place {
  readonly threadTs?: string;
  readonly broadcast: boolean;
  mark: Mark;
  message: Message;
  edits: number;
}

type Fault = "refused before" | "lost after";

export class FakeSlack {
  readonly messages: Standing[] = [];
  readonly whispers: Whisper[] = [];
  readonly deleted: Place[] = [];
  readonly uploads: Upload[] = [];
  searches = 0;
  #faults: { method: "post" | "update" | "upload" | "whisper"; fault: Fault; retryAfterMs: number }[] = [];
  #ts = 0;

  fail(method: "post" | "update" | "upload" | "whisper", fault: Fault, retryAfterMs = 5_000): void {
    this.#faults.push({ method, fault, retryAfterMs });
  }

  /** Call at the end: a fault that nobody met means that the test did not test it. */
  settled(): void {
    expect(this.#faults, "scripted faults left over").toEqual([]);
  }

  kind(kind: Mark["kind"]): Standing[] {
    return this.messages.filter(({ mark }) => mark.kind === kind);
  }

  /** As a person of the workspace would. */
  remove(place: Place): void {
    const at = this.messages.findIndex(({ ts }) => ts === place.ts);
    expect(at, "a message to remove").toBeGreaterThanOrEqual(0);
    this.messages.splice(at, 1);
  }

  /** One lane's way in; `turn` may be held up. */
  outbox(turn: (key: string) => Promise<void> = () => Promise.resolve()): Outbox {
    return {
      turn,
      post: (post) => this.#effect("post", () => this.#post(post)),
      update: (edit) =>
        this.#effect("update", () => {
          this.#update(edit);
        }),
      delete: (place) => {
        this.#delete(place);
        return Promise.resolve();
      },
      find: (search) => Promise.resolve(this.#find(search)),
      recentRoots: (channel) => Promise.resolve(this.#roots(channel)),
      whisper: (whisper) =>
        this.#effect("whisper", () => {
          this.whispers.push(whisper);
        }),
      directChannel: (user) => Promise.resolve(`D${user}`),
      channelId: (channel) => Promise.resolve(idOf(channel)),
      standingAt: ({ channel, ts }) =>
        Promise.resolve(this.#standing({ channel, since: 0 }).find(({ place }) => place.ts === ts)),
      standing: (where) => Promise.resolve(this.#standing(where)),
      upload: (file) =>
        this.#effect("upload", () => {
          this.uploads.push(file);
          return `F0UPLOAD${this.uploads.length}`;
        }),
      permalink: ({ channel, ts }) => Promise.resolve(`https://home.slack.com/archives/${channel}/p${ts}`),
    };
  }

  async #effect<T>(method: "post" | "update" | "upload" | "whisper", work: () => T): Promise<T> {
    const at = this.#faults.findIndex((fault) => fault.method === method);
    const [fault] = at === -1 ? [] : this.#faults.splice(at, 1);
    await Promise.resolve();
    if (fault?.fault === "refused before") throw this.#down(fault.retryAfterMs, false);
    const result = work();
    await Promise.resolve();
    if (fault !== undefined) throw this.#down(fault.retryAfterMs, true);
    return result;
  }

  #down(retryAfterMs: number, unsure: boolean): SlackDown {
    return new SlackDown("slack: scripted", { retryAfterMs, unsure });
  }

  #post({ channel: name, threadTs, broadcast, mark, message }: NewPost): Place {
    expect(breaches(message)).toEqual([]);
    const channel = idOf(name);
    if (threadTs !== undefined) {
      expect(
        this.messages.some((m) => m.channel === channel && m.ts === threadTs),
        "the thread",
      ).toBe(true);
    }
    this.#ts += 1;
    const place = { channel, ts: `1700000000.${String(this.#ts).padStart(6, "0")}` };
    const thread = threadTs === undefined ? {} : { threadTs };
    this.messages.push({ ...place, ...thread, broadcast: broadcast === true, mark, message, edits: 0 });
    return place;
  }

  #update({ place, mark, message }: Edit): void {
    expect(breaches(message)).toEqual([]);
    const found = this.messages.find(({ channel, ts }) => channel === place.channel && ts === place.ts);
    if (found === undefined) throw new MessageGone(place);
    Object.assign(found, { mark, message, edits: found.edits + 1 });
  }

  #delete(place: Place): void {
    this.remove(place);
    this.deleted.push(place);
  }

  #find({ channel, threadTs, mark }: Search): Place | undefined {
    this.searches += 1;
    const id = idOf(channel);
    const found = this.messages.find(
      (m) =>
        m.channel === id &&
        m.threadTs === threadTs &&
        m.mark.kind === mark.kind &&
        (mark.kind === "root" ? m.mark.case_id === mark.case_id : m.mark.event_id === mark.event_id),
    );
    return found && { channel: found.channel, ts: found.ts };
  }

  /** A thread's replies with its root; of a channel, what stands in it. */
  #standing({ channel, threadTs }: Omit<Search, "mark">): StandingMessage[] {
    return this.messages
      .filter((m) => m.channel === channel)
      .filter((m) =>
        threadTs === undefined
          ? m.threadTs === undefined || m.broadcast
          : m.threadTs === threadTs || m.ts === threadTs,
      )
      .map(({ ts, mark, message }) => ({
        place: { channel, ts },
        mark,
        text: message.text,
        blocks: message.blocks,
      }));
  }

  #roots(channel: string): Map<string, Place> {
    expect(channel).toBe("#soc-cases");
    this.searches += 1;
    return new Map(this.kind("root").map(({ channel: id, ts, mark }) => [mark.case_id, { channel: id, ts }]));
  }
}

function idOf(channel: string): string {
  return channel.startsWith("#soc-") ? `C0${channel.slice(5).toUpperCase()}` : channel;
}
