/** "Attach to case" on any message: links the case it belongs to with another. */
import type { App } from "@slack/bolt";
import { z } from "zod";
import { attachForm } from "./blocks/case-forms.ts";
import { caseIdIn } from "./case-id.ts";
import type { FrontDesk } from "./front-desk.ts";
import { shortcuts } from "./ids.ts";
import { formNotOpened, mayNotAsk } from "./words/shared.ts";

const Used = z.object({
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  trigger_id: z.string(),
  channel: z.object({ id: z.string() }),
  message: z.object({ ts: z.string(), thread_ts: z.string().optional(), text: z.string().default("") }),
});

export function registerShortcuts(app: App, front: FrontDesk): void {
  app.shortcut({ type: "message_action", callback_id: shortcuts.attach }, async ({ ack, body }) => {
    await ack();
    await attach(front, Used.parse(body));
  });
  app.shortcut(/.*/, async ({ ack, shortcut }) => {
    if (shortcut.callback_id !== shortcuts.attach) await ack();
  });
}

async function attach(front: FrontDesk, used: z.infer<typeof Used>): Promise<void> {
  const { user, team, trigger_id: triggerId, channel, message } = used;
  const principal = { team: user.team_id ?? team?.id ?? "", user: user.id };
  const threadTs = message.thread_ts;
  const where = { principal, channel: channel.id, ...(threadTs === undefined ? {} : { threadTs }) };
  if (!(await front.options.rights.may("label", principal))) return front.tell(where, mayNotAsk);
  const place = { channel: channel.id, ts: message.ts };
  const of = await front.caseAt({ ...place, ts: threadTs ?? message.ts });
  const named = caseIdIn(message.text);
  const origin = { ...place, ...(of === undefined ? {} : { caseId: of }) };
  await front
    .open({ triggerId }, attachForm(origin, named === of ? undefined : named))
    .catch(() => front.tell(where, formNotOpened));
}
