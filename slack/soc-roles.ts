/** What `/soc` says of roles: who is on call for one, and whether one can be paused or resumed. */
import type { Bus } from "../src/bus/bus.ts";
import { recordWatch } from "../src/gate/record-watch.ts";
import { pagerGroup } from "../src/seams/pager.ts";
import { unclearAnswer, whoAnswer, whoUnknownAnswer, wordsAnswer } from "./blocks/answers.ts";
import type { Board } from "./board.ts";
import type { SlackDirectory } from "./directory.ts";
import { lanes, slashCommand } from "./ids.ts";
import type { Message } from "./limits.ts";
import { nearest } from "./nearest.ts";
import { configured } from "./text.ts";
import * as say from "./words/commands.ts";

interface OnCallNames {
  readonly onCall: Readonly<Record<string, { readonly title: string }>>;
}

/** Who answers for an on-call role now; the second says whether others may see it. */
export async function whoIsOnCall(
  asked: string,
  { onCall }: OnCallNames,
  directory: Pick<SlackDirectory, "onCall">,
): Promise<{ message: Message; shareable: boolean }> {
  const names = Object.keys(onCall);
  const role = names.find((name) => name === asked || name === `${asked}-oncall`);
  const title = role === undefined ? undefined : onCall[role]?.title;
  if (role === undefined || title === undefined) {
    const meant = nearest(asked, names) ?? names.find((name) => name.includes(asked)) ?? names[0] ?? "";
    const problem = say.problems.noOnCallRole(asked);
    return { message: unclearAnswer(problem, `${slashCommand} who ${meant}`), shareable: false };
  }
  const answer = await directory.onCall(role);
  if (answer.kind === "members") return { message: whoAnswer(title, answer.members), shareable: true };
  return { message: whoUnknownAnswer(title, answer.why), shareable: false };
}

/** Consumer groups that are no role. */
const machinery: ReadonlySet<string> = new Set([...Object.values(lanes), recordWatch, pagerGroup]);

/** Why this would do nothing; undefined when it makes sense. The gate judges the right to it. */
export async function whyNotSwitched(
  { command, role }: { readonly command: "pause" | "resume"; readonly role: string },
  bus: Pick<Bus, "groups">,
  board: Pick<Board, "catchUp" | "paused">,
): Promise<Message | undefined> {
  if (role === "human-gate") return wordsAnswer(say.gateIsNeverPaused);
  await board.catchUp();
  const isPaused = board.paused().includes(role);
  if (isPaused && command === "pause") return wordsAnswer(say.isPausedAlready(configured(role)));
  if (!isPaused && command === "resume") return wordsAnswer(say.isNotPaused(configured(role)));
  const names = (await bus.groups()).map(({ group }) => group).filter((name) => !machinery.has(name));
  if (isPaused || names.includes(role)) return undefined;
  const meant = nearest(role, names) ?? names[0] ?? "tier2";
  return unclearAnswer(say.problems.noRole(role), `${slashCommand} ${command} ${meant}`);
}
