/** Every case on one line: what it is, how it was judged and whom it waits for. Folded entry by entry from the log. */
import { isEvent, type AnyEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { isCanary } from "../../src/events/ids.ts";
import { CaseId, type Sev, type Severity, type Verdict } from "../../src/events/vocabulary.ts";
import { whoStands, type Judge } from "../../src/memory/case-record.ts";

/** `closed` by a person; `asked`: an approval waits; `undone`: authorised and not carried out; else roles have it. */
export type CaseState = "asked" | "undone" | "working" | "settled" | "closed";
export const caseStates: readonly CaseState[] = ["asked", "undone", "working", "settled", "closed"];

export interface CaseLine {
  readonly caseId: string;
  /** Milliseconds since the epoch: of its alert, or of the first thing said if the log was trimmed. */
  readonly openedAt: number;
  readonly title: string;
  readonly rule: string;
  readonly host: string;
  readonly user: string;
  readonly severity: Severity | undefined;
  readonly sev: Sev | undefined;
  readonly opinions: Readonly<Partial<Record<Judge, { readonly verdict: Verdict }>>>;
  readonly closed: boolean;
  /** Roles that were handed the case and have not worked on it since. */
  readonly with: readonly string[];
  /** Proposals that wait: for an answer, to be carried out. */
  readonly asked: readonly string[];
  readonly undone: readonly string[];
}

/** The only types the list reads. */
export const caseListTypes = [
  "action.proposed" as const,
  ...([
    "alert.received",
    "alert.triaged",
    "case.escalated",
    "case.investigated",
    "response.planned",
  ] as const),
  ...(["role.worked", "role.failed", "case.labelled", "case.unlabelled", "case.closed"] as const),
  ...(["case.reopened", "handoff.requested", "action.decided", "action.executed"] as const),
  ...(["action.abandoned", "action.lapsed", "action.revoked", "action.rolled_back"] as const),
];

export function stateOf({ closed, asked, undone, with: at }: CaseLine): CaseState {
  if (closed) return "closed";
  if (asked.length > 0) return "asked";
  if (undone.length > 0) return "undone";
  return at.length > 0 ? "working" : "settled";
}

/** The verdict that counts, and whose it is. */
export function verdictOf({ opinions }: CaseLine): { verdict: Verdict; by: Judge } | undefined {
  const found = whoStands(opinions);
  return found === undefined ? undefined : { verdict: found.said.verdict, by: found.by };
}

export class CaseList {
  readonly #cases = new Map<string, CaseLine>();

  evolve(event: AnyEvent): void {
    if (!isEvent(event, ...caseListTypes) || !CaseId.safeParse(event.subject).success) return;
    if (isCanary(event.subject)) return;
    const before = this.#cases.get(event.subject) ?? unknownCase(event.subject, Date.parse(event.time));
    this.#cases.set(event.subject, evolveLine(before, event));
  }

  get size(): number {
    return this.#cases.size;
  }

  get(caseId: string): CaseLine | undefined {
    return this.#cases.get(caseId);
  }

  /** The newest first. */
  all(): CaseLine[] {
    return [...this.#cases.values()].sort(
      (a, b) => b.openedAt - a.openedAt || (a.caseId < b.caseId ? -1 : 1),
    );
  }
}

export interface CaseQuery {
  /** Words that all occur in the id, title, rule, host or user, in any case. */
  readonly text: string;
  readonly verdict: Verdict | undefined;
  readonly sev: Sev | undefined;
  readonly state: CaseState | undefined;
  /** From 1. */
  readonly page: number;
}

export interface CasePage {
  readonly lines: readonly CaseLine[];
  readonly found: number;
  readonly page: number;
  readonly pages: number;
}

const pageSize = 50;

export function search(list: CaseList, { text, verdict, sev, state, page }: CaseQuery): CasePage {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  const found = list.all().filter((line) => {
    if (verdict !== undefined && verdictOf(line)?.verdict !== verdict) return false;
    if (sev !== undefined && line.sev !== sev) return false;
    return (state === undefined || stateOf(line) === state) && holds(line, words);
  });
  const pages = Math.max(1, Math.ceil(found.length / pageSize));
  const shown = Math.min(Math.max(1, page), pages);
  return {
    lines: found.slice((shown - 1) * pageSize, shown * pageSize),
    found: found.length,
    page: shown,
    pages,
  };
}

function holds({ caseId, title, rule, host, user }: CaseLine, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  const all = `${caseId} ${title} ${rule} ${host} ${user}`.toLowerCase();
  return words.every((word) => all.includes(word));
}

function unknownCase(caseId: string, openedAt: number): CaseLine {
  return {
    ...{ caseId, openedAt, title: "", rule: "", host: "", user: "", severity: undefined, sev: undefined },
    ...{ opinions: {}, closed: false, with: none, asked: none, undone: none },
  };
}

/** Most cases have none of most things: they share one empty list. */
const none: readonly never[] = [];

type Heard = KnownEvent<(typeof caseListTypes)[number]>;

function evolveLine(line: CaseLine, event: Heard): CaseLine {
  if (isEvent(event, "alert.received")) return withAlert(line, event);
  if (isEvent(event, "case.escalated")) return { ...line, with: plus(line.with, event.data.toRole) };
  if (isEvent(event, "action.proposed")) return { ...line, with: plus(line.with, "human-gate") };
  if (isEvent(event, "response.planned")) return { ...line, sev: event.data.sev };
  if (isEvent(event, "role.worked", "role.failed"))
    return { ...line, with: without(line.with, event.data.role) };
  if (isEvent(event, "case.closed")) return { ...line, closed: true };
  if (isEvent(event, "case.reopened")) return { ...line, closed: false };
  return withOpinion(line, event);
}

function withAlert(line: CaseLine, { data, time }: KnownEvent<"alert.received">): CaseLine {
  if (line.rule !== "") return line;
  const { title, rule, host, user, severity } = data;
  return {
    ...line,
    openedAt: Date.parse(time),
    ...{ title, rule: rule.name, host: host?.name ?? "", user: user?.name ?? "", severity },
    with: plus(line.with, "sentinel"),
  };
}

function withOpinion(line: CaseLine, event: Heard): CaseLine {
  if (isEvent(event, "case.labelled")) {
    return judged(line, event.data.from === "source" ? "source" : "person", event.data.verdict);
  }
  if (isEvent(event, "case.investigated")) return judged(line, "tier2", event.data.verdict);
  if (isEvent(event, "alert.triaged")) return judged(line, "sentinel", event.data.verdict);
  if (isEvent(event, "case.unlabelled")) {
    const { person: _, ...opinions } = line.opinions;
    return { ...line, opinions };
  }
  return withProposal(line, event);
}

function judged(line: CaseLine, by: Judge, verdict: Verdict): CaseLine {
  return { ...line, opinions: { ...line.opinions, [by]: { verdict } } };
}

function withProposal(line: CaseLine, event: Heard): CaseLine {
  if (isEvent(event, "handoff.requested")) {
    const { proposalId } = event.data;
    return { ...line, asked: plus(line.asked, proposalId), with: without(line.with, "human-gate") };
  }
  if (isEvent(event, "action.decided")) {
    const { proposalId, outcome } = event.data;
    const undone = outcome === "authorised" ? plus(line.undone, proposalId) : line.undone;
    return {
      ...line,
      asked: without(line.asked, proposalId),
      undone,
      with: without(line.with, "human-gate"),
    };
  }
  if (!isEvent(event, ...ended)) return line;
  return { ...line, undone: without(line.undone, event.data.proposalId) };
}

const ended = [
  ...(["action.executed", "action.abandoned", "action.lapsed"] as const),
  ...(["action.revoked", "action.rolled_back"] as const),
];

function plus(list: readonly string[], one: string): readonly string[] {
  return list.includes(one) ? list : [...list, one];
}

function without(list: readonly string[], one: string): readonly string[] {
  return list.includes(one) ? list.filter((each) => each !== one) : list;
}
