/** What an app sends to a `response_url`, or along with the acknowledgement of a command. */
import { z } from "zod";
import { slackFaults } from "./block-kit/faults.ts";
import { erase, postAsApp, revise } from "./posts.ts";
import { SlackError } from "./slack-error.ts";
import type { Stored } from "./store/messages.ts";
import type { Reply } from "./tickets.ts";
import { checkContent, threadRoot } from "./web-api/chat.ts";
import type { World } from "./world.ts";

const bodySchema = z.object({
  text: z.string().optional(),
  blocks: z.array(z.unknown()).optional(),
  metadata: z.unknown().optional(),
  response_type: z.enum(["ephemeral", "in_channel"]).default("ephemeral"),
  replace_original: z.boolean().default(false),
  delete_original: z.boolean().default(false),
  thread_ts: z.string().optional(),
});

function original(world: World, reply: Reply): Stored {
  const found = reply.source === undefined ? undefined : world.messages.get(reply.channel, reply.source.ts);
  if (found === undefined) throw new SlackError("message_not_found");
  return found;
}

/** Throws `SlackError` for content Slack refuses. */
export function applyReply(world: World, reply: Reply, body: unknown): void {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) throw new SlackError("invalid_payload", slackFaults(parsed.error, []));
  const { data } = parsed;
  if (data.delete_original) {
    erase(world, original(world, reply));
    return;
  }
  const content = checkContent(world, data);
  if (data.replace_original) {
    const stored = original(world, reply);
    const { blocks: _old, ...rest } = stored.message;
    revise(world, stored, {
      ...rest,
      text: content.text,
      ...(content.blocks === undefined ? {} : { blocks: content.blocks }),
    });
    return;
  }
  const target = { channel: reply.channel, threadTs: threadRoot(world, reply.channel, data.thread_ts) };
  if (data.response_type === "ephemeral")
    postAsApp(world, { ...target, onlyFor: reply.user }, { ...content, metadata: undefined });
  else postAsApp(world, target, content);
}
