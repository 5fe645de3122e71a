/** What one calendar role has reported, where it stands in Slack, and what people answered: folded from the log. */
import type { Bus } from "../src/bus/bus.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../src/events/envelope.ts";
import type { TuningAnswer } from "./blocks/tuning-digest.ts";
import type { CampaignEvent } from "./blocks/campaign-digest.ts";
import type { Posted, Surface } from "./case-thread.ts";

export const reportTypes = [
  "shift.summarised",
  "tuning.reported",
  "hunt.reported",
  "campaign.detected",
] as const;
export type Report = KnownEvent<(typeof reportTypes)[number]>;

export interface DigestLog {
  /** "calendar:soc-manager" */
  readonly subject: string;
  /** In log order. */
  readonly reports: readonly Report[];
  /** Messages of kind digest in this workspace, in log order; one is named again once it has a picture. */
  readonly posted: readonly Posted[];
  /** Tuning → the answer to it. */
  readonly answers: ReadonlyMap<string, TuningAnswer>;
}

/** @throws HatrackError of the bus when the log cannot be read */
export async function readDigests(
  bus: Pick<Bus, "read">,
  subject: string,
  surface: Surface,
): Promise<DigestLog> {
  const reports: Report[] = [];
  const posted: Posted[] = [];
  for await (const { event } of bus.read({ subject, types: [...reportTypes, "message.posted"] })) {
    if (isEvent(event, ...reportTypes)) reports.push(event);
    if (isDigest(event, surface)) posted.push(event.data);
  }
  const isTuning = reports.some(({ type }) => type === "tuning.reported");
  return { subject, reports, posted, answers: isTuning ? await readAnswers(bus) : new Map() };
}

export function isDigest(event: AnyEvent, surface: Surface): event is KnownEvent<"message.posted"> {
  return isEvent(event, "message.posted") && event.data.kind === "digest" && event.data.surface === surface;
}

/** What people said of a rule concerns no case. */
const answersAbout = "system";

async function readAnswers(bus: Pick<Bus, "read">): Promise<Map<string, TuningAnswer>> {
  const answers = new Map<string, TuningAnswer>();
  for await (const { event } of bus.read({ subject: answersAbout, types: ["tuning.decided"] })) {
    if (isEvent(event, "tuning.decided")) answers.set(event.data.tuningId, event);
  }
  return answers;
}

/** The announcements of one campaign, in log order. */
export function announcements({ reports }: DigestLog, clusterId: string): CampaignEvent[] {
  return reports.filter(
    (report): report is CampaignEvent =>
      report.type === "campaign.detected" && report.data.clusterId === clusterId,
  );
}

/** The message that a campaign's thread hangs under. */
export function campaignRoot(log: DigestLog, clusterId: string): Posted | undefined {
  const ids = new Set(announcements(log, clusterId).map(({ id }) => id));
  return log.posted.findLast(({ eventId, threadTs }) => threadTs === undefined && ids.has(eventId));
}

export function pictureOf(
  { posted }: DigestLog,
  { channel, ts }: Pick<Posted, "channel" | "ts">,
): string | undefined {
  return posted.findLast((one) => one.ts === ts && one.channel === channel && one.picture !== undefined)
    ?.picture;
}
