/** Brings the judgement of a case act what it rests on: who has the right now, and how the case stands. */
import type { Bus, Draft } from "../bus/bus.ts";
import type { AnyEvent } from "../events/envelope.ts";
import { standingOf } from "./authority.ts";
import { caseFacts, decideCaseAct, rolesFor, type CaseAct, type CaseFacts } from "./case-acts.ts";
import type { DecisionCommand } from "./commands.ts";
import type { DirectoryAnswer } from "./directory.ts";
import type { LiveDirectory } from "./live-directory.ts";
import type { Policy } from "./policy.ts";

export interface CaseDesk {
  readonly bus: Pick<Bus, "read">;
  readonly directory: Pick<LiveDirectory, "ask">;
  readonly policy: Policy;
}

export async function actOnCase(desk: CaseDesk, command: DecisionCommand, act: CaseAct): Promise<Draft[]> {
  const answers = await rightsOf(desk, act);
  return decideCaseAct({ command, act, answers, facts: await factsOf(desk, act) }, desk.policy);
}

/** Asks role after role, until one of them holds the person; for an assignment all, for it is of two people. */
async function rightsOf({ directory, policy }: CaseDesk, act: CaseAct): Promise<DirectoryAnswer[]> {
  const answers: DirectoryAnswer[] = [];
  for (const role of rolesFor(act, policy)) {
    const answer = await directory.ask(role, act.principal);
    answers.push(answer);
    if (act.decision !== "assign_case" && standingOf(answer, act.principal, "").entitled) break;
  }
  return answers;
}

async function factsOf({ bus }: CaseDesk, act: CaseAct): Promise<CaseFacts> {
  if (!("caseId" in act)) return { ...caseFacts([]), otherKnown: false };
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read({ subject: act.caseId })) events.push(event);
  const otherKnown = act.decision === "link" && (await isKnown(bus, act.to));
  return { ...caseFacts(events), otherKnown };
}

async function isKnown(bus: CaseDesk["bus"], caseId: string): Promise<boolean> {
  for await (const { event } of bus.read({ subject: caseId })) {
    if (event.type !== "decision.submitted" && event.type !== "decision.refused") return true;
  }
  return false;
}
