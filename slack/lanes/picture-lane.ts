/**
 * The picture lane: puts a picture into the digest that has been posted. It is a lane of its own, so that nothing but
 * pictures waits for an upload; a picture that cannot be had leaves a message that reads well without it.
 */
import { says, skip, stop, type Delivery, type Handled, type Subscription } from "../../src/bus/bus.ts";
import { HatrackError, reasonOf } from "../../src/errors.ts";
import type { DrawPicture, Picture } from "../../src/seams/pictures.ts";
import { isDigest, type DigestLog, type Report } from "../digest-log.ts";
import { placeOf, type Digests } from "../digests.ts";
import { eventSource, lanes } from "../ids.ts";
import { MessageGone, SlackDown, type Mark, type Outbox, type Place } from "../outbox.ts";
import { platformError } from "../slack-errors.ts";
import { orStop, type Desk } from "./desk.ts";
import { Recent } from "./recent.ts";

type Posting = Delivery<"message.posted">;

/** Slack takes an upload and looks at it a little later; until then it says that no message may hold it. */
const patience = { tries: 6, waitMs: 2_000 };
/** What waiting does not put right. */
const notGranted = ["missing_scope", "no_permission", "not_allowed_token_type", "access_denied"];

export function startPictureLane(desk: Desk, lane: PictureLane): Subscription {
  const { bus, surface } = desk.options;
  return bus.subscribe(lanes.picture, ["message.posted"], (delivery) => orStop(() => lane.handle(delivery)), {
    source: eventSource,
    concurrency: 1,
    wants: (event) => isDigest(event, surface) && event.data.picture === undefined,
  });
}

export interface PictureLaneOptions {
  readonly outbox: Outbox;
  readonly digests: Digests;
  /** Left out: nobody draws, and digests stay without pictures. */
  readonly draw: DrawPicture | undefined;
}

interface Wanted {
  readonly log: DigestLog;
  readonly report: Report;
  readonly place: Place;
}

export class PictureLane {
  readonly #desk: Desk;
  readonly #options: PictureLaneOptions;
  /** Uploaded, and not yet in its message: report → file and how often it was tried. */
  readonly #uploaded = new Recent<{ readonly id: string; readonly tries: number }>(100);

  constructor(desk: Desk, options: PictureLaneOptions) {
    this.#desk = desk;
    this.#options = options;
  }

  /** @throws SlackDown */
  async handle({ event }: Posting): Promise<Handled> {
    const log = await this.#options.digests.read(event.subject);
    const report = log.reports.find(({ id }) => id === event.data.eventId);
    const stands = report && placeOf(log, report);
    if (report === undefined || stands === undefined) return skip("a digest without a picture");
    const { channel, ts } = stands;
    return this.#show({ log, report, place: { channel, ts } });
  }

  /** Other messages of the role wait for the edit alone, never for an upload. */
  async #show({ log, report, place }: Wanted): Promise<Handled> {
    const { digests } = this.#options;
    const id = await this.#upload({ log, report });
    if (typeof id !== "string") return id;
    return digests.alone(report.subject, async () => {
      try {
        await digests.redraw(await digests.read(report.subject), { report, place, picture: id });
      } catch (error) {
        digests.withoutPicture(place);
        return this.#notShown(error, report, id);
      }
      this.#uploaded.delete(report.id);
      const mark: Mark = { event_id: report.id, kind: "digest", case_id: report.subject };
      return says(this.#desk.posted(mark, place, { picture: id }));
    });
  }

  /** The file's id, or what to do without one. */
  async #upload({ log, report }: Omit<Wanted, "place">): Promise<string | Handled> {
    const before = this.#uploaded.get(report.id);
    if (before !== undefined) return before.id;
    const { draw, outbox, digests } = this.#options;
    const picture = draw && (await digests.picture(log, report));
    const bytes = draw && picture && (await this.#drawn(draw, picture, report));
    if (picture === undefined || bytes === undefined) return skip("a digest without a picture");
    const name = `${report.type.replace(".", "-")}-${report.id.slice(0, 12)}.png`;
    try {
      const id = await outbox.upload({ name, bytes, alt: picture.alt });
      this.#uploaded.set(report.id, { id, tries: 0 });
      return id;
    } catch (error) {
      if (error instanceof SlackDown && !isNotGranted(error)) throw error;
      return this.#without(report, error);
    }
  }

  async #drawn(draw: DrawPicture, picture: Picture, report: Report): Promise<Uint8Array | undefined> {
    try {
      return await draw(picture);
    } catch (error) {
      this.#without(report, error);
      return undefined;
    }
  }

  #notShown(error: unknown, report: Report, id: string): Handled {
    if (error instanceof SlackDown) throw error;
    if (error instanceof MessageGone) return skip("the digest is not there any more");
    const isRefused = error instanceof HatrackError && platformError(error.cause) === "invalid_blocks";
    const tries = (this.#uploaded.get(report.id)?.tries ?? 0) + 1;
    if (!isRefused || tries >= patience.tries) return this.#without(report, error);
    this.#uploaded.set(report.id, { id, tries });
    return stop("Slack has not looked at the picture yet", patience.waitMs);
  }

  #without({ type, id }: Report, error: unknown): Handled {
    this.#uploaded.delete(id);
    const what = { type, eventId: id, error: reasonOf(error) };
    this.#desk.options.diagnostics.warn(what, "slack: a digest stays without its picture");
    return skip("the picture could not be had");
  }
}

function isNotGranted({ cause }: SlackDown): boolean {
  return notGranted.includes(platformError(cause) ?? "");
}
