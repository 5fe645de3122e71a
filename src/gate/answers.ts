/** What comes of a decision that the door let through: authority first, then what was said. */
import type { Draft } from "../bus/bus.ts";
import { RejectCategory } from "../events/decision.ts";
import {
  accountKey,
  livePeople,
  personKey,
  recordOf,
  samePrincipal,
  standingOf,
  type Standing,
} from "./authority.ts";
import type { DecisionCommand } from "./commands.ts";
import { against, answerableUntil, carryOutBy } from "./deadlines.ts";
import type { OpenDoor } from "./door.ts";
import { handOver, snooze } from "./hand-over.ts";
import type { Policy } from "./policy.ts";
import { answeredBy, asking } from "./questions.ts";
import { refuse, whoCan, type Refusal } from "./refusals.ts";
import { editedRequest } from "./requests.ts";
import { termsNow } from "./terms.ts";

type Entitled = Extract<Standing, { entitled: true }>;
type Said<K extends OpenDoor["decision"]["decision"]> = Extract<OpenDoor["decision"], { decision: K }>;

interface Answering extends OpenDoor {
  readonly command: DecisionCommand;
}

type OfOwner = Said<"mark_done" | "could_not_do" | "revoke" | "rolled_back">;
type OfMember = Exclude<OpenDoor["decision"], OfOwner>;

export function answer(opened: OpenDoor, command: DecisionCommand, policy: Policy): Draft[] {
  const { decision } = opened;
  const asked = { ...opened, command };
  return isOfOwner(decision) ? carriedOut(asked, decision) : byMember(asked, decision, policy);
}

function isOfOwner(decision: OpenDoor["decision"]): decision is OfOwner {
  return ["mark_done", "could_not_do", "revoke", "rolled_back"].includes(decision.decision);
}

/** Only who is in the addressed group now. */
function byMember(asked: Answering, decision: OfMember, policy: Policy): Draft[] {
  const { handoff, command } = asked;
  const { title } = handoff.bar.addressed;
  const standing = standingOf(command.directory, decision.principal, title);
  if (!standing.entitled) return [refuse(command, { ...standing, whoCan: whoCan(handoff) })];
  const elsewhere = wrongSurface(handoff, decision);
  if (elsewhere !== undefined) return [refuse(command, elsewhere)];
  return entitled(asked, decision, { standing, policy });
}

function entitled(
  asked: Answering,
  decision: OfMember,
  { standing, policy }: { readonly standing: Entitled; readonly policy: Policy },
): Draft[] {
  const { handoff, command } = asked;
  const by = decision.principal;
  switch (decision.decision) {
    case "authorise":
      return authorise(asked, { decision, standing, policy });
    case "reject":
      return reject(asked, decision, standing);
    case "edit": {
      const edited = editedRequest(handoff, { ...decision, by, person: personKey(standing.person) }, policy);
      return "drafts" in edited ? edited.drafts : [refuse(command, edited)];
    }
    case "need_info":
      return [asking(handoff, { by, question: decision.question, looks: command.looks })];
    case "answer_info":
      return [answeredBy(handoff, { command, decision, answer: standing.answer })];
    case "assign":
      return assign(asked, by);
    case "delegate":
      return handOver(handoff, { command, decision, answer: standing.answer, policy });
    case "snooze":
      return snooze(handoff, command, decision);
  }
}

/** What policy wants seen on a card, nobody authorises from a command line. Rejecting is safe anywhere. */
function wrongSurface({ bar }: OpenDoor["handoff"], { decision, surface }: OfMember): Refusal | undefined {
  const { surfaces } = bar;
  if (surfaces?.includes(surface) !== false || (decision !== "authorise" && decision !== "edit"))
    return undefined;
  const message = `Policy lets this be authorised only in ${surfaces.join(" or ")}; this came from ${surface}.`;
  return { rule: "wrong_surface", message, whoCan: bar.addressed.title };
}

function reject({ handoff, command }: Answering, decision: Said<"reject">, standing: Entitled): Draft[] {
  const { proposalId, digest } = handoff;
  const category = RejectCategory.optional().safeParse(decision.category);
  if (!category.success) {
    const expected = RejectCategory.options.join(", ");
    const message = `"${decision.category ?? ""}" is none of the reasons there are (${expected}).`;
    return [refuse(command, { rule: "unknown_category", message })];
  }
  const named = category.data === undefined ? {} : { category: category.data };
  const said = { proposalId, by: [decision.principal], why: decision.reason, digest, ...named };
  const directory = recordOf(standing.answer);
  return [{ type: "action.decided", data: { ...said, directory, outcome: "rejected" } }];
}

interface Authorising {
  readonly decision: Said<"authorise">;
  readonly standing: Entitled;
  readonly policy: Policy;
}

/**
 * The one place where something is authorised. Every recorded approver is looked up again in this one answer and
 * counted as a person: who left the group since does not count (lesson 40), two accounts of one human count once.
 */
function authorise(asked: Answering, { decision, standing, policy }: Authorising): Draft[] {
  const { handoff, command } = asked;
  if (decision.confirmed === false) return [refuse(command, { ...unconfirmed, whoCan: whoCan(handoff) })];
  const late = between(asked);
  if (late !== undefined) return [late];
  const terms = termsNow(handoff, { policy, person: standing.person, at: command.at });
  if ("rule" in terms) return [refuse(command, terms)];
  const need = terms.people;
  const { again, isEditor, by } = counted(asked, standing, need);
  if (isEditor) {
    const message = "You edited this request: others must authorise it.";
    return [refuse(command, { rule: "editor", message, whoCan: whoCan(handoff) })];
  }
  const recorded = again ? [] : [approval(asked, standing, { have: by.length, need })];
  if (by.length >= need) return [...recorded, authorised(asked, decision, { by, need })];
  if (!again) return recorded;
  const message = `Your approval counts already: ${by.length} of ${need}. Another person is needed.`;
  return [refuse(command, { rule: "already_counted", message, whoCan: whoCan(handoff) })];
}

/** Whose approvals count with this person's, as accounts; editors' do not where others are needed. */
function counted({ handoff, decision }: Answering, { answer: listed, person }: Entitled, need: number) {
  const { editors, bar, approvals } = handoff;
  const mine = personKey(person);
  const barred = new Set(need > 1 || bar.requesterNeverCounts === true ? editors : []);
  const before = livePeople(listed, approvals);
  const again = before.has(mine);
  const people = new Map([...before, ...(again ? [] : [[mine, decision.principal] as const])]);
  const by = [...people].filter(([each]) => !barred.has(each)).map(([, principal]) => principal);
  return { again, isEditor: barred.has(mine), by };
}

function approval(
  { handoff, decision }: Answering,
  { answer: listed, person }: Entitled,
  tally: { have: number; need: number },
): Draft {
  const { proposalId, digest, known, opened } = handoff;
  const joined = known !== undefined && opened !== undefined && !known.includes(accountKey(person));
  const flagged = joined ? { joinedAfter: opened.postedAt } : {};
  const said = { proposalId, by: decision.principal, digest, directory: recordOf(listed) };
  return { type: "approval.recorded", data: { ...said, ...tally, ...flagged } };
}

/** Somebody who had just joined the group, say: the front end showed no form, so nothing was confirmed. */
const unconfirmed = {
  rule: "not_confirmed",
  message: "You can answer this now, but nothing was confirmed: press the button again and confirm the form.",
};

function authorised(
  { handoff, command }: Answering,
  decision: Said<"authorise">,
  { by, need }: { by: Said<"authorise">["principal"][]; need: number },
): Draft {
  const { proposalId, digest, bar } = handoff;
  const { directory: answered } = command;
  const why = decision.note ?? `${by.length} of ${need} needed, of ${bar.addressed.title}.`;
  const rests = answered?.kind === "members" ? { directory: recordOf(answered) } : {};
  const until = carryOutBy(handoff, command.at);
  const data = { proposalId, outcome: "authorised", by: by.slice(0, 10), why, digest } as const;
  return { type: "action.decided", data: { ...data, ...rests, carryOutBy: until } };
}

/** One clock before the expiry and one past it: too late to authorise, too early to expire. */
function between({ handoff, command }: Answering): Draft | undefined {
  const expiresAt = answerableUntil(handoff);
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
function carriedOut(asked: Answering, decision: OfOwner): Draft[] {
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
    case "rolled_back":
      return [{ type: "action.rolled_back", data: { ...said, why: decision.reason } }];
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
