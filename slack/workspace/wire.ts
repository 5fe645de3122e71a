/** Slack's objects as they are stored and sent. What comes back from the file is parsed by these again. */
import { z } from "zod";

export const metadataSchema = z.strictObject({
  event_type: z.string().min(1).max(255),
  event_payload: z.record(z.string(), z.unknown()),
});

export const fileSchema = z.object({
  id: z.string(),
  name: z.string(),
  title: z.string(),
  mimetype: z.string(),
  size: z.int(),
  url_private: z.string(),
});

export const messageSchema = z.object({
  type: z.literal("message"),
  subtype: z.enum(["thread_broadcast", "bot_message", "tombstone"]).optional(),
  ts: z.string(),
  user: z.string(),
  team: z.string(),
  text: z.string(),
  thread_ts: z.string().optional(),
  bot_id: z.string().optional(),
  app_id: z.string().optional(),
  bot_profile: z.record(z.string(), z.unknown()).optional(),
  blocks: z.array(z.unknown()).optional(),
  metadata: metadataSchema.optional(),
  files: z.array(fileSchema).optional(),
  edited: z.object({ user: z.string(), ts: z.string() }).optional(),
  reactions: z.array(z.object({ name: z.string(), users: z.array(z.string()), count: z.int() })).optional(),
});

export type Message = z.infer<typeof messageSchema>;
export type Metadata = z.infer<typeof metadataSchema>;
export type SlackFile = z.infer<typeof fileSchema>;

/** A message without what the store gives it. */
export type MessageDraft = Omit<Message, "ts">;

export const viewSchema = z.object({
  id: z.string(),
  team_id: z.string(),
  type: z.enum(["modal", "home"]),
  title: z.unknown().optional(),
  submit: z.unknown().optional(),
  close: z.unknown().optional(),
  blocks: z.array(z.unknown()),
  private_metadata: z.string(),
  callback_id: z.string(),
  external_id: z.string(),
  state: z.object({ values: z.record(z.string(), z.record(z.string(), z.unknown())) }),
  hash: z.string(),
  clear_on_close: z.boolean(),
  notify_on_close: z.boolean(),
  submit_disabled: z.boolean(),
  root_view_id: z.string(),
  previous_view_id: z.string().nullable(),
  app_id: z.string(),
  app_installed_team_id: z.string(),
  bot_id: z.string(),
});

export type View = z.infer<typeof viewSchema>;

/** `state.values` of a view or message: block id → action id → what the person put there. */
export type StateValues = View["state"]["values"];
