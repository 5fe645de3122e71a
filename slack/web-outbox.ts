/** The outbox over Slack's Web API. Two of these stand side by side: one for the gate, one for chatter. */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Diagnostics } from "../src/diagnostics.ts";
import { metadataEventType } from "./ids.ts";
import { withinLimits, type LimitMode, type Message } from "./limits.ts";
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
} from "./outbox.ts";
import { goneErrors, platformError, slackFailure } from "./slack-errors.ts";
import type { MaySend } from "./sender.ts";
import type { Turns } from "./turns.ts";
import { uploadFile, type IsUploadHost } from "./uploads.ts";

/** Who we are in this workspace: what a message of our own is matched on. */
export interface OwnApp {
  readonly team: string;
  readonly appId: string;
  readonly botId: string;
}

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

const OwnMessage = z.object({
  ts: z.string(),
  text: z.string().default(""),
  blocks: z.array(z.unknown()).default([]),
  bot_id: z.string().optional(),
  app_id: z.string().optional(),
  bot_profile: z.object({ app_id: z.string().optional() }).optional(),
  metadata: z.object({
    event_type: z.literal(metadataEventType),
    event_payload: z.object({
      event_id: z.string(),
      kind: z.enum(["root", "finding", "gate", "direct", "answer", "notice", "digest"]),
      case_id: z.string(),
      proposal_id: z.string().optional(),
    }),
  }),
});

type OwnMessage = z.infer<typeof OwnMessage>;

/** A root is known by its case, everything else by the event it shows. */
function shows({ metadata }: OwnMessage, mark: Mark): boolean {
  const { event_id: eventId, kind, case_id: caseId } = metadata.event_payload;
  return kind === mark.kind && (kind === "root" ? caseId === mark.case_id : eventId === mark.event_id);
}

function standingAs({ ts, text, blocks, metadata }: OwnMessage, channel: string): StandingMessage {
  const { proposal_id: proposal, ...mark } = metadata.event_payload;
  const whole = proposal === undefined ? mark : { ...mark, proposal_id: proposal };
  return { place: { channel, ts }, mark: whole, text, blocks };
}

function reasonBehind(error: unknown): unknown {
  return error instanceof Error ? error.cause : error;
}

export class WebOutbox implements Outbox {
  readonly #options: WebOutboxOptions;
  readonly #channelIds = new Map<string, string>();
  readonly #directChannels = new Map<string, string>();

  constructor(options: WebOutboxOptions) {
    this.#options = options;
  }

  turn(key: string): Promise<void> {
    const { turns, urgent } = this.#options;
    return turns.take(this.#channelIds.get(key) ?? key, urgent);
  }

  async post({ channel, threadTs, broadcast, mark, message }: NewPost): Promise<Place> {
    const thread = threadTs === undefined ? {} : { thread_ts: threadTs };
    const content = { channel, ...this.#content(message, mark), ...thread, ...quiet };
    const loud = broadcast === true ? { reply_broadcast: true } : {};
    const answer = await this.#send(channel, () => this.#call("chat.postMessage", { ...content, ...loud }));
    const place = z.object({ channel: z.string(), ts: z.string() }).parse(answer);
    this.#channelIds.set(channel, place.channel);
    return place;
  }

  async update({ place, mark, message }: Edit): Promise<void> {
    const content = { ...place, ...this.#content(message, mark), ...quiet };
    try {
      await this.#send("chat.update", () => this.#call("chat.update", content));
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
      const own = this.#ours(message);
      if (own !== undefined && shows(own, search.mark)) return { channel, ts: own.ts };
    }
    return undefined;
  }

  async standing(where: Omit<Search, "mark">): Promise<readonly StandingMessage[]> {
    const found: StandingMessage[] = [];
    try {
      for await (const message of this.#newest(where)) {
        const own = this.#ours(message);
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
    const own = Page.parse(answer).messages.map((message) => this.#ours(message));
    const [found] = own.flatMap((one) => (one?.ts === ts ? [one] : []));
    return found && standingAs(found, channel);
  }

  async recentRoots(name: string): Promise<ReadonlyMap<string, Place>> {
    const channel = await this.channelId(name);
    const roots = new Map<string, Place>();
    for await (const message of this.#newest({ channel, since: 0 })) {
      const own = this.#ours(message);
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
      await this.#options.client.apiCall("chat.postEphemeral", { channel, user, ...content, ...thread });
    } catch (error) {
      const code = platformError(error) ?? "";
      if (!notThere.includes(code)) throw slackFailure("chat.postEphemeral", error);
      const direct = await this.directChannel(user);
      if (direct !== undefined)
        await this.#call("chat.postMessage", { channel: direct, ...content, ...quiet });
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

  #content(message: Message, mark?: NewPost["mark"]): Record<string, unknown> {
    const { message: sized, cut } = withinLimits(message, this.#options.limitMode);
    if (cut.length > 0) this.#options.diagnostics.error({ cut, mark }, "slack: a message was cut to fit");
    const metadata = { event_type: metadataEventType, event_payload: { ...mark } };
    return { ...sized, ...(mark === undefined ? {} : { metadata }) };
  }

  async #call(method: string, args: Record<string, unknown>): Promise<unknown> {
    try {
      return await this.#options.client.apiCall(method, args);
    } catch (error) {
      throw slackFailure(method, error);
    }
  }

  #ours(message: unknown): OwnMessage | undefined {
    const parsed = OwnMessage.safeParse(message);
    if (!parsed.success) return undefined;
    const { bot_id: bot, app_id: app, bot_profile: profile } = parsed.data;
    const { own } = this.#options;
    return bot === own.botId && (app ?? profile?.app_id) === own.appId ? parsed.data : undefined;
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
