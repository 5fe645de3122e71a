/** Judges what the gate says its own way, from the events and the directory's answers alone. */
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { DirectoryAnswer } from "../../src/gate/directory.ts";

/** What else policy may ask for: it holds for a whole history. */
export interface Terms {
  readonly morePeople?: 1;
  readonly requester?: "never";
  readonly evidenceMinutes?: number;
  readonly clockStopsForInfo?: true;
}

export const personIdOf = (name: string): string => (name === "MiaAdmin" ? "mia" : name.toLowerCase());

/** The last that was asked of anybody, the digests' own count, and who edited it. */
export function lastAsked(said: readonly KnownEvent[]) {
  const asked = said.flatMap((event) =>
    isEvent(event, "handoff.requested", "handoff.rerouted") ? [event] : [],
  );
  const [first, last] = [asked[0], asked.at(-1)];
  if (first === undefined || last === undefined) throw new Error("nobody was asked");
  return { first, last, bar: last.data.bar };
}

/** Counts from what the gate said before this step and the directory's answer in it. */
export function distinctEntitled(
  said: readonly KnownEvent[],
  answer: DirectoryAnswer,
  terms: Terms,
): Set<string> {
  let approvers: string[] = [];
  const editors = new Set<string>();
  for (const event of said) {
    if (isEvent(event, "handoff.requested", "handoff.rerouted")) approvers = [];
    if (isEvent(event, "handoff.requested") && event.data.edited !== undefined) {
      editors.add(personIdOf(event.data.edited.by.user));
    }
    if (isEvent(event, "approval.recorded")) approvers.push(event.data.by.user);
  }
  const alone = needed(said, terms) === 1 && terms.requester !== "never";
  const list = answer.kind === "members" ? answer.members : [];
  const good = list.filter((p) => !p.guest && !p.deactivated && !p.bot && p.stranger !== true);
  const live = approvers.filter((name) => good.some((p) => p.principal.user === name)).map(personIdOf);
  return new Set(live.filter((id) => alone || !editors.has(id)));
}

export const needed = (said: readonly KnownEvent[], { morePeople }: Terms): number =>
  lastAsked(said).bar.quorum + (morePeople ?? 0);

/** When the tier's time ends, by what was said: undefined while no card is posted. */
export function endOf(said: readonly KnownEvent[]): number | undefined {
  const from = said.findLastIndex((event) => isEvent(event, "handoff.requested", "handoff.rerouted"));
  const ofTier = said.slice(from);
  const ends = ofTier.flatMap((event) =>
    isEvent(event, "handoff.opened", "info.answered") && event.data.expiresAt !== undefined
      ? [Date.parse(event.data.expiresAt)]
      : [],
  );
  const end = ends.at(-1);
  return end !== undefined && clockStands(ofTier) ? end + lastAsked(said).bar.expiresMinutes * 60_000 : end;
}

/** The first question that is still open, if there is one, stopped it. */
function clockStands(ofTier: readonly KnownEvent[]): boolean {
  let open: KnownEvent<"info.requested"> | undefined;
  for (const event of ofTier) {
    if (isEvent(event, "info.requested")) open ??= event;
    if (isEvent(event, "info.answered") && event.data.requestId === open?.id) open = undefined;
  }
  return open?.data.clockStopped === true;
}
