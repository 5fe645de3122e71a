/** The outbox over Slack's Web API. Two of these stand side by side: one for the gate, one for chatter. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";
import { reasonOf, type HatrackError } from "../src/errors.ts";
import { metadataEventType } from "./ids.ts";
import { withinLimits } from "./cut.ts";
import type { LimitMode, Message } from "./limits.ts";
import { plainer } from "./plainer.ts";
import {
  MessageGone,
  SlackDown,
  type Edit,
  type NewPost,
  type Outbox,
  type Place,
  type Search,
  type StandingMessage,
  type Upload,
  type Whisper,
} from "./outbox.ts";
import { ownMessage, shows, standingAs, type OwnApp } from "./own-messages.ts";
import { goneErrors, platformError, slackFailure } from "./slack-errors.ts";
import type { MaySend } from "./sender.ts";
import type { Turns } from "./turns.ts";
import { uploadFile, type IsUploadHost } from "./uploads.ts";

export interface WebOutboxOptions {
  readonly client: WebClient;
  readonly own: OwnApp;
  readonly diagnostics: Diagnostics;
  readonly limitMode: LimitMode;
  readonly turns: Turns;
  readonly isUploadHost: IsUploadHost;
  /** What it sends goes before chatter. */
  readonly urgent?: boolean;
  /** Left out for what any process says to a person. */
  readonly maySend?: MaySend;
}

function reasonBehind(error: unknown): unknown {
  return error instanceof Error ? error.cause : error;
}

/** Where Slack itself fails: as long again as it has failed, within these. */
const patienceMs = { least: 1_000, most: 30_000 };

export class WebOutbox implements Outbox {
  readonly #options: WebOutboxOptions;
  /** Since when every call has failed for a fault of Slack's. */
  #failingSince: number | undefined;
  readonly #channelIds = new Map<string, string>();
  readonly #directChannels = new Map<string, string>();

  constructor(options: WebOutboxOptions) {
    this.#options = options;
  }

  /** One for a channel's name and its id. */
  async turn(key: string): Promise<void> {
    const { turns, urgent } = this.#options;
    await turns.take(key.startsWith("#") ? await this.channelId(key) : key, urgent);
  }

  async post({ channel, threadTs, broadcast, mark, message }: NewPost): Promise<Place> {
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    const content = { channel, ...this.#content(message, mark), ...thread, ...quiet };
    const loud = broadcast === true ? { reply_broadcast: true } : {};
    const answer = await this.#send(channel, () => this.#say("chat.postMessage", { ...content, ...loud }));
    const place = z.object({ channel: z.string(), ts: z.string() }).parse(answer);
    this.#channelIds.set(channel, place.channel);
    return place;
  }

  async update({ place, mark, message }: Edit): Promise<void> {
    const content = { ...place, ...this.#content(message, mark), ...quiet };
    try {
      await this.#send("chat.update", () => this.#say("chat.update", content));
    } catch (error) {
      if (goneErrors.includes(platformError(reasonBehind(error)) ?? "")) throw new MessageGone(place, error);
      throw error;
    }
  }

  async delete(place: Place): Promise<void> {
    await this.#send("chat.delete", () => this.#call("chat.delete", { ...place }));
  }

  /** Only while this process sends; where Slack asks for patience, nobody of this process calls until then. */
  async #send(key: string, call: () => Promise<unknown>): Promise<unknown> {
    const { maySend, turns } = this.#options;
    if (maySend?.() === false)
      throw new SlackDown("slack: another process sends now", { retryAfterMs: 1_000, unsure: false });
    try {
      return await call();
    } catch (error) {
      if (error instanceof SlackDown && !error.unsure)
        turns.hold(this.#channelIds.get(key) ?? key, error.retryAfterMs);
      throw error;
    }
  }

  async find(search: Search): Promise<Place | undefined> {
    const channel = await this.channelId(search.channel);
    for await (const message of this.#newest({ ...search, channel })) {
      const own = ownMessage(message, this.#options.own);
      if (own !== undefined && shows(own, search.mark)) return { channel, ts: own.ts };
    }
    return undefined;
  }

  async standing(where: Omit<Search, "mark">): Promise<readonly StandingMessage[]> {
    const found: StandingMessage[] = [];
    try {
      for await (const message of this.#newest(where)) {
        const own = ownMessage(message, this.#options.own);
        if (own !== undefined) found.push(standingAs(own, where.channel));
      }
    } catch (error) {
      if (platformError(reasonBehind(error)) !== "thread_not_found") throw error;
    }
    return found;
  }

  async standingAt({ channel, ts }: Place): Promise<StandingMessage | undefined> {
    const method = "conversations.history";
    await this.turn(method);
    const only = { oldest: ts, latest: ts, inclusive: true, limit: 1 };
    const answer = await this.#call(method, { channel, ...only, include_all_metadata: true });
    const own = Page.parse(answer).messages.map((message) => ownMessage(message, this.#options.own));
    const [found] = own.flatMap((one) => (one?.ts === ts ? [one] : []));
    return found && standingAs(found, channel);
  }

  async recentRoots(name: string): Promise<ReadonlyMap<string, Place>> {
    const channel = await this.channelId(name);
    const roots = new Map<string, Place>();
    for await (const message of this.#newest({ channel, since: 0 })) {
      const own = ownMessage(message, this.#options.own);
      const payload = own?.metadata.event_payload;
      if (own !== undefined && payload?.kind === "root") roots.set(payload.case_id, { channel, ts: own.ts });
    }
    return roots;
  }

  /** Newest first (replies: oldest first), a thousand at most. */
  async *#newest({ channel, threadTs, since }: Omit<Search, "mark">): AsyncGenerator {
    const thread = threadTs === undefined ? {} : { ts: threadTs };
    const method = threadTs === undefined ? "conversations.history" : "conversations.replies";
    let cursor = "";
    for (let page = 0; page < 5; page += 1) {
      await this.turn(method);
      const answer = Page.parse(
        await this.#call(method, {
          ...{ channel, ...thread, oldest: (since / 1000).toFixed(6), limit: 200 },
          include_all_metadata: true,
          ...(cursor === "" ? {} : { cursor }),
        }),
      );
      yield* answer.messages;
      cursor = answer.response_metadata?.next_cursor ?? "";
      if (cursor === "") return;
    }
  }

  /** A person who is not in the channel is told in a direct message. */
  async whisper({ channel, user, threadTs, message }: Whisper): Promise<void> {
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    const content = this.#content(message);
    try {
      await this.#say("chat.postEphemeral", { channel, user, ...content, ...thread });
    } catch (error) {
      const code = platformError(reasonBehind(error)) ?? "";
      if (!notThere.includes(code)) throw error;
      const direct = await this.directChannel(user);
      if (direct !== undefined)
        await this.#say("chat.postMessage", { channel: direct, ...content, ...quiet });
      else this.#options.diagnostics.warn({ user, code }, "slack: a person could not be told");
    }
  }

  async directChannel(user: string): Promise<string | undefined> {
    const known = this.#directChannels.get(user);
    if (known !== undefined) return known;
    try {
      const answer = await this.#options.client.apiCall("conversations.open", { users: user });
      const { id } = z.object({ channel: z.object({ id: z.string() }) }).parse(answer).channel;
      this.#directChannels.set(user, id);
      return id;
    } catch (error) {
      const code = platformError(error);
      if (code !== undefined && noDirectMessage.includes(code)) return undefined;
      throw slackFailure("conversations.open", error);
    }
  }

  async permalink({ channel, ts }: Place): Promise<string | undefined> {
    const answer = await this.#call("chat.getPermalink", { channel, message_ts: ts });
    return z.object({ permalink: z.url().max(3000) }).safeParse(answer).data?.permalink;
  }

  upload(file: Upload): Promise<string> {
    return uploadFile(this.#options.client, file, this.#options.isUploadHost);
  }

  #content(message: Message, mark?: NewPost["mark"]): Message & Record<string, unknown> {
    const { message: sized, cut } = withinLimits(message, this.#options.limitMode);
    if (cut.length > 0) this.#options.diagnostics.error({ cut, mark }, "slack: a message was cut to fit");
    const metadata = { event_type: metadataEventType, event_payload: { ...mark } };
    return { ...sized, ...(mark === undefined ? {} : { metadata }) };
  }

  /** What holds a newer block than this workspace takes is sent again in plainer ones: a refused call had no effect. */
  async #say(method: string, content: Message & Record<string, unknown>): Promise<unknown> {
    try {
      return await this.#call(method, { ...content });
    } catch (error) {
      const blocks = platformError(reasonBehind(error)) === "invalid_blocks" && plainer(content.blocks);
      if (blocks === false || blocks === undefined) throw error;
      this.#options.diagnostics.warn(
        { error: reasonOf(error) },
        "slack: a message goes out in plainer blocks",
      );
      return this.#call(method, { ...content, ...withinLimits({ ...content, blocks }, "cut").message });
    }
  }

  async #call(method: string, args: Record<string, unknown>): Promise<unknown> {
    try {
      const answer = await this.#options.client.apiCall(method, args);
      this.#failingSince = undefined;
      return answer;
    } catch (error) {
      throw this.#patient(slackFailure(method, error));
    }
  }

  /** A fault of a moment is tried again soon, an outage less and less often. */
  #patient(failure: HatrackError): HatrackError {
    if (!(failure instanceof SlackDown) || !failure.unsure) return failure;
    const now = performance.now();
    this.#failingSince ??= now;
    const { least, most } = patienceMs;
    const retryAfterMs = Math.min(most, Math.max(least, now - this.#failingSince));
    return new SlackDown(failure.message, { retryAfterMs, unsure: true, cause: failure.cause });
  }

  /** Searching takes ids only; names are looked up once. */
  async channelId(channel: string): Promise<string> {
    if (/^[CDG][A-Z0-9]+$/.test(channel)) return channel;
    const known = this.#channelIds.get(channel);
    if (known !== undefined) return known;
    let cursor = "";
    do {
      const answer = Channels.parse(
        await this.#call("conversations.list", {
          ...{ types: "public_channel,private_channel", exclude_archived: true, limit: 200 },
          ...(cursor === "" ? {} : { cursor }),
        }),
      );
      for (const { id, name } of answer.channels) this.#channelIds.set(`#${name}`, id);
      cursor = answer.response_metadata?.next_cursor ?? "";
    } while (cursor !== "" && !this.#channelIds.has(channel));
    return this.#channelIds.get(channel) ?? channel;
  }
}

const quiet = { unfurl_links: false, unfurl_media: false, parse: "none", link_names: false };
const notThere = ["user_not_in_channel", "not_in_channel", "channel_not_found", "messages_tab_disabled"];
const noDirectMessage = [
  "user_not_found",
  "user_disabled",
  "cannot_dm_bot",
  "user_not_visible",
  "not_allowed",
];
const Cursor = z.object({ next_cursor: z.string().optional() }).optional();
const Page = z.object({ messages: z.array(z.unknown()), response_metadata: Cursor });
const Channels = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string().default("") })),
  response_metadata: Cursor,
});
