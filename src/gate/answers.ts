/** What comes of a decision that the door let through: authority first, then what was said. */
import type { Draft } from "../bus/bus.ts";
import { livePeople, personKey, recordOf, samePrincipal, standingOf, type Standing } from "./authority.ts";
import type { DecisionCommand } from "./commands.ts";
import { against, carryOutBy } from "./deadlines.ts";
import type { OpenDoor } from "./door.ts";
import type { Policy } from "./policy.ts";
import { refuse, whoCan } from "./refusals.ts";
import { editedRequest } from "./requests.ts";

type Entitled = Extract<Standing, { entitled: true }>;
type Said<K extends OpenDoor["decision"]["decision"]> = Extract<OpenDoor["decision"], { decision: K }>;

interface Answering extends OpenDoor {
  readonly command: DecisionCommand;
}

export function answer(opened: OpenDoor, command: DecisionCommand, policy: Policy): Draft[] {
  const { decision } = opened;
  switch (decision.decision) {
    case "mark_done":
    case "could_not_do":
    case "revoke":
      return carriedOut({ ...opened, command }, decision);
    case "authorise":
    case "reject":
    case "edit":
    case "need_info":
    case "assign":
      return byMember({ ...opened, command }, decision, policy);
  }
}

/** Only who is in the addressed group now. */
function byMember(
  asked: Answering,
  decision: Said<"authorise" | "reject" | "edit" | "need_info" | "assign">,
  policy: Policy,
): Draft[] {
  const { handoff, command } = asked;
  const { title } = handoff.bar.addressed;
  const standing = standingOf(command.directory, decision.principal, title);
  if (!standing.entitled) return [refuse(command, { ...standing, whoCan: whoCan(handoff) })];
  const { proposalId } = handoff;
  const by = decision.principal;
  switch (decision.decision) {
    case "authorise":
      return authorise(asked, decision, standing);
    case "reject": {
      const { reason: why } = decision;
      const directory = recordOf(standing.answer);
      const data = { proposalId, by: [by], why, digest: handoff.digest, directory };
      return [{ type: "action.decided", data: { ...data, outcome: "rejected" } }];
    }
    case "edit": {
      const edited = editedRequest(handoff, { ...decision, by, person: personKey(standing.person) }, policy);
      return "drafts" in edited ? edited.drafts : [refuse(command, edited)];
    }
    case "need_info":
      return [{ type: "info.requested", data: { proposalId, by, question: decision.question } }];
    case "assign":
      return assign(asked, by);
  }
}

/**
 * The one place where something is authorised. Every recorded approver is looked up again in this one answer and
 * counted as a person: who left the group since does not count (lesson 40), two accounts of one human count once.
 */
function authorise(asked: Answering, decision: Said<"authorise">, standing: Entitled): Draft[] {
  const { handoff, command } = asked;
  const { quorum } = handoff.bar;
  if (decision.confirmed === false) return [refuse(command, { ...unconfirmed, whoCan: whoCan(handoff) })];
  const mine = personKey(standing.person);
  const editors = new Set(quorum > 1 ? handoff.editors : []);
  const late = between(asked);
  if (late !== undefined) return [late];
  if (editors.has(mine)) {
    const message = "You edited this request: where two people are needed, others must authorise it.";
    return [refuse(command, { rule: "editor", message, whoCan: whoCan(handoff) })];
  }
  const before = livePeople(standing.answer, handoff.approvals);
  const again = before.has(mine);
  const people = new Map([...before, ...(again ? [] : [[mine, decision.principal] as const])]);
  const counted = [...people].filter(([person]) => !editors.has(person)).map(([, principal]) => principal);
  const { proposalId, digest } = handoff;
  const directory = recordOf(standing.answer);
  const tally = { have: counted.length, need: quorum };
  const recorded: Draft[] = again
    ? []
    : [
        {
          type: "approval.recorded",
          data: { proposalId, by: decision.principal, digest, directory, ...tally },
        },
      ];
  if (counted.length >= quorum) return [...recorded, authorised(asked, decision, counted)];
  if (!again) return recorded;
  const message = `Your approval counts already: ${tally.have} of ${tally.need}. Another person is needed.`;
  return [refuse(command, { rule: "already_counted", message, whoCan: whoCan(handoff) })];
}

/** Somebody who had just joined the group, say: the front end showed no form, so nothing was confirmed. */
const unconfirmed = {
  rule: "not_confirmed",
  message: "You can answer this now, but nothing was confirmed: press the button again and confirm the form.",
};

function authorised(
  { handoff, command }: Answering,
  decision: Said<"authorise">,
  by: Said<"authorise">["principal"][],
): Draft {
  const { proposalId, digest, bar } = handoff;
  const { directory: answered } = command;
  const why = decision.note ?? `${by.length} of ${bar.quorum} needed, of ${bar.addressed.title}.`;
  const rests = answered?.kind === "members" ? { directory: recordOf(answered) } : {};
  const until = carryOutBy(handoff, command.at);
  const data = { proposalId, outcome: "authorised", by: by.slice(0, 10), why, digest } as const;
  return { type: "action.decided", data: { ...data, ...rests, carryOutBy: until } };
}

/** One clock before the expiry and one past it: too late to authorise, too early to expire. */
function between({ handoff, command }: Answering): Draft | undefined {
  const expiresAt = handoff.opened?.expiresAt;
  if (expiresAt === undefined || against(expiresAt, command) === "before") return undefined;
  const message = `The expiry ${expiresAt} lies between when you answered and when it was recorded; nothing was authorised.`;
  return refuse(command, { rule: "too_late", message });
}

function assign({ handoff, command }: Answering, to: Said<"assign">["principal"]): Draft[] {
  const { proposalId, assignee } = handoff;
  if (assignee === undefined || !samePrincipal(assignee, to)) {
    return [{ type: "case.assigned", data: { proposalId, to, by: to } }];
  }
  return [refuse(command, { rule: "already_assigned", message: "It is assigned to you already." })];
}

/** What came of an authorisation: said by who approved it, who took it on, or anyone of the group. */
function carriedOut(asked: Answering, decision: Said<"mark_done" | "could_not_do" | "revoke">): Draft[] {
  const { handoff, command } = asked;
  const refusal = whyNotOwner(asked, decision);
  if (refusal !== undefined) return [refuse(command, { ...refusal, whoCan: handoff.bar.addressed.title })];
  const said = { proposalId: handoff.proposalId, by: decision.principal };
  switch (decision.decision) {
    case "mark_done": {
      const note = decision.note === undefined ? {} : { note: decision.note };
      return [{ type: "action.executed", data: { ...said, ...note } }];
    }
    case "could_not_do":
      return [{ type: "action.abandoned", data: { ...said, why: decision.reason } }];
    case "revoke":
      return [{ type: "action.revoked", data: { ...said, why: decision.reason } }];
  }
}

/** Approvers and the assignee keep their say off call; an account the directory knows to be bad never has one. */
function whyNotOwner(
  { handoff, command }: Answering,
  { principal }: Pick<OpenDoor["decision"], "principal">,
): Extract<Standing, { entitled: false }> | undefined {
  const standing = standingOf(command.directory, principal, handoff.bar.addressed.title);
  if (standing.entitled) return undefined;
  const { assignee, settled } = handoff;
  const owners = [...(settled?.by ?? []), ...(assignee === undefined ? [] : [assignee])];
  const offCall = ["not_a_member", "stranger", "directory_unavailable"].includes(standing.rule);
  const listed =
    command.directory?.kind === "members" &&
    command.directory.members.some((person) => samePrincipal(person.principal, principal));
  const owns = owners.some((owner) => samePrincipal(owner, principal));
  return owns && offCall && !listed ? undefined : standing;
}
