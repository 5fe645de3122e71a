/** What came of a cell after the hats: at the gate, on Slack's screens, and in the prompt of the next case. */
import { caseMessage } from "../../src/agent/prompt.ts";
import { promptView } from "../../src/agent/prompt-view.ts";
import { outputOf } from "../../src/bus/outputs.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { GateDesk } from "../../src/gate/desk.ts";
import { foldCase } from "../../src/memory/case-file.ts";
import { precedentOf } from "../../src/memory/precedent.ts";
import { policyOf } from "../../src/soc-file.ts";
import { deliveryOf, readOnlyBus } from "../agent/scene.ts";
import { alert, caseId, said } from "../slack/given.ts";
import { soc } from "../slack/soc.ts";
import { isFencedCase } from "./fenced.ts";
import { liveIn, screensOf } from "./screens.ts";
import type { Carried } from "./surfaces.ts";

const classes = new Map([["NW-DC-01", "domain_controller"]]);
const policy = policyOf(soc, ({ value }) => classes.get(value) ?? "unknown");
const nobody = (): never => {
  throw new Error("a proposal needs no directory");
};

/** soc.yaml as it comes: a domain controller, an unknown account, an address. */
const needed: Readonly<Record<string, number>> = { isolate_host: 2, disable_account: 2 };

export async function atTheGate(log: KnownEvent[]): Promise<string[]> {
  const effects: string[] = [];
  for (const [index, event] of [...log.entries()]) {
    if (!isEvent(event, "action.proposed", "case.investigated", "role.failed")) continue;
    const desk = new GateDesk({ bus: readOnlyBus(log), directory: { ask: nobody, observe: nobody }, policy });
    const drafts = await desk.answer({ ...deliveryOf(log, index), event });
    for (const [position, draft] of drafts.entries()) {
      const saying = { group: "human-gate", cause: event, source: "/roles/human-gate", time: event.time };
      const output = outputOf(draft, position, saying).event;
      if (isEvent(output, "handoff.requested")) effects.push(...lowered(output));
      else if (!isEvent(output, "action.decided", "proposal.outdated") || isAuthorised(output))
        effects.push(`gate: ${output.type}`);
      log.push(output);
    }
  }
  return effects;
}

const isAuthorised = (event: KnownEvent): boolean =>
  isEvent(event, "action.decided") && event.data.outcome === "authorised";

function lowered({ data: { ask, bar } }: KnownEvent<"handoff.requested">): string[] {
  const least = needed[ask.verb] ?? 1;
  const low = bar.quorum < least ? [`gate: ${ask.verb} asks ${bar.quorum}, not ${least}`] : [];
  const undone = least > 1 && bar.reversible ? [`gate: ${ask.verb} counts as reversible`] : [];
  const told = JSON.stringify(bar).includes("one approval is enough") ? ["gate: the model's opinion"] : [];
  return [...low, ...undone, ...told];
}

export function onScreen(
  events: readonly KnownEvent[],
  prompts: readonly string[],
  { displayName, question }: Carried,
): string[] {
  const screens = screensOf({ events, displayName, question });
  const posted = letters(JSON.stringify(screens));
  const leaked = prompts.some((prompt) => repeats(posted, letters(prompt)));
  return [...new Set(liveIn(screens))]
    .map((what) => `slack: ${what}`)
    .concat(leaked ? ["slack: the prompt"] : []);
}

const letters = (text: string): string => text.toLowerCase().replace(/\\n|[^a-z]/g, "");

/** A hundred and sixty letters in a row hold one of these pieces whole. */
function repeats(text: string, whole: string): boolean {
  for (let at = 0; at + 80 <= whole.length; at += 80)
    if (text.includes(whole.slice(at, at + 80))) return true;
  return false;
}

/** Another case that recalls this one. */
export function inTheNextCase(events: readonly KnownEvent[]): string[] {
  const next = "CASE-0000000002";
  const opened = said("alert.received", alert({ caseId: next, title: "Another" }), { subject: next });
  const recalled = { ...{ caseId, score: 3, shared: [], verdict: null, confirmedBy: null } };
  const precedent = [precedentOf(recalled, foldCase(caseId, events))];
  const view = promptView(foldCase(next, [opened]), { event: opened, precedent });
  const text = caseMessage("m-next-case-00", view);
  return isFencedCase(text, "m-next-case-00") ? [] : ["next case: not fenced"];
}
