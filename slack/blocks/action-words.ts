/** The action itself, in words: the one thing on a card that must be whole or not be asked for (lesson 14). */
import type { Ask } from "../../src/events/gate-events.ts";
import { ours, untrusted, wholly, type Ours, type Shown, type Untrusted, together } from "../text.ts";
import { limits } from "../limits.ts";
import { consoleName, verbs } from "../words/shared.ts";
import * as say from "../words/action-words.ts";

export interface ActionWords {
  /** "Isolate host FIN-WS-042"; without the target where that does not fit a headline. */
  readonly headline: Shown;
  /** Set when the headline could not hold the target. */
  readonly target: Untrusted | undefined;
  readonly parameters: readonly { readonly name: Untrusted; readonly value: Untrusted }[];
  /** Nothing of the action was cut: only then may somebody authorise it. */
  readonly whole: boolean;
}

/** Characters of target and parameters that a card and its form show. */
const targetLength = 1200;
const parameterLength = 600;
const parametersShown = 8;

export function actionWords(ask: Ask): ActionWords {
  const target = wholly(ask.target.value, targetLength);
  const all = Object.entries(ask.parameters).sort(([a], [b]) => (a < b ? -1 : 1));
  const parameters = all.slice(0, parametersShown).map(([name, value]) => ({
    name: wholly(name, parameterLength),
    value: wholly(value === "" ? '""' : value, parameterLength),
  }));
  const whole =
    target.whole &&
    all.length <= parametersShown &&
    parameters.every(({ name, value }) => name.whole && value.whole);
  const { headline } = verbs[ask.verb];
  const line = targetLine(headline, target.shown);
  return {
    headline: line.length <= limits.headerText ? line : headline,
    target: line.length <= limits.headerText ? undefined : target.shown,
    parameters: parameters.map(({ name, value }) => ({ name: name.shown, value: value.shown })),
    whole,
  };
}

/** "Isolate FIN-WS-042 in Falcon": what a person then does, and where. */
export function carriedOut(ask: Ask, source: string | undefined): Shown {
  const { act, inConsole } = verbs[ask.verb];
  const place: Ours = inConsole ? say.inWord(consoleName(source)) : ours``;
  const { shown } = wholly(ask.target.value, targetLength);
  return together(targetLine(act, shown), place);
}

/** Our words before a target stay untrusted as a whole. */
function targetLine(words: Ours, target: Untrusted): Untrusted {
  return together(words, ours` `, target);
}

/** A short name of the action for a list: at most `max` characters. */
export function briefly(ask: Ask, max: number): Untrusted {
  const { headline } = verbs[ask.verb];
  return targetLine(headline, untrusted(ask.target.value, { max: Math.max(40, max - headline.length - 1) }));
}
