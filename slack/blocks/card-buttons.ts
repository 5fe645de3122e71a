/** The buttons of a gate card. A button's value is an opaque reference and never a fact (lesson 12). */
import type { ActionsBlockElement, Button, Overflow } from "@slack/types";
import type { ActionVerb } from "../../src/events/vocabulary.ts";
import type { CaseFile } from "../../src/memory/case-file.ts";
import type { Look } from "../config.ts";
import { menuActions, slackActions, type MenuAction } from "../ids.ts";
import { ours, plain, type Ours } from "../text.ts";
import { buttons, menu, verbs } from "../words/shared.ts";
import { consoleLink } from "./root.ts";
import * as say from "../words/card-buttons.ts";

export interface DecideButtons {
  readonly ref: string;
  /** The card shows the whole action: only then may somebody authorise it. */
  readonly whole: boolean;
  /** How many proposals of this hand-off can be authorised from one form; 1: no such button. */
  readonly together: number;
}

/** Buttons of one block. Its id is the reference again: an option of a menu is too short to hold one. */
interface Buttons {
  readonly block_id: string;
  readonly elements: ActionsBlockElement[];
}

export function decideButtons(verb: ActionVerb, { ref, whole, together }: DecideButtons): Buttons {
  const authorise = button(slackActions.authorise, ours`${verbs[verb].authorise}…`, ref);
  const all = button(slackActions.authoriseAll, say.authoriseAll(together), ref);
  const elements = [
    ...(whole ? [{ ...authorise, style: "primary" } as const] : []),
    ...(together > 1 ? [all] : []),
    { ...button(slackActions.reject, buttons.reject, ref), style: "danger" as const },
    button(slackActions.needInfo, buttons.needInfo, ref),
    button(slackActions.onIt, buttons.onIt, ref),
    more(verb === "review_case" ? ["handTo", "snooze", "proof"] : ["edit", "handTo", "snooze", "proof"]),
  ];
  return { block_id: ref, elements };
}

export function carryOutButtons(ref: string, file: CaseFile, look: Look): Buttons {
  const console = consoleLink(file, look);
  const elements = [
    { ...button(slackActions.markDone, buttons.markDone, ref), style: "primary" as const },
    button(slackActions.couldNotDo, buttons.couldNotDo, ref),
    button(slackActions.onIt, buttons.onIt, ref),
    ...(console === undefined ? [] : [console]),
    more(["handTo", "revoke", "proof"]),
  ];
  return { block_id: ref, elements };
}

/** What is done can still turn out to be undone. */
export function doneMenu(ref: string): { readonly block_id: string; readonly accessory: Overflow } {
  return { block_id: ref, accessory: more(["rolledBack", "proof"]) };
}

/** The menu at the end: each option's value is the action it stands for. */
function more(options: readonly MenuAction[]): Overflow {
  return {
    type: "overflow",
    action_id: slackActions.more,
    options: options.map((name) => ({ text: plain(menu[name]), value: menuActions[name] })),
  };
}

function button(actionId: string, label: Ours, value: string): Button {
  return { type: "button", action_id: actionId, text: plain(label), value };
}
