/** The small port through which the lanes reach Slack, and what can go wrong there. */
import { HatrackError } from "../src/errors.ts";
import type { Message } from "./limits.ts";
import type { Posted } from "./case-thread.ts";

/** Where a message stands. */
export interface Place {
  readonly channel: string;
  readonly ts: string;
}

/** What our own message carries in its metadata: enough to find it again, and to know what it was posted for. */
export interface Mark {
  readonly event_id: string;
  readonly kind: Posted["kind"];
  readonly case_id: string;
  readonly proposal_id?: string;
}

export interface NewPost {
  /** Id, or a name such as "#soc-cases". */
  readonly channel: string;
  readonly threadTs?: string;
  /** Shows a reply in the channel too. */
  readonly broadcast?: boolean;
  readonly mark: Mark;
  readonly message: Message;
}

export interface Edit {
  readonly place: Place;
  readonly mark: Mark;
  readonly message: Message;
}

export interface Search {
  readonly channel: string;
  /** Only this thread's replies. */
  readonly threadTs?: string;
  /** Nothing older: milliseconds since the epoch. */
  readonly since: number;
  readonly mark: Mark;
}

/** A message of our own app, as it stands in Slack now. */
export interface StandingMessage {
  readonly place: Place;
  readonly mark: Mark;
  readonly text: string;
  readonly blocks: readonly unknown[];
}

export interface Whisper {
  readonly channel: string;
  readonly user: string;
  readonly threadTs?: string;
  readonly message: Message;
}

/** A picture; `alt` says in our own words what it shows. */
export interface Upload {
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly alt: string;
}

/** Every method throws `SlackDown` when Slack cannot be reached or asks for patience. */
export interface Outbox {
  /**
   * Waits for its turn to post to a channel, or of a method ("chat.update"); reads take theirs themselves. What the gate
   * sends goes before all that waits.
   */
  turn(key: string): Promise<void>;
  post(post: NewPost): Promise<Place>;
  /** @throws MessageGone when somebody deleted it */
  update(edit: Edit): Promise<void>;
  delete(place: Place): Promise<void>;
  /** A message of our own app with this mark, by its metadata. */
  find(search: Search): Promise<Place | undefined>;
  /** Our own marked messages of a channel or thread, a thousand at most; none where the thread is gone. */
  standing(where: Omit<Search, "mark">): Promise<readonly StandingMessage[]>;
  /** Our own marked message at a place in a channel, outside threads; undefined where it is gone. */
  standingAt(place: Place): Promise<StandingMessage | undefined>;
  /** The roots of cases among the last thousand messages of a channel, by case id. */
  recentRoots(channel: string): Promise<ReadonlyMap<string, Place>>;
  /** Only this person sees it; at least once. */
  whisper(whisper: Whisper): Promise<void>;
  /** The direct-message channel with a user; undefined where Slack allows none. */
  directChannel(user: string): Promise<string | undefined>;
  /** "#soc-ops" → "C0OPS"; an id as it is, and a name nobody has as it is. */
  channelId(channel: string): Promise<string>;
  permalink(place: Place): Promise<string | undefined>;
  /** Stored in the workspace and shared nowhere; its id, for an image block. */
  upload(file: Upload): Promise<string>;
}

/** Slack is down or asks for patience: the entry stays on the log, nothing is spent. */
export class SlackDown extends HatrackError {
  readonly retryAfterMs: number;
  /** The call may have taken effect before its answer was lost (lesson 28). */
  readonly unsure: boolean;

  constructor(message: string, options: { retryAfterMs: number; unsure: boolean; cause?: unknown }) {
    super("slack_down", message, { cause: options.cause, retryable: true });
    this.retryAfterMs = options.retryAfterMs;
    this.unsure = options.unsure;
  }
}

export class MessageGone extends HatrackError {
  constructor(place: Place, cause?: unknown) {
    super("slack_message_gone", `slack: message ${place.ts} of ${place.channel} is not there any more`, {
      cause,
    });
  }
}
