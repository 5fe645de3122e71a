/** Digests as they stand now: the message of each report, what it is drawn with, and its picture. */
import { verdictOf } from "../src/memory/case-file.ts";
import type { Picture } from "../src/seams/pictures.ts";
import {
  campaignMessage,
  campaignPicture,
  namedCases,
  type CampaignEvent,
} from "./blocks/campaign-digest.ts";
import type { CaseLook, DigestLook } from "./blocks/digest-parts.ts";
import { huntMessage, huntPicture, namedCasesOfFinding, namedFindings } from "./blocks/hunt-digest.ts";
import { namedApprovals, shiftMessage, shiftPicture, type OpenApproval } from "./blocks/shift-digest.ts";
import { namedRules, tuningMessage, tuningPicture } from "./blocks/tuning-digest.ts";
import type { CaseThread, Posted } from "./case-thread.ts";
import {
  announcements,
  campaignRoot,
  pictureOf,
  readDigests,
  type DigestLog,
  type Report,
} from "./digest-log.ts";
import type { Desk } from "./lanes/desk.ts";
import { KeyedQueue } from "./lanes/queue.ts";
import { Recent } from "./lanes/recent.ts";
import type { Message } from "./limits.ts";
import type { Links } from "./links.ts";
import type { Mark, Outbox, Place } from "./outbox.ts";

/** Cases whose host and verdict are looked up for one digest: each costs its log. */
const mostLookedUp = 60;

export class Digests {
  readonly #desk: Desk;
  readonly #outbox: Outbox;
  readonly #links: Links;
  readonly #queue = new KeyedQueue();
  /** Pictures this process has put into messages: the log may not have them yet. */
  readonly #pictures = new Recent<string>(500);

  constructor(desk: Desk, outbox: Outbox, links: Links) {
    this.#desk = desk;
    this.#outbox = outbox;
    this.#links = links;
  }

  read(subject: string): Promise<DigestLog> {
    const { bus, surface } = this.#desk.options;
    return readDigests(bus, subject, surface);
  }

  /** One thing at a time with the messages of a role: no edit overtakes another. */
  alone<T>(subject: string, work: () => Promise<T>): Promise<T> {
    return this.#queue.run(subject, work);
  }

  /** A report's message as it is now; `place`: where it stands, if it does. @throws SlackDown */
  async message(log: DigestLog, report: Report, place?: Place): Promise<Message> {
    const picture = place && (this.#pictures.get(keyOf(place)) ?? pictureOf(log, place));
    const drawn = async (
      caseIds: readonly string[],
      open: readonly OpenApproval[] = [],
    ): Promise<DigestLook> => ({
      ...(await this.look(caseIds, open)),
      ...(picture === undefined ? {} : { picture }),
    });
    switch (report.type) {
      case "shift.summarised": {
        const open = namedApprovals(report.data);
        return shiftMessage(
          report,
          await drawn(
            open.map(({ caseId }) => caseId),
            open,
          ),
        );
      }
      case "tuning.reported": {
        const caseIds = report.data.rules.slice(0, namedRules).flatMap((rule) => rule.caseIds.slice(-3));
        return tuningMessage(report, log.answers, await drawn(caseIds));
      }
      case "hunt.reported":
        return huntMessage(report, await drawn(huntCases(report.data.findings)));
      case "campaign.detected": {
        const { latest, before } = latestOf(log, report);
        return campaignMessage(latest, before, await drawn(latest.data.caseIds.slice(-namedCases)));
      }
    }
  }

  /** Undefined where looking shows no more than reading. @throws SlackDown */
  async picture(log: DigestLog, report: Report): Promise<Picture | undefined> {
    if (report.type === "shift.summarised") return shiftPicture(report);
    if (report.type === "tuning.reported") return tuningPicture(report);
    if (report.type === "hunt.reported") return huntPicture(report);
    const { latest, before } = latestOf(log, report);
    const known = new Set(before);
    const { caseIds } = latest.data;
    const news = before === undefined ? [] : caseIds.filter((caseId) => !known.has(caseId));
    return campaignPicture(
      latest,
      before,
      await this.look([...news.slice(-namedCases), ...caseIds.slice(-namedCases)], []),
    );
  }

  /** Draws the message that shows a report anew, with this picture or the one it has. @throws SlackDown, MessageGone */
  async redraw(log: DigestLog, { report, place, picture }: Redrawing): Promise<void> {
    if (picture !== undefined) this.#pictures.set(keyOf(place), picture);
    const shown = log.posted.find(({ ts, channel }) => ts === place.ts && channel === place.channel);
    const mark: Mark = { event_id: shown?.eventId ?? report.id, kind: "digest", case_id: log.subject };
    const message = await this.message(log, report, place);
    await this.#desk.redraw(this.#outbox, { place, mark, message });
  }

  /** The message cannot hold the picture after all. */
  withoutPicture(place: Place): void {
    this.#pictures.delete(keyOf(place));
  }

  async look(caseIds: readonly string[], open: readonly OpenApproval[]): Promise<DigestLook> {
    const cases = new Map<string, CaseLook>();
    const cards = new Map<string, string>();
    for (const caseId of [...new Set(caseIds)].slice(0, mostLookedUp)) {
      const thread = await this.#desk.read(caseId);
      cases.set(caseId, await this.#caseLook(thread));
      for (const { proposalId } of open.filter((one) => one.caseId === caseId)) {
        const card = thread.messages.findLast((m) => m.kind === "gate" && m.proposalId === proposalId);
        const url = card === undefined ? undefined : await this.#links.to(card);
        if (url !== undefined) cards.set(proposalId, url);
      }
    }
    return { cases, cards };
  }

  async #caseLook(thread: CaseThread): Promise<CaseLook> {
    const { alert } = thread.file;
    const about = alert?.host?.name ?? alert?.rule.name;
    const verdict = verdictOf(thread.file)?.verdict;
    const root = this.#desk.roots.of(thread);
    const link = root === undefined ? undefined : await this.#links.to(root);
    return {
      ...(about === undefined ? {} : { about }),
      ...(verdict === undefined ? {} : { verdict }),
      ...(link === undefined ? {} : { link }),
    };
  }
}

export interface Redrawing {
  readonly report: Report;
  readonly place: Place;
  readonly picture?: string;
}

function keyOf({ channel, ts }: Place): string {
  return `${channel} ${ts}`;
}

/** A campaign's message shows it as it was announced last, and what that added. */
function latestOf(
  log: DigestLog,
  report: CampaignEvent,
): { latest: CampaignEvent; before: readonly string[] | undefined } {
  const announced = announcements(log, report.data.clusterId);
  const latest = announced.at(-1) ?? report;
  return { latest, before: announced.at(-2)?.data.caseIds };
}

/** What the campaign had before this announcement; undefined: it is the first. */
export function casesBefore(log: DigestLog, event: CampaignEvent): readonly string[] | undefined {
  const announced = announcements(log, event.data.clusterId);
  const at = announced.findIndex(({ id }) => id === event.id);
  return (at === -1 ? announced.at(-1) : announced[at - 1])?.data.caseIds;
}

/** Where a report stands: a campaign's under the message of its first announcement. */
export function placeOf(log: DigestLog, report: Report): Posted | undefined {
  if (report.type === "campaign.detected") return campaignRoot(log, report.data.clusterId);
  return log.posted.findLast(({ eventId }) => eventId === report.id);
}

function huntCases(findings: Extract<Report, { type: "hunt.reported" }>["data"]["findings"]): string[] {
  const ofKind = [...Map.groupBy(findings, ({ kind }) => kind).values()];
  const shown = ofKind.flatMap((them) => them.slice(0, namedFindings));
  return shown.flatMap(({ caseIds }) => caseIds.slice(-namedCasesOfFinding));
}
