/** The digest channel over one bus and one Slack in memory, and the processes that post to it. */
import { slackConfig } from "../../slack/config.ts";
import { CardRefs } from "../../slack/card-refs.ts";
import { Digests } from "../../slack/digests.ts";
import { DigestLane } from "../../slack/lanes/digest-lane.ts";
import { Desk } from "../../slack/lanes/desk.ts";
import { PictureLane } from "../../slack/lanes/picture-lane.ts";
import { Links } from "../../slack/links.ts";
import type { Outbox } from "../../slack/outbox.ts";
import { groupMention } from "../../slack/text.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent, type Diagnostics } from "../../src/diagnostics.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { DrawPicture, Picture } from "../../src/seams/pictures.ts";
import { FakeSlack, type Standing } from "./fake-slack.ts";
import { openedAt } from "./given.ts";
import { delivery, Sending } from "./sender.ts";
import { soc } from "./soc.ts";

export const png = new Uint8Array([137, 80, 78, 71]);

export class Channel {
  readonly slack = new FakeSlack();
  readonly clock = manualClock(openedAt);
  readonly bus = new LocalBus({ clock: this.clock });
  readonly drawn: Picture[] = [];
  readonly warnings: object[] = [];
  readonly #sending = new Sending(this.bus);

  /** One process that sends. */
  started(over: { draw?: DrawPicture | undefined; outbox?: Outbox } = {}): {
    digest: DigestLane;
    picture: PictureLane;
  } {
    const { bus, slack, clock } = this;
    const diagnostics: Diagnostics = { ...silent, warn: (what) => void this.warnings.push(what) };
    const desk = new Desk({
      ...{ bus, surface: "slack", config: slackConfig(soc), diagnostics, clock },
      refs: new CardRefs(new Uint8Array(32), clock),
      groups: { mentionOf: () => Promise.resolve(groupMention("S0IRLEAD")) },
    });
    const outbox = over.outbox ?? slack.outbox();
    const digests = new Digests(desk, outbox, new Links(outbox, () => true));
    const drawing: DrawPicture = (picture) => {
      this.drawn.push(picture);
      return Promise.resolve(png);
    };
    const draw = "draw" in over ? over.draw : drawing;
    return {
      digest: new DigestLane(desk, outbox, digests),
      picture: new PictureLane(desk, { outbox, digests, draw }),
    };
  }

  /** On the log, handled by the digest lane, and what the bus does with the outputs. */
  async say(
    { digest }: { digest: DigestLane },
    event: KnownEvent<
      "shift.summarised" | "tuning.reported" | "campaign.detected" | "tuning.decided" | "schedule.fired"
    >,
  ): Promise<KnownEvent<"message.posted"> | undefined> {
    await this.bus.publish([event]);
    await this.#sending.commit(event, await digest.handle(delivery(event)));
    return this.posted((one) => one.data.eventId === event.id);
  }

  async draw({ picture }: { picture: PictureLane }, event: KnownEvent<"message.posted">): Promise<void> {
    await this.#sending.commit(event, await picture.handle(delivery(event)));
  }

  /** What the log holds of a type. */
  async events<T extends EventType>(type: T): Promise<KnownEvent<T>[]> {
    const found: KnownEvent<T>[] = [];
    for await (const { event } of this.bus.read({ types: [type] })) {
      if (isEvent(event, type)) found.push(event);
    }
    return found;
  }

  async posted(
    fits: (event: KnownEvent<"message.posted">) => boolean,
  ): Promise<KnownEvent<"message.posted"> | undefined> {
    let found: KnownEvent<"message.posted"> | undefined;
    for await (const { event } of this.bus.read({ types: ["message.posted"] })) {
      if (isEvent(event, "message.posted") && fits(event)) found = event;
    }
    return found;
  }
}

export async function openChannel(): Promise<Channel> {
  const channel = new Channel();
  await channel.bus.open([]);
  return channel;
}

export const image = (message: Standing | undefined): unknown =>
  message?.message.blocks.find((block) => block.type === "image");

export const there = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("expected it to be there");
  return value;
};
