/** The bodies of `POST /local/…`: what a person does, as another program says it. */
import { z } from "zod";
import { chaosRequest } from "../chaos.ts";
import { LocalError } from "../slack-error.ts";

/** Milliseconds of quiet to wait for before answering; 0 answers with the acknowledgement. */
const settle = { settle_ms: z.int().min(0).max(3000).optional() };
const user = z.string().min(1);
const values = z.record(z.string(), z.unknown());

export const clickRequest = z
  .strictObject({
    user,
    action_id: z.string().min(1),
    block_id: z.string().min(1).optional(),
    value: z.unknown().optional(),
    channel: z.string().min(1).optional(),
    ts: z.string().min(1).optional(),
    view_id: z.string().min(1).optional(),
    values: values.optional(),
    ...settle,
  })
  .refine(
    (click) => (click.view_id === undefined) === (click.channel !== undefined && click.ts !== undefined),
    {
      message: "expected either channel and ts, or view_id",
    },
  );

export const submitRequest = z.strictObject({
  user,
  view_id: z.string().min(1),
  values: values.default({}),
  ...settle,
});
export const closeRequest = z.strictObject({
  user,
  view_id: z.string().min(1),
  all: z.boolean().default(false),
  ...settle,
});
export const homeRequest = z.strictObject({ user, ...settle });
export const shortcutRequest = z.strictObject({
  user,
  callback_id: z.string().min(1),
  channel: z.string().min(1).optional(),
  ts: z.string().min(1).optional(),
  ...settle,
});
export const commandRequest = z.strictObject({
  user,
  channel: z.string().min(1),
  /** Longer than Slack's own box takes: an app must bear what any client sends. */
  text: z.string().max(20_000),
  command: z.string().optional(),
  ...settle,
});
export const messageRequest = z.strictObject({
  user,
  channel: z.string().min(1),
  text: z.string().min(1).max(4000),
  thread_ts: z.string().min(1).optional(),
  ...settle,
});
export const dismissRequest = z.strictObject({ user, channel: z.string().min(1), ts: z.string().min(1) });
export const usergroupRequest = z.strictObject({ id: z.string().min(1), users: z.array(z.string()) });
export { chaosRequest };

export type ClickRequest = z.infer<typeof clickRequest>;
export type SubmitRequest = z.infer<typeof submitRequest>;
export type CloseRequest = z.infer<typeof closeRequest>;
export type ShortcutRequest = z.infer<typeof shortcutRequest>;
export type CommandRequest = z.infer<typeof commandRequest>;
export type MessageRequest = z.infer<typeof messageRequest>;
export type DismissRequest = z.infer<typeof dismissRequest>;
export type UsergroupRequest = z.infer<typeof usergroupRequest>;

/** Throws `LocalError` 400 with every path and reason. */
export function parseRequest<S extends z.ZodType>(schema: S, body: unknown): z.infer<S> {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map((issue) => ({
    path: issue.path.map(String).join("."),
    reason: issue.message,
  }));
  const words = issues.map(({ path, reason }) => (path === "" ? reason : `${path}: ${reason}`)).join("; ");
  throw new LocalError("invalid_request", words, { issues });
}
