/** What builders make, by the builder's name and, after a space, what it was made of. */
import type { HomeView, ModalView } from "@slack/types";
import type { Message } from "../../../slack/limits.ts";

export type Built = Message | ModalView | HomeView;
export type Made = Readonly<Record<string, Built>>;

export function made(draws: Readonly<Record<string, () => Built>>): Made {
  return Object.fromEntries(Object.entries(draws).map(([name, draw]) => [name, draw()]));
}

/** One for each that is given; what yields no message is left out. */
export function numbered<T>(name: string, given: readonly T[], draw: (one: T) => Built | undefined): Made {
  const all = given.flatMap((one, at): [string, Built][] => {
    const built = draw(one);
    return built === undefined ? [] : [[`${name} ${at + 1}`, built]];
  });
  return Object.fromEntries(all);
}

export function isView(built: Built): built is ModalView | HomeView {
  return "type" in built;
}
