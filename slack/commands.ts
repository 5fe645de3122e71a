/** The ways to ask: `/soc …`, `@soc …` in a thread, and the buttons under an answer. Guests and strangers get none. */
import { ErrorCode, type App } from "@slack/bolt";
import { setTimeout as sleep } from "node:timers/promises";
import { z } from "zod";
import { reasonOf } from "../src/errors.ts";
import { naturalId } from "../src/events/ids.ts";
import { withButton } from "./blocks/answers.ts";
import { caseIdIn } from "./case-id.ts";
import { lineOf, parseSocLine, type SocLine } from "./command-line.ts";
import type { FrontDesk, Where } from "./front-desk.ts";
import { slackActions, slashCommand } from "./ids.ts";
import { PostOnce } from "./lanes/post-once.ts";
import { withinLimits } from "./cut.ts";
import type { Message } from "./limits.ts";
import { SlackDown, type Mark, type NewPost, type Outbox } from "./outbox.ts";
import { pressOf, type Pressed } from "./payloads.ts";
import { plainer } from "./plainer.ts";
import type { Answer, SocDesk } from "./soc-desk.ts";
import { typedText } from "./typed.ts";
import { formNotOpened, noLongerHandled, notShared, notSharedNow, onlyHere } from "./words/shared.ts";

/** What somebody who shares an answer waits at most for Slack's patience. */
const mostShareWaitMs = 5_000;

export interface CommandsOptions {
  readonly front: FrontDesk;
  readonly soc: SocDesk;
}

const Slash = z.object({
  team_id: z.string(),
  user_id: z.string(),
  channel_id: z.string(),
  trigger_id: z.string().default(""),
  text: z.string().default(""),
});

const Mention = z.object({
  team_id: z.string(),
  event_id: z.string(),
  event: z.object({
    user: z.string(),
    user_team: z.string().optional(),
    team: z.string().optional(),
    channel: z.string(),
    ts: z.string(),
    thread_ts: z.string().optional(),
    text: z.string(),
    bot_id: z.string().optional(),
  }),
});

export function registerCommands(app: App, options: CommandsOptions): void {
  app.command(slashCommand, async ({ ack, body, respond }) => {
    await ack();
    const typed = Slash.parse(body);
    const line = parseSocLine(typedText(typed.text));
    const principal = { team: typed.team_id, user: typed.user_id };
    const answer = await options.soc.answer({ principal, line, act: [slashCommand, typed.trigger_id] });
    if ("view" in answer) {
      const where = { principal, channel: typed.channel_id };
      await opened(options, { ...where, triggerId: typed.trigger_id }, answer.view);
      return;
    }
    const { text, blocks } = withinLimits(withShare(answer, line), "cut").message;
    const said = { response_type: "ephemeral", text } as const;
    await respond({ ...said, blocks: [...blocks] }).catch((error: unknown) => {
      const simple = isRefusal(error) ? plainer(blocks) : undefined;
      if (simple === undefined) throw error;
      return respond({ ...said, blocks: simple });
    });
  });
  // A command that a manifest names and nobody here knows.
  app.command(/.*/, async ({ ack, command }) => {
    if (command.command !== slashCommand) await ack(noLongerHandled);
  });
  app.event("app_mention", async ({ body }) => {
    const mention = Mention.safeParse(body).data;
    if (mention !== undefined && mention.event.bot_id === undefined) await onMention(options, mention);
  });
  app.action(slackActions.share, async ({ ack, body }) => {
    await ack();
    await share(options, pressOf(body));
  });
  app.action(slackActions.openForm, async ({ ack, body }) => {
    await ack();
    const press = pressOf(body);
    const act = [press.actionId, press.actionTs];
    const line = parseSocLine(press.value);
    const { channel, ts, principal } = press;
    const answer = await options.soc.answer({ principal, line, place: { channel, ts }, act });
    if ("view" in answer) await opened(options, press, answer.view);
    else await options.front.whisper(press, answer.message);
  });
}

/** Slack did not take what was said, as it stands. */
function isRefusal(error: unknown): boolean {
  return z
    .object({ code: z.literal(ErrorCode.RespondError), statusCode: z.number().max(499) })
    .safeParse(error).success;
}

/** The same as `/soc` does; in a case's thread the case need not be named. A form needs a press to open. */
async function onMention(
  options: CommandsOptions,
  { team_id: team, event_id: eventId, event }: z.infer<typeof Mention>,
): Promise<void> {
  const { front, soc } = options;
  const { channel, ts, thread_ts: threadTs } = event;
  const root = threadTs === undefined ? undefined : await front.caseAt({ channel, ts: threadTs });
  const typed = root === undefined ? {} : { caseId: root };
  const said = typedText(event.text).replace(/^\s*@[UW][A-Z0-9]+\s*/, "");
  const line = parseSocLine(said, typed);
  const principal = { team: event.user_team ?? event.team ?? team, user: event.user };
  const answer = await soc.answer({ principal, line, place: { channel, ts }, act: ["mention", eventId] });
  const where: Where = { principal, channel, ...(threadTs === undefined ? {} : { threadTs }) };
  await front.whisper(where, "view" in answer ? formButton(answer) : withShare(answer, line));
}

function formButton({ command }: Extract<Answer, { view: unknown }>): Message {
  return withButton(undefined, { action: slackActions.openForm, value: lineOf(command) });
}

function withShare({ message, shareable }: Extract<Answer, { message: Message }>, line: SocLine): Message {
  if (!shareable || line.command === "unclear") return message;
  const value = lineOf(line);
  return value.length > 1500 ? message : withButton(message, { action: slackActions.share, value });
}

async function opened(
  { front }: CommandsOptions,
  press: Where & Pick<Pressed, "triggerId">,
  view: Extract<Answer, { view: unknown }>["view"],
): Promise<void> {
  await front.open(press, view).catch(() => front.tell(press, formNotOpened));
}

/** Asked anew by who presses, under their own rights, and only into a channel of soc.yaml. */
async function share({ front, soc }: CommandsOptions, press: Pressed): Promise<void> {
  const { channel, ts, principal, actionTs, threadTs } = press;
  const { desk, outbox } = front.options;
  const { clock, diagnostics } = desk.options;
  const line = parseSocLine(press.value);
  const answer = await soc.answer({ principal, line, act: [press.actionId, actionTs] });
  if ("view" in answer || !answer.shareable || line.command === "unclear")
    return front.tell(press, notShared);
  const allowed = await Promise.all(desk.options.config.channels.map((name) => outbox.channelId(name)));
  if (!allowed.includes(channel)) return front.tell(press, onlyHere);
  // One press is one message, however often Slack's answer to it is lost.
  const eventId = naturalId("answer", principal.team, principal.user, channel, ts, actionTs);
  const caseId = caseIdIn(press.value) ?? "system";
  const thread = threadTs === undefined ? {} : { threadTs };
  const mark: Mark = { event_id: eventId, kind: "answer", case_id: caseId };
  try {
    await postedAtLast(outbox, { channel, mark, message: answer.message, ...thread }, clock.now());
  } catch (error) {
    diagnostics.warn({ error: reasonOf(error) }, "slack: an answer was not shared");
    await front.tell(press, notSharedNow);
  }
}

/** Whoever pressed waits for it: what may have been posted is looked for, and tried once more. */
async function postedAtLast(outbox: Outbox, post: NewPost, since: number): Promise<void> {
  const once = new PostOnce();
  const delivered = { deliveries: 1, since };
  await outbox.turn(post.channel);
  try {
    await once.post(outbox, post, delivered);
  } catch (error) {
    if (!(error instanceof SlackDown)) throw error;
    await sleep(Math.min(error.retryAfterMs, mostShareWaitMs));
    await once.post(outbox, post, delivered);
  }
}
