/** The buttons of a gate card. A button's value is an opaque reference and never a fact (lesson 12). */
import type { ActionsBlockElement, Button, Overflow } from "@slack/types";
import type { ActionVerb } from "../../src/events/vocabulary.ts";
import type { CaseFile } from "../../src/memory/case-file.ts";
import type { Look } from "../config.ts";
import { menuActions, slackActions, type MenuAction } from "../ids.ts";
import { ours, plain, type Ours } from "../text.ts";
import { buttons, menu, verbs } from "../wording.ts";
import { consoleLink } from "./root.ts";

export interface DecideButtons {
  readonly ref: string;
  /** The card shows the whole action: only then may somebody authorise it. */
  readonly whole: boolean;
  /** How many proposals of this hand-off can be authorised from one form; 1: no such button. */
  readonly together: number;
}

export function decideButtons(
  verb: ActionVerb,
  { ref, whole, together }: DecideButtons,
): ActionsBlockElement[] {
  const authorise = button(slackActions.authorise, ours`${verbs[verb].authorise}…`, ref);
  const all = button(slackActions.authoriseAll, ours`Authorise all ${together}…`, ref);
  return [
    ...(whole ? [{ ...authorise, style: "primary" } as const] : []),
    ...(together > 1 ? [all] : []),
    { ...button(slackActions.reject, buttons.reject, ref), style: "danger" },
    button(slackActions.needInfo, buttons.needInfo, ref),
    button(slackActions.onIt, buttons.onIt, ref),
    more(ref, verb === "review_case" ? ["handTo", "snooze", "proof"] : ["edit", "handTo", "snooze", "proof"]),
  ];
}

export function carryOutButtons(ref: string, file: CaseFile, look: Look): ActionsBlockElement[] {
  const console = consoleLink(file, look);
  return [
    { ...button(slackActions.markDone, buttons.markDone, ref), style: "primary" },
    button(slackActions.couldNotDo, buttons.couldNotDo, ref),
    button(slackActions.onIt, buttons.onIt, ref),
    ...(console === undefined ? [] : [console]),
    more(ref, ["handTo", "revoke", "proof"]),
  ];
}

/** What is done can still turn out to be undone. */
export function doneMenu(ref: string): Overflow {
  return more(ref, ["rolledBack", "proof"]);
}

/** The menu at the end: each option's value names what it does and the card. */
function more(ref: string, options: readonly MenuAction[]): Overflow {
  return {
    type: "overflow",
    action_id: slackActions.more,
    options: options.map((name) => ({ text: plain(menu[name]), value: `${menuActions[name]}:${ref}` })),
  };
}

function button(actionId: string, label: Ours, value: string): Button {
  return { type: "button", action_id: actionId, text: plain(label), value };
}
