/** Whether everything runs: what lags, what could not be handled, what is paused, what waits for people. */
import type { RichTextSection } from "@slack/types";
import type { GroupStatus } from "../../src/bus/bus.ts";
import type { Message } from "../limits.ts";
import { bold, bullets, dotted, richText, section, text } from "../rich.ts";
import { configured, fallback, ours, untrusted } from "../text.ts";
import * as say from "../words/status-answer.ts";

export interface Health {
  readonly groups: readonly GroupStatus[];
  /** Roles somebody has paused. */
  readonly paused: readonly string[];
  /** Why no model answers; undefined while one does. */
  readonly modelDown?: string | undefined;
  /** Requests that wait for an answer, and authorisations that wait to be carried out. */
  readonly waiting: number;
  readonly undone: number;
}

/** Entries behind from which a group is named. */
const lagging = 20;

export function isWell({ groups, paused, modelDown }: Health): boolean {
  return (
    modelDown === undefined && paused.length === 0 && groups.every((g) => g.dead === 0 && g.lag < lagging)
  );
}

export function healthLines(health: Health): RichTextSection[] {
  const { groups, paused, modelDown, waiting, undone } = health;
  const behind = groups.filter((g) => g.lag >= lagging || g.dead > 0);
  return [
    section(text(say.waitingAndUndone(waiting, undone))),
    ...(modelDown === undefined
      ? []
      : [section(bold(say.noModelAnswers), text(untrusted(modelDown, { max: 200 })))]),
    ...(paused.length === 0
      ? []
      : [section(bold(say.paused), text(untrusted(paused.join(", "), { max: 300 })))]),
    ...behind.slice(0, 12).map(groupLine),
  ];
}

function groupLine({ group, lag, pending, dead }: GroupStatus): RichTextSection {
  const facts = [
    [bold(configured(group))],
    [text(say.waiting(lag))],
    [text(say.atWork(pending))],
    ...(dead === 0 ? [] : [[bold(say.couldNotBeHandled(dead))]]),
  ];
  return section(...dotted(facts, ours` · `));
}

export function statusAnswer(health: Health): Message {
  const head = isWell(health) ? say.everythingRuns : say.somethingNeedsALook;
  return {
    text: fallback`${head}`,
    blocks: [richText(section(bold(head)), bullets(healthLines(health)))],
  };
}
