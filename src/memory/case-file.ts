/** The fold of one case's events: what a role is shown of it, and what Slack's root card draws. */
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { Verdict } from "../events/vocabulary.ts";
import { whoStands, type Judge } from "./case-record.ts";

type Kept<T extends Parameters<typeof isEvent>[1]> = {
  readonly eventId: string;
  readonly time: string;
} & EventData<T>;

export interface Proposal {
  readonly proposalId: string;
  readonly status: ProposalStatus;
  readonly handoff: EventData<"handoff.requested">;
  /** Tier that is being asked, from 0. */
  readonly tier: number;
  readonly expiresAt?: string;
  readonly decided?: EventData<"action.decided">;
}

export type ProposalStatus =
  | "pending"
  | "authorised"
  | "rejected"
  | "expired"
  | "cancelled"
  | "superseded"
  | "executed"
  | "abandoned"
  | "lapsed"
  | "revoked"
  | "rolled_back";

export interface CaseFile {
  readonly caseId: string;
  readonly alert?: Kept<"alert.received">;
  /** Repeats of the alert that count here. */
  readonly repeats?: number;
  readonly triage?: Kept<"alert.triaged">;
  readonly escalations: readonly Kept<"case.escalated">[];
  readonly investigation?: Kept<"case.investigated">;
  readonly plan?: Kept<"response.planned">;
  readonly intel?: Kept<"intel.reported">;
  readonly proposals: readonly Proposal[];
  readonly failures: readonly Kept<"role.failed">[];
  /** Models that worked on it: "baseline" is stamped on the root card. */
  readonly models: readonly string[];
  readonly rolesDone: readonly string[];
  /** What a person of ours said. */
  readonly label?: Kept<"case.labelled">;
  /** How the people of its own console closed the alert. */
  readonly sourceLabel?: Kept<"case.labelled">;
  readonly closed?: Kept<"case.closed">;
  readonly assignee?: EventData<"case.assigned">["to"];
}

export function emptyCase(caseId: string): CaseFile {
  return { caseId, escalations: [], proposals: [], failures: [], models: [], rolesDone: [] };
}

/** Folds a case's events in log order. */
export function foldCase(caseId: string, events: Iterable<AnyEvent>): CaseFile {
  let file = emptyCase(caseId);
  for (const event of events) file = evolveCase(file, event);
  return file;
}

/** The verdict that counts: a person's label, else the source's, else Tier 2's, else Sentinel's (lesson 19). */
export function verdictOf(file: CaseFile): { verdict: Verdict; by: Judge } | undefined {
  const { label: person, sourceLabel: source, investigation: tier2, triage: sentinel } = file;
  const found = whoStands<{ readonly verdict: Verdict }>({ person, source, tier2, sentinel });
  return found === undefined ? undefined : { verdict: found.said.verdict, by: found.by };
}

export function evolveCase(file: CaseFile, event: AnyEvent): CaseFile {
  if (isEvent(event, "alert.received", "alert.grouped")) return evolveAlert(file, event);
  if (isEvent(event, "alert.triaged")) return { ...file, triage: kept(event) };
  if (isEvent(event, "case.escalated")) return { ...file, escalations: [...file.escalations, kept(event)] };
  if (isEvent(event, "case.investigated")) return { ...file, investigation: kept(event) };
  if (isEvent(event, "response.planned")) return { ...file, plan: kept(event) };
  if (isEvent(event, "intel.reported")) return { ...file, intel: kept(event) };
  if (isEvent(event, "role.failed")) return { ...file, failures: [...file.failures, kept(event)] };
  if (isEvent(event, "role.worked")) return evolveWorked(file, event);
  return evolvePeople(file, event);
}

function evolveAlert(file: CaseFile, event: KnownEvent<"alert.received" | "alert.grouped">): CaseFile {
  if (event.type === "alert.grouped") return { ...file, repeats: (file.repeats ?? 0) + 1 };
  return { ...file, alert: file.alert ?? kept(event) };
}

function evolvePeople(file: CaseFile, event: AnyEvent): CaseFile {
  if (isEvent(event, "case.labelled")) {
    const label = kept(event);
    return label.from === "source" ? { ...file, sourceLabel: label } : { ...file, label };
  }
  if (isEvent(event, "case.unlabelled")) {
    const { label: _, ...unlabelled } = file;
    return unlabelled;
  }
  if (isEvent(event, "case.closed")) return { ...file, closed: kept(event) };
  if (isEvent(event, "case.reopened")) {
    const { closed: _, ...open } = file;
    return open;
  }
  if (isEvent(event, "case.assigned")) return { ...file, assignee: event.data.to };
  return evolveProposals(file, event);
}

function evolveWorked(file: CaseFile, event: KnownEvent<"role.worked">): CaseFile {
  return {
    ...file,
    models: [...new Set([...file.models, event.data.model])],
    rolesDone: [...new Set([...file.rolesDone, event.data.role])],
  };
}

function evolveProposals(file: CaseFile, event: AnyEvent): CaseFile {
  if (isEvent(event, "handoff.requested")) {
    const { proposalId } = event.data;
    const proposal: Proposal = { proposalId, status: "pending", handoff: event.data, tier: 0 };
    return { ...file, proposals: [...file.proposals.filter((p) => p.proposalId !== proposalId), proposal] };
  }
  if (isEvent(event, "handoff.opened")) {
    const { proposalId, tier, expiresAt } = event.data;
    return changed(file, proposalId, { tier, expiresAt });
  }
  if (isEvent(event, "handoff.rerouted")) {
    const { proposalId, tier, bar, digest, code } = event.data;
    return withProposal(file, proposalId, ({ expiresAt: _, ...unopened }) => ({
      ...unopened,
      tier,
      handoff: { ...unopened.handoff, bar, digest, code },
    }));
  }
  if (isEvent(event, "info.answered") && event.data.expiresAt !== undefined) {
    return changed(file, event.data.proposalId, { expiresAt: event.data.expiresAt });
  }
  if (isEvent(event, "action.decided")) {
    return changed(file, event.data.proposalId, { status: event.data.outcome, decided: event.data });
  }
  const ended = endings[event.type];
  if (ended === undefined || !isEvent(event, ...endingTypes)) return file;
  return changed(file, event.data.proposalId, { status: ended });
}

const endings: Readonly<Record<string, ProposalStatus>> = {
  "action.executed": "executed",
  "action.abandoned": "abandoned",
  "action.lapsed": "lapsed",
  "action.revoked": "revoked",
  "action.rolled_back": "rolled_back",
};
const endingTypes = [
  "action.executed",
  "action.abandoned",
  "action.lapsed",
  "action.revoked",
  "action.rolled_back",
] as const;

function changed(file: CaseFile, proposalId: string, change: Partial<Proposal>): CaseFile {
  return withProposal(file, proposalId, (proposal) => ({ ...proposal, ...change }));
}

function withProposal(file: CaseFile, proposalId: string, make: (proposal: Proposal) => Proposal): CaseFile {
  return { ...file, proposals: file.proposals.map((p) => (p.proposalId === proposalId ? make(p) : p)) };
}

function kept<E extends KnownEvent>(event: E): { eventId: string; time: string } & E["data"] {
  return { eventId: event.id, time: event.time, ...event.data };
}
