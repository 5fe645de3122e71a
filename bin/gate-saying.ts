/** What somebody says at the gate in the terminal, from the options of `hatrack gate decide`. */
import { HatrackError } from "../src/errors.ts";
import type { Saying } from "../src/gate/front.ts";
import { flag, textOption, type Values } from "./command.ts";

export const sayingHelp = `  --authorise [--note TEXT]             --reject REASON [--category CATEGORY]
  --need-info QUESTION                  --on-it
  --hand-to ROLE|USER [--note TEXT]     --snooze MINUTES
  --done [--note TEXT]                  --could-not REASON
  --revoke REASON                       --rolled-back REASON`;

export const sayingOptions = {
  note: { type: "string" },
  authorise: { type: "boolean" },
  "on-it": { type: "boolean" },
  done: { type: "boolean" },
  reject: { type: "string" },
  category: { type: "string" },
  "need-info": { type: "string" },
  "hand-to": { type: "string" },
  snooze: { type: "string" },
  "could-not": { type: "string" },
  revoke: { type: "string" },
  "rolled-back": { type: "string" },
} as const;

/**
 * @param clean takes the secrets out that words may hold: they are on the log from then on
 * @throws HatrackError `usage` unless exactly one thing is said
 */
export function sayingOf(given: Values, clean: (text: string) => string): Saying {
  const values: Values = Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === "string" ? clean(value) : value]),
  );
  const note = textOption(values, "note");
  const noted = note === undefined ? {} : { note };
  const [to, question] = [textOption(values, "hand-to"), textOption(values, "need-info")];
  const said: (Saying | undefined)[] = [
    flag(values, "authorise") ? { decision: "authorise", ...noted } : undefined,
    flag(values, "done") ? { decision: "mark_done", ...noted } : undefined,
    flag(values, "on-it") ? { decision: "assign" } : undefined,
    rejection(values),
    withReason("could_not_do", textOption(values, "could-not")),
    withReason("revoke", textOption(values, "revoke")),
    withReason("rolled_back", textOption(values, "rolled-back")),
    question === undefined ? undefined : { decision: "need_info", question },
    to === undefined
      ? undefined
      : { decision: "delegate", to, ...(note === undefined ? {} : { reason: note }) },
    snoozing(textOption(values, "snooze")),
  ];
  const [one, two] = said.filter((saying) => saying !== undefined);
  if (one !== undefined && two === undefined) return one;
  throw new HatrackError("usage", `expected exactly one of\n${sayingHelp}`);
}

function rejection(values: Values): Saying | undefined {
  const [reason, category] = [textOption(values, "reject"), textOption(values, "category")];
  if (reason === undefined) return undefined;
  return { decision: "reject", reason, ...(category === undefined ? {} : { category }) };
}

function snoozing(text: string | undefined): Saying | undefined {
  if (text === undefined) return undefined;
  const minutes = Number(text);
  if (Number.isInteger(minutes) && minutes >= 1 && minutes <= 1440) return { decision: "snooze", minutes };
  throw new HatrackError("usage", `--snooze ${text}: expected minutes from 1 to 1440, such as 10`);
}

function withReason(
  decision: "could_not_do" | "revoke" | "rolled_back",
  reason: string | undefined,
): Saying | undefined {
  return reason === undefined ? undefined : { decision, reason };
}
