/** `/soc`: what can be asked, and what was wrong with what was: its words. */
import { ours, type Ours } from "../text.ts";

export const told = {
  explain: { usage: "explain CASE [QUESTION]", tells: ours`why something was done, from the record alone` },
  recall: { usage: "recall CASE|INDICATOR", tells: ours`past cases like this one, and who confirmed them` },
  clusters: { usage: "clusters [DAYS]", tells: ours`campaigns of the last days, by what they share` },
  case: { usage: "case CASE", tells: ours`what is known of a case, and what waits for whom` },
  pending: { usage: "pending", tells: ours`what waits for an answer, or to be carried out` },
  who: { usage: "who ROLE", tells: ours`who is on call for a role now` },
  accuracy: { usage: "accuracy", tells: ours`how often each role was right, by people's labels` },
  label: { usage: "label CASE", tells: ours`say what a case really was` },
  close: { usage: "close CASE", tells: ours`close a case, with a reason` },
  assign: { usage: "assign CASE [@PERSON]", tells: ours`give a case to somebody` },
  mute: { usage: "mute [CASE|RULE]", tells: ours`silence a noisy rule for a while` },
  unmute: { usage: "unmute [RULE]", tells: ours`what is muted, or take a mute back` },
  status: { usage: "status", tells: ours`whether everything runs, and what lags` },
  pause: { usage: "pause ROLE", tells: ours`stop a role from taking new work` },
  resume: { usage: "resume ROLE", tells: ours`let a paused role go on` },
  help: { usage: "help", tells: ours`this list` },
} as const;

export const mayNotDoThat = (whoCan: Ours): Ours => ours`You may not do that. Who can: ${whoCan}.`;
export const noSuchCase = (caseId: Ours): Ours => ours`There is no case ${caseId}.`;
export const gateIsNeverPaused = ours`The human gate cannot be paused: nobody could resume it.`;
export const isPausedAlready = (role: Ours): Ours => ours`${role} is paused already.`;
export const isClosedAlready = (caseId: Ours): Ours => ours`${caseId} is closed already.`;
export const isNotPaused = (role: Ours): Ours => ours`${role} is not paused.`;

/** Other words for a command, as the terminal or people's habit has them. */
export const otherWords: Readonly<Record<string, keyof typeof told>> = {
  suppress: "mute",
  unsuppress: "unmute",
  search: "recall",
  campaigns: "clusters",
  approvals: "pending",
  oncall: "who",
};

/** What was wrong. What was typed stands in it: shown as text of others. */
export const problems = {
  tooLong: (length: number, most: number): string =>
    `That is ${length.toLocaleString("en-GB")} characters; at most ${most.toLocaleString("en-GB")} are read.`,
  noCommand: (word: string): string => `There is no command "${word.slice(0, 40)}".`,
  whichCase: "Which case?",
  notACaseId: (typed: string): string => `"${typed.slice(0, 40)}" is not a case id.`,
  noCase: (caseId: string): string => `There is no case ${caseId}.`,
  whichCaseOrIndicator: "Which case or indicator?",
  noIndicatorAtAll: "That is no indicator.",
  noIndicator: (typed: string): string => `"${typed.slice(0, 60)}" is no indicator.`,
  notDays: (typed: string, most: number): string =>
    `"${typed.slice(0, 40)}" is not a number of days from 1 to ${most}.`,
  notAPerson: (typed: string): string =>
    `"${typed.slice(0, 40)}" is not a person: choose them from Slack's list.`,
  whichRole: "Which role?",
  notARoleName: (typed: string): string => `"${typed.slice(0, 40)}" is not the name of a role.`,
  noRole: (role: string): string => `There is no role "${role.slice(0, 60)}".`,
  noOnCallRole: (role: string): string => `There is no on-call role "${role.slice(0, 60)}".`,
} as const;
