/** What people were asked, what they said, and what the gate made of it, as sentences. */
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { roleOf, titleOf, words, type Fact, type Proposals, type Proposed } from "./explain-fact.ts";

type Said = Pick<Fact, "text"> & Partial<Pick<Fact, "verb" | "outcome" | "verdict">>;

/** At most one sentence an event. */
export function peopleFact(event: KnownEvent, proposals: Proposals): Fact[] {
  const proposalId = "proposalId" in event.data ? event.data.proposalId : undefined;
  const about = proposals.get(proposalId ?? event.id);
  const said = proposalFact(event, about?.what ?? "it") ?? caseFact(event);
  if (said === undefined) return [];
  const role = isEvent(event, "action.proposed") ? { role: roleOf(event) } : {};
  return [
    { type: event.type, time: event.time, cites: restsOn(event, about), ...role, ...verbOf(about), ...said },
  ];
}

/** What is decided is said in another event than the decision. */
function restsOn({ id }: KnownEvent, about: Proposed | undefined): string[] {
  return about === undefined || about.eventId === id ? [id] : [id, about.eventId];
}

function verbOf(about: Proposed | undefined): Pick<Fact, "verb"> {
  return about === undefined ? {} : { verb: about.verb };
}

function proposalFact(event: KnownEvent, what: string): Said | undefined {
  if (isEvent(event, "action.proposed")) {
    const { rationale, against } = event.data;
    const other = against === undefined ? "" : ` Against it: ${against}`;
    return { text: `IR Lead proposed to ${what}. Why: ${rationale}${other}` };
  }
  return handoffFact(event, what) ?? decisionFact(event, what) ?? doneFact(event, what);
}

function handoffFact(event: KnownEvent, what: string): Said | undefined {
  if (isEvent(event, "handoff.requested")) {
    const { bar, ask, edited } = event.data;
    const people = bar.quorum === 1 ? "" : ` (${bar.quorum} people needed)`;
    const asked = `${bar.addressed.title} was asked to decide: ${what}${people}.`;
    if (edited === undefined) return { text: `${asked} Why: ${ask.rationale}` };
    return { outcome: "changed", text: `${edited.by.user} changed the request: ${edited.reason} ${asked}` };
  }
  if (isEvent(event, "handoff.rerouted")) {
    const { bar, why, by } = event.data;
    const asked = `${bar.addressed.title} was asked next to decide: ${what}. Why: ${why}`;
    return { text: by === undefined ? asked : `${by.user} handed it on. ${asked}` };
  }
  return waitFact(event, what) ?? infoFact(event, what);
}

/** What becomes of a request while nobody answers it. */
function waitFact(event: KnownEvent, what: string): Said | undefined {
  if (isEvent(event, "handoff.snoozed")) {
    const { by, until } = event.data;
    return { text: `${by.user} put off the reminder of the request to ${what} until ${clockOf(until)}.` };
  }
  if (isEvent(event, "handoff.reminded")) {
    const share = Math.round(event.data.share * 100);
    return { text: `${share} % of the time to decide had passed: ${what}. Who was asked was reminded.` };
  }
  if (isEvent(event, "handoff.unposted")) {
    return {
      text: `Nobody was shown the request to ${what}, asked at ${clockOf(event.data.askedAt)}.`,
    };
  }
  if (!isEvent(event, "action.overdue")) return undefined;
  const { share, owners, nextTier } = event.data;
  const who = owners.map(({ user }) => user).join(" and ");
  const also = nextTier === undefined ? "" : ` ${nextTier.title} was called too.`;
  const passed = `${Math.round(share * 100)} % of the time to carry it out had passed`;
  return { text: `${passed} and it was not done: ${what}. ${who} was called.${also}` };
}

/** "2026-03-02 09:30": as the gate writes it, to the minute. */
function clockOf(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 16)}`;
}

function infoFact(event: KnownEvent, what: string): Said | undefined {
  if (isEvent(event, "info.requested")) {
    const { by, question } = event.data;
    return { text: `${by.user} asked about the request to ${what}: ${question}` };
  }
  if (!isEvent(event, "info.answered")) return undefined;
  const { by, role, answer } = event.data;
  const who =
    by === undefined ? `The answer${role === undefined ? "" : ` of ${role.title}`}` : `${by.user}'s answer`;
  return { text: `${who} about the request to ${what}: ${answer}` };
}

function decisionFact(event: KnownEvent, what: string): Said | undefined {
  if (isEvent(event, "approval.recorded")) {
    const { by, have, need } = event.data;
    return {
      outcome: "authorised",
      text: `${by.user} approved the request to ${what} (${have} of ${need}).`,
    };
  }
  if (!isEvent(event, "action.decided")) return undefined;
  const { outcome, by, why } = event.data;
  const who = by.map(({ user }) => user).join(" and ");
  const text =
    who === ""
      ? `The request to ${what} was ${outcome}: ${why}`
      : `${who} ${outcome} the request to ${what}: ${why}`;
  return { outcome, text };
}

function doneFact(event: KnownEvent, what: string): Said | undefined {
  if (isEvent(event, "action.executed")) {
    const { by, note } = event.data;
    return {
      outcome: "executed",
      text: `${by.user} carried it out: ${what}.${note === undefined ? "" : ` ${note}`}`,
    };
  }
  if (isEvent(event, "action.abandoned")) {
    const { by, why } = event.data;
    return { outcome: "abandoned", text: `${by.user} could not ${what}: ${why}` };
  }
  if (isEvent(event, "action.rolled_back")) {
    const { by, why } = event.data;
    return { outcome: "rolled back", text: `${by.user} rolled it back: ${what}. Why: ${why}` };
  }
  return undoneFact(event, what);
}

function undoneFact(event: KnownEvent, what: string): Said | undefined {
  if (isEvent(event, "action.lapsed")) {
    return { outcome: "lapsed", text: `The authorisation to ${what} lapsed: ${event.data.why}` };
  }
  if (isEvent(event, "action.revoked")) {
    return { outcome: "revoked", text: `The authorisation to ${what} was revoked: ${event.data.why}` };
  }
  if (!isEvent(event, "decision.refused")) return undefined;
  const { principal, decision, message } = event.data;
  return {
    text: `${principal.user} tried to ${words(decision)} and was refused, in these words: "${message}"`,
  };
}

function caseFact(event: KnownEvent): Said | undefined {
  if (isEvent(event, "case.labelled")) {
    const { data } = event;
    const bySource = data.from === "source";
    const who = bySource ? whoClosed(data.labelledBy) : data.by.user;
    return {
      outcome: bySource ? "labelled by the source" : "labelled by hand",
      verdict: data.verdict,
      text: `${who} labelled it ${words(data.verdict)} (${data.origin}): ${data.reason}`,
    };
  }
  if (isEvent(event, "case.unlabelled")) {
    return { text: `${event.data.by.user} withdrew the label: ${event.data.reason}` };
  }
  if (isEvent(event, "case.closed")) {
    return { text: `${event.data.by.user} closed the case: ${event.data.reason}` };
  }
  if (isEvent(event, "case.reopened")) {
    return { text: `${event.data.by.user} reopened the case: ${event.data.reason}` };
  }
  return otherCaseFact(event);
}

/** The source answers for whom it names. */
function whoClosed({
  source,
  person,
}: {
  readonly source: string;
  readonly person?: string | undefined;
}): string {
  return person === undefined ? source : `${person}, as ${source} says,`;
}

function otherCaseFact(event: KnownEvent): Said | undefined {
  if (isEvent(event, "case.assigned")) {
    const { to, by } = event.data;
    return {
      text:
        to.user === by.user ? `${to.user} took the case on.` : `${by.user} assigned the case to ${to.user}.`,
    };
  }
  if (isEvent(event, "case.linked")) {
    const { by, to, reason } = event.data;
    return { text: `${by.user} linked the case to ${to}: ${reason}` };
  }
  if (isEvent(event, "finding.rated")) {
    const { by, right } = event.data;
    return { text: `${by.user} said that a finding is ${right ? "right" : "wrong"}.` };
  }
  if (!isEvent(event, "campaign.detected")) return undefined;
  return { text: `${titleOf("threat-hunter")} counted it to ${event.data.clusterId}.` };
}
