/** Judges what the gate says its own way, from the events and the directory's answers alone. */
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { DirectoryAnswer } from "../../src/gate/directory.ts";

/** What else policy may ask for: it holds for a whole history. */
export interface Terms {
  readonly morePeople?: 1;
  readonly requester?: "never";
  readonly evidenceMinutes?: number;
  readonly clockStopsForInfo?: true;
  readonly surfaces?: string[];
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

/** When the tier's time ends, reckoned anew: its card's posting, its minutes, and how long questions stopped it. */
export function endOf(said: readonly KnownEvent[], { clockStopsForInfo }: Terms): number | undefined {
  const from = said.findLastIndex((event) => isEvent(event, "handoff.requested", "handoff.rerouted"));
  const ofTier = said.slice(from);
  const posted = ofTier.findIndex((event) => isEvent(event, "handoff.opened"));
  const opened = ofTier[posted];
  if (opened === undefined) return undefined;
  const whole = lastAsked(said).bar.expiresMinutes * 60_000;
  const end = Date.parse(opened.time) + whole;
  if (clockStopsForInfo !== true) return end;
  const waits = waitsFor(ofTier).filter(({ askedAt }) => askedAt > posted);
  return waits.reduce((sum, { waited }) => sum + Math.min(waited, whole), end);
}

/** From each question asked while none was open to its answer; how long the last one will wait nobody knows. */
function waitsFor(ofTier: readonly KnownEvent[]): { readonly askedAt: number; readonly waited: number }[] {
  const waits: { askedAt: number; waited: number }[] = [];
  let open: { id: string; time: string; askedAt: number } | undefined;
  ofTier.forEach((event, askedAt) => {
    if (isEvent(event, "info.requested")) open ??= { id: event.id, time: event.time, askedAt };
    if (open === undefined || !isAnswerTo(open.id, event)) return;
    waits.push({ askedAt: open.askedAt, waited: Date.parse(event.time) - Date.parse(open.time) });
    open = undefined;
  });
  return open === undefined ? waits : [...waits, { askedAt: open.askedAt, waited: Infinity }];
}

/** A record that names nothing it is taken from did not answer. */
function isAnswerTo(requestId: string, event: KnownEvent): boolean {
  if (!isEvent(event, "info.answered") || event.data.requestId !== requestId) return false;
  return event.data.by !== undefined || event.data.eventIds?.length !== 0;
}

/** Nobody answered in time: the next tier is asked, or nobody is left. */
export const ranOut = (event: KnownEvent): boolean =>
  isEvent(event, "handoff.rerouted")
    ? event.data.by === undefined
    : isEvent(event, "action.decided") && event.data.outcome === "expired";
