/** Messages of our own app as they stand in Slack: by the metadata they carry, and by who posted them. */
import { z } from "zod";
import { metadataEventType } from "./ids.ts";
import type { Mark, StandingMessage } from "./outbox.ts";

/** Who we are in this workspace: what a message of our own is matched on. */
export interface OwnApp {
  readonly team: string;
  readonly appId: string;
  readonly botId: string;
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

export type OwnMessage = z.infer<typeof OwnMessage>;

/** A root is known by its case, everything else by the event it shows. */
export function shows({ metadata }: OwnMessage, mark: Mark): boolean {
  const { event_id: eventId, kind, case_id: caseId } = metadata.event_payload;
  return kind === mark.kind && (kind === "root" ? caseId === mark.case_id : eventId === mark.event_id);
}

export function standingAs({ ts, text, blocks, metadata }: OwnMessage, channel: string): StandingMessage {
  const { proposal_id: proposal, ...mark } = metadata.event_payload;
  const whole = proposal === undefined ? mark : { ...mark, proposal_id: proposal };
  return { place: { channel, ts }, mark: whole, text, blocks };
}

/** Undefined for what another app or a person posted, whatever its metadata say. */
export function ownMessage(message: unknown, own: OwnApp): OwnMessage | undefined {
  const parsed = OwnMessage.safeParse(message);
  if (!parsed.success) return undefined;
  const { bot_id: bot, app_id: app, bot_profile: profile } = parsed.data;
  return bot === own.botId && (app ?? profile?.app_id) === own.appId ? parsed.data : undefined;
}
