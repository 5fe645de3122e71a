/** What the watch says in the operations channel: its words, when something begins and when it is over. */
import { ours } from "../text.ts";

export const heads = {
  start: [ours`Alarm: hatrack start has died.`, ours`hatrack start is at work again.`],
  log: [ours`Alarm: the log does not answer.`, ours`The log answers again.`],
  silence: [ours`Alarm: alerts come in and no verdicts come out.`, ours`Verdicts come out again.`],
  canary: [ours`Alarm: the canary did not come through.`, ours`A canary came through again.`],
} as const;
