/**
 * The digest lane: what the calendar roles report, each once, in the digest channel. A message goes out without its
 * picture; the picture lane puts that in when the workspace has it, so that no upload holds back words.
 */
import { says, skip, type Delivery, type Draft, type Handled, type Subscription } from "../../src/bus/bus.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { grownMessage, namedCases, type CampaignEvent } from "../blocks/campaign-digest.ts";
import { hourlyLine } from "../blocks/hourly-line.ts";
import { labelSample } from "../blocks/label-sample.ts";
import { isQuiet } from "../blocks/shift-digest.ts";
import { campaignRoot, readDigests, reportTypes, type DigestLog, type Report } from "../digest-log.ts";
import { casesBefore, type Digests } from "../digests.ts";
import { eventSource, lanes } from "../ids.ts";
import type { Message } from "../limits.ts";
import { noThreadIn, samplesIn } from "../no-thread.ts";
import { MessageGone, type Mark, type NewPost, type Outbox, type Place } from "../outbox.ts";
import { deliveredOf, orStop, type Desk } from "./desk.ts";
import { PostOnce } from "./post-once.ts";

const types = [...reportTypes, "tuning.decided", "schedule.fired"] as const satisfies readonly EventType[];
type DigestDelivery = Delivery<(typeof types)[number]>;

/** Names in schedules/definitions that wake this lane and no role. */
const ownSchedules: readonly string[] = ["no-thread", "label-sample"];

/** Reports whose buttons may still be pressed. */
const liveReports = 5;

export function startDigestLane(desk: Desk, lane: DigestLane): Subscription {
  return desk.options.bus.subscribe(lanes.digest, types, (delivery) => orStop(() => lane.handle(delivery)), {
    source: eventSource,
    concurrency: 4,
    wants: (event) => !isEvent(event, "schedule.fired") || ownSchedules.includes(event.data.role),
  });
}

export class DigestLane {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  readonly #digests: Digests;
  readonly #once = new PostOnce();

  constructor(desk: Desk, outbox: Outbox, digests: Digests) {
    this.#desk = desk;
    this.#outbox = outbox;
    this.#digests = digests;
  }

  /** @throws SlackDown */
  handle(delivery: DigestDelivery): Promise<Handled> {
    const { event } = delivery;
    return this.#digests.alone(event.subject, () => {
      if (isEvent(event, "tuning.decided")) return this.#answered(event);
      if (isEvent(event, "schedule.fired")) return this.#scheduled(delivery, event);
      return this.#report(delivery, event);
    });
  }

  async #report(delivery: DigestDelivery, report: Report): Promise<Handled> {
    if (hasNothing(report)) return skip(`${report.type} ${report.id} has nothing new`);
    const log = await this.#digests.read(report.subject);
    if (report.type === "campaign.detected") return this.#campaign(delivery, report, log);
    return this.#say(delivery, await this.#digests.message(log, report));
  }

  /** The first time a message of its own, later a reply under it; the message itself then shows the whole again. */
  async #campaign(delivery: DigestDelivery, event: CampaignEvent, log: DigestLog): Promise<Handled> {
    const root = campaignRoot(log, event.data.clusterId);
    const before = casesBefore(log, event);
    const isFirst = root === undefined || root.eventId === event.id || before === undefined;
    if (isFirst || !(await this.#redrawn(log, event, root))) {
      return this.#say(delivery, await this.#digests.message(log, event));
    }
    const known = new Set(before);
    const news = event.data.caseIds.filter((caseId) => !known.has(caseId));
    const look = await this.#digests.look(news.slice(-namedCases), []);
    return this.#say(delivery, grownMessage(event, before, look), root.ts);
  }

  /** False: somebody has deleted the message. */
  async #redrawn(log: DigestLog, report: Report, { channel, ts }: Place): Promise<boolean> {
    try {
      await this.#digests.redraw(log, { report, place: { channel, ts } });
      return true;
    } catch (error) {
      if (error instanceof MessageGone) return false;
      throw error;
    }
  }

  /** Every message that still offers the tuning shows what became of it. */
  async #answered({ data }: KnownEvent<"tuning.decided">): Promise<Handled> {
    const { bus, surface } = this.#desk.options;
    const log = await readDigests(bus, "calendar:detection-engineer", surface);
    const showing = log.reports.filter(
      (report) =>
        report.type === "tuning.reported" &&
        report.data.rules.some(({ tuningId }) => tuningId === data.tuningId),
    );
    for (const report of showing.slice(-liveReports)) {
      const place = log.posted.find(({ eventId }) => eventId === report.id);
      if (place !== undefined) await this.#redrawn(log, report, place);
    }
    return says();
  }

  async #scheduled(delivery: DigestDelivery, event: KnownEvent<"schedule.fired">): Promise<Handled> {
    const { role, window } = event.data;
    if (role !== "no-thread") return this.#sample(delivery, window);
    const message = await this.#hourly(window);
    return message === undefined ? skip(`${role}: nothing in the window`) : this.#say(delivery, message);
  }

  async #hourly(window: KnownEvent<"schedule.fired">["data"]["window"]): Promise<Message | undefined> {
    const { bus, config } = this.#desk.options;
    const read = this.#desk.read.bind(this.#desk);
    return hourlyLine(await noThreadIn(window, { bus, read, threadPriority: config.threadPriority }));
  }

  /** What was asked is said with the message: accuracy counts what people were shown. */
  async #sample(
    delivery: DigestDelivery,
    window: KnownEvent<"schedule.fired">["data"]["window"],
  ): Promise<Handled> {
    const { bus, config, groups } = this.#desk.options;
    const days = await samplesIn(window, bus, delivery.position);
    if (days.length === 0) return skip("label-sample: nothing to draw, or asked already");
    const asked = config.reviewers["tier2"] ?? config.reviewers["*"];
    const onCall = asked === undefined ? undefined : config.onCall[asked];
    const mention = onCall === undefined ? undefined : await groups.mentionOf(onCall);
    const caseIds = days.flatMap((day) => day.caseIds);
    const posted = await this.#say(
      delivery,
      labelSample(days, await this.#digests.look(caseIds, []), mention),
    );
    const who = onCall === undefined || asked === undefined ? {} : { asked };
    const requested = days.map((day): Draft => ({
      type: "label.requested",
      data: { ...day, caseIds: [...day.caseIds], ...who },
    }));
    return "events" in posted ? says(...posted.events, ...requested) : posted;
  }

  async #say(delivery: DigestDelivery, message: Message, threadTs?: string): Promise<Handled> {
    const { event } = delivery;
    const { digestChannel: channel } = this.#desk.options.config;
    const mark: Mark = { event_id: event.id, kind: "digest", case_id: event.subject };
    const thread = threadTs === undefined ? {} : { threadTs };
    const post: NewPost = { channel, ...thread, mark, message };
    await this.#outbox.turn(channel);
    const place = await this.#once.post(this.#outbox, post, deliveredOf(delivery));
    this.#desk.drew(place, message);
    return says(this.#desk.posted(mark, place, thread));
  }
}

function hasNothing(report: Report): boolean {
  if (report.type === "shift.summarised") return isQuiet(report.data);
  if (report.type === "tuning.reported") return report.data.rules.length === 0;
  return report.type === "hunt.reported" && report.data.findings.length === 0;
}
