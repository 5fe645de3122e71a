/** Requests that reach one on-call role together: one mention, one direct message, one form that lists them. */
import { actionWords } from "./blocks/action-words.ts";
import { cardState } from "./card-state.ts";
import type { CaseThread, Request } from "./case-thread.ts";

/** The requests that `first`, which carries the mention, stands for: those of its hand-off, in log order. */
export function handoffOf(thread: CaseThread, first: Request): Request[] {
  const from = thread.requests.indexOf(first);
  const later = thread.requests.slice(from);
  const next = later.findIndex((r, at) => at > 0 && r.mentions && sameTier(r, first));
  return later.slice(0, next === -1 ? undefined : next).filter((r) => sameTier(r, first));
}

/** All requests of the hand-off that this one belongs to. */
export function siblingsOf(thread: CaseThread, request: Request): Request[] {
  const until = thread.requests.slice(0, thread.requests.indexOf(request) + 1);
  const first = until.findLast((r) => r.mentions && sameTier(r, request));
  return first === undefined ? [request] : handoffOf(thread, first);
}

/** Those of the hand-off that a person can authorise now, the whole action in view. */
export function authorisableWith(thread: CaseThread, request: Request): Request[] {
  return siblingsOf(thread, request).filter(
    (other) => cardState(thread, other) === "open" && actionWords(other.handoff.ask).whole,
  );
}

function sameTier(a: Request, b: Request): boolean {
  return a.tier === b.tier && a.handoff.bar.addressed.role === b.handoff.bar.addressed.role;
}
