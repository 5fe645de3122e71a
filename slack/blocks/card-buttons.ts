/** The buttons of a gate card. A button's value is an opaque reference and never a fact (lesson 12). */
import type { ActionsBlockElement, Button } from "@slack/types";
import type { ActionVerb } from "../../src/events/vocabulary.ts";
import type { CaseFile } from "../../src/memory/case-file.ts";
import type { Look } from "../config.ts";
import { slackActions } from "../ids.ts";
import { ours, plain, type Ours } from "../text.ts";
import { buttons, verbs } from "../wording.ts";
import { consoleLink } from "./root.ts";

export function decideButtons(verb: ActionVerb, ref: string, whole: boolean): ActionsBlockElement[] {
  const authorise = button(slackActions.authorise, ours`${verbs[verb].authorise}…`, ref);
  return [
    ...(whole ? [{ ...authorise, style: "primary" } as const] : []),
    { ...button(slackActions.reject, buttons.reject, ref), style: "danger" },
    button(slackActions.needInfo, buttons.needInfo, ref),
    button(slackActions.onIt, buttons.onIt, ref),
  ];
}

export function carryOutButtons(ref: string, file: CaseFile, look: Look): ActionsBlockElement[] {
  const console = consoleLink(file, look);
  return [
    { ...button(slackActions.markDone, buttons.markDone, ref), style: "primary" },
    button(slackActions.couldNotDo, buttons.couldNotDo, ref),
    button(slackActions.onIt, buttons.onIt, ref),
    ...(console === undefined ? [] : [console]),
  ];
}

function button(actionId: string, label: Ours, value: string): Button {
  return { type: "button", action_id: actionId, text: plain(label), value };
}
