/** `/soc`: read-only questions, answered to who asked alone. Guests and strangers get none. */
import type { App } from "@slack/bolt";
import { z } from "zod";
import { reasonOf } from "../src/errors.ts";
import type { Person } from "../src/gate/directory.ts";
import { gateList } from "../src/gate/front.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import {
  caseAnswer,
  helpAnswer,
  pendingAnswer,
  unclearAnswer,
  whoAnswer,
  wordsAnswer,
} from "./blocks/answers.ts";
import { nearest, parseSocLine, type SocCommand } from "./command-line.ts";
import type { SlackDirectory } from "./directory.ts";
import type { UserGroups } from "./groups.ts";
import { slashCommand } from "./ids.ts";
import type { Desk } from "./lanes/desk.ts";
import type { Message } from "./limits.ts";
import { caseRef, configured, ours } from "./text.ts";
import { mayNotAsk, notLookedUp } from "./wording.ts";

export interface CommandsOptions {
  readonly desk: Desk;
  readonly directory: Pick<SlackDirectory, "onCall" | "person">;
  readonly groups: Pick<UserGroups, "members">;
}

const Typed = z.object({ team_id: z.string(), user_id: z.string(), text: z.string().default("") });

export function registerCommands(app: App, options: CommandsOptions): void {
  app.command(slashCommand, async ({ ack, body, respond }) => {
    await ack();
    const typed = Typed.parse(body);
    const person = { team: typed.team_id, user: typed.user_id };
    const { text, blocks } = await answered(options, person, typed.text);
    await respond({ response_type: "ephemeral", text, blocks: [...blocks] });
  });
}

async function answered(options: CommandsOptions, person: Principal, line: string): Promise<Message> {
  try {
    if (!(await mayRead(options, person))) return wordsAnswer(mayNotAsk);
    const parsed = parseSocLine(line);
    if (parsed.command === "unclear") return unclearAnswer(parsed.problem, parsed.hint);
    return await answerTo(options, parsed);
  } catch (error) {
    options.desk.options.diagnostics.warn({ error: reasonOf(error) }, "slack: /soc could not be answered");
    return wordsAnswer(notLookedUp);
  }
}

/** In one of the groups that may read, of our own workspace, and no guest. */
async function mayRead(options: CommandsOptions, asking: Principal): Promise<boolean> {
  const { desk, directory } = options;
  const person = await directory.person(asking.user);
  if (isOutsider(person) || person.principal.team !== asking.team) return false;
  for (const role of desk.options.config.readers) {
    if ((await listed(options, role)).includes(asking.user)) return true;
  }
  return false;
}

function isOutsider(person: Person): boolean {
  return person.guest || person.bot || person.deactivated || person.stranger === true;
}

async function listed({ desk, groups }: CommandsOptions, role: string): Promise<readonly string[]> {
  const { onCall } = desk.options.config;
  const found = Object.hasOwn(onCall, role) ? onCall[role] : undefined;
  if (found?.users !== undefined) return found.users;
  return found?.group === undefined ? [] : groups.members(found.group);
}

async function answerTo(options: CommandsOptions, command: SocCommand): Promise<Message> {
  switch (command.command) {
    case "help":
      return helpAnswer();
    case "pending":
      return pendingAnswer(await gateList(options.desk.options.bus));
    case "case":
      return caseOf(options, command.caseId);
    case "who":
      return whoIs(options, command.role);
  }
}

async function caseOf({ desk }: CommandsOptions, caseId: string): Promise<Message> {
  const thread = await desk.read(caseId);
  if (thread.openedAt === undefined) return wordsAnswer(ours`There is no case ${caseRef(caseId)}.`);
  return caseAnswer(thread, await desk.look(thread));
}

async function whoIs({ desk, directory }: CommandsOptions, asked: string): Promise<Message> {
  const { onCall } = desk.options.config;
  const names = Object.keys(onCall);
  const role = names.find((name) => name === asked || name === `${asked}-oncall`);
  const title = role === undefined ? undefined : onCall[role]?.title;
  if (role === undefined || title === undefined) {
    const meant = nearest(asked, names) ?? names[0] ?? "";
    return unclearAnswer(`There is no on-call role "${asked.slice(0, 60)}".`, `${slashCommand} who ${meant}`);
  }
  const answer = await directory.onCall(role);
  if (answer.kind === "members") return whoAnswer(title, answer.members);
  return wordsAnswer(
    ours`Who is ${configured(title)} cannot be looked up just now: ${configured(answer.why)}`,
  );
}
