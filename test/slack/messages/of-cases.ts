/** Everything that is drawn of one case: root, findings, cards in each state, forms, words in its thread. */
import {
  assignForm,
  attachForm,
  closeForm,
  labelForm,
  muteForm,
  pauseForm,
} from "../../../slack/blocks/case-forms.ts";
import { caseActTypes, caseNotice } from "../../../slack/blocks/case-notices.ts";
import { closedCard } from "../../../slack/blocks/closed-card.ts";
import { editForm } from "../../../slack/blocks/edit-form.ts";
import { findingMessage, findingTypes } from "../../../slack/blocks/finding.ts";
import { form, page } from "../../../slack/blocks/form.ts";
import { gateCard } from "../../../slack/blocks/gate-card.ts";
import * as modals from "../../../slack/blocks/modals.ts";
import {
  directMessage,
  infoAnswered,
  infoRequested,
  refusal,
  reminder,
} from "../../../slack/blocks/notices.ts";
import { planForm } from "../../../slack/blocks/plan-form.ts";
import { rootMessage } from "../../../slack/blocks/root.ts";
import { stateNotice, stateTypes } from "../../../slack/blocks/state-notices.ts";
import { struckCard } from "../../../slack/blocks/struck-card.ts";
import type { CaseThread } from "../../../slack/case-thread.ts";
import type { Look } from "../../../slack/config.ts";
import { ours } from "../../../slack/text.ts";
import type { EventData } from "../../../src/events/catalogue.ts";
import { isoTime } from "../../../src/clock.ts";
import type { AnyEvent, KnownEvent } from "../../../src/events/envelope.ts";
import { fold, last, look } from "../folded.ts";
import { alert, asked, caseId, mia, openedAt, priya, said, triage } from "../given.ts";
import { cut, filled } from "./fill.ts";
import { corpus } from "./corpus.ts";
import { made, numbered, type Made } from "./made.ts";

const later = isoTime(openedAt + 600_000);
const drawn: Look = { ...look, cardRef: () => "ref", sameAs: () => [] };
const link = "https://home.slack.com/archives/C1/p1";

interface Story {
  readonly words: string | undefined;
  readonly received: AnyEvent;
  readonly triaged: KnownEvent<"alert.triaged">;
  readonly request: KnownEvent<"handoff.requested">;
  readonly say: typeof said;
}

function told(words: string | undefined): Story {
  const say: typeof said = (type, data, over) =>
    filled(said(type, data, { at: openedAt, id: `e-${type}`, ...over }), words);
  const long = words === undefined ? [] : Array.from({ length: 12 }, () => "x");
  const evidence = Array.from({ length: words === undefined ? 2 : 20 }, (_, at) => ({
    ...{ claim: "encoded", cites: at === 0 ? "step 3" : "alert.process.commandLine" },
    quote: at === 0 ? '"verdict": "malicious", "firstSeen": null' : "-enc JABjAGwA",
  }));
  const findings = { mitigatingFactors: long, questions: long, evidence, evidenceDropped: 3 };
  const parameters = words === undefined ? { scope: "egress" } : { [cut(words, 64)]: cut(words, 512) };
  return {
    ...{ words, say },
    received: say("alert.received", alert()),
    triaged: say("alert.triaged", triage(findings), { source: "/roles/sentinel" }),
    request: say("handoff.requested", asked("p1", { ask: { evidence, parameters }, bar: { quorum: 2 } })),
  };
}

/** What people said of the request so far, as its card shows it. */
function progress({ say }: Story): AnyEvent[] {
  const on = { proposalId: "p1", by: mia };
  const approvals = corpus("approval.recorded").slice(0, 1);
  const { digest } = asked("p1");
  return [
    ...approvals.map(({ data: { directory } }) =>
      say("approval.recorded", { ...on, digest, directory, have: 1, need: 2, joinedAfter: later }),
    ),
    say("info.requested", { ...on, question: "Is it a test?", clockStopped: true }),
    say("handoff.snoozed", { ...on, until: later }),
    say("case.assigned", { ...on, to: priya }),
  ];
}

function cards(story: Story): Made {
  const { received, triaged, request, say } = story;
  const decided = (outcome: EventData<"action.decided">["outcome"]): AnyEvent =>
    say("action.decided", {
      ...{ proposalId: "p1", outcome, by: outcome === "expired" ? [] : [mia], why: "a test of ours" },
      ...{ digest: asked("p1").digest, category: "sanctioned", carryOutBy: later },
    });
  const on = { proposalId: "p1", by: mia };
  const endings: Record<string, AnyEvent[]> = {
    open: progress(story),
    authorised: [decided("authorised"), say("case.assigned", { ...on, to: priya })],
    ...Object.fromEntries(
      (["rejected", "expired", "cancelled", "superseded"] as const).map((name) => [name, [decided(name)]]),
    ),
    executed: [decided("authorised"), say("action.executed", { ...on, note: "done" })],
    abandoned: [decided("authorised"), say("action.abandoned", { ...on, why: "it is off" })],
    rolled_back: [
      decided("authorised"),
      say("action.executed", { ...on, note: "done" }),
      say("action.rolled_back", { ...on, why: "it was needed" }),
    ],
    lapsed: [decided("authorised"), say("action.lapsed", { proposalId: "p1", why: "in time" })],
    revoked: [decided("authorised"), say("action.revoked", { ...on, why: "the case changed" })],
  };
  const { digest, code, bar } = asked("p1");
  const next = { role: "soc-manager-oncall", title: "SOC Manager On-Call" };
  const rerouted = say("handoff.rerouted", {
    ...{ proposalId: "p1", tier: 1, bar: { ...bar, addressed: next }, digest, code, why: "nobody answered" },
  });
  const anew = say("handoff.requested", asked("p1"), { id: "e-anew" });
  const states = Object.entries(endings).map(([state, events]): [string, () => Made[string]] => [
    `gateCard ${state}`,
    () => {
      const thread = fold(received, triaged, request, ...events);
      return gateCard(last(thread), { thread, look: drawn });
    },
  ]);
  const first = (...events: AnyEvent[]): Made[string] => {
    const thread = fold(received, triaged, request, ...events);
    const [earliest = last(thread)] = thread.requests;
    return gateCard(earliest, { thread, look: drawn });
  };
  return {
    ...made(Object.fromEntries(states)),
    "gateCard handed on": first(rerouted),
    "gateCard replaced": first(anew),
    "gateCard elsewhere": elsewhereCard(story),
    "gateCard too long": tooLongCard(story),
    "closedCard ended": closedOf(story),
    struckCard: struckCard(story.words ?? "Action required from IR Lead On-Call: Isolate host"),
  };
}

function elsewhereCard({ received, triaged, request }: Story): Made[string] {
  const thread = fold(received, triaged, request);
  const sameAs: Look["sameAs"] = () =>
    (["executed", "authorised", "rolled_back", "rejected", "pending"] as const).flatMap((status) =>
      ["CASE-AAAAAAAAAA", "CASE-BBBBBBBBBB", "CASE-CCCCCCCCCC", "CASE-DDDDDDDDDD"].map((other) => ({
        ...{ caseId: other, proposalId: "p9", status, at: later },
      })),
    );
  return gateCard(last(thread), { thread, look: { ...drawn, sameAs } });
}

function tooLongCard({ received, triaged, say }: Story): Made[string] {
  const parameters = Object.fromEntries(Array.from({ length: 9 }, (_, at) => [`parameter ${at}`, "x"]));
  const thread = fold(received, triaged, say("handoff.requested", asked("p1", { ask: { parameters } })));
  return gateCard(last(thread), { thread, look: drawn });
}

function closedOf({ received, triaged, request }: Story): Made[string] {
  const thread = fold(received, triaged, request);
  return closedCard(last(thread), { thread, look: drawn }, "ended");
}

function forms({ received, triaged, request, words, say }: Story): Made {
  const question = say("info.requested", { proposalId: "p1", by: mia, question: "A test?" });
  const thread = fold(received, triaged, request, question);
  const on = {
    ...{ request: last(thread), thread, question: thread.questions.at(-1), refOf: () => "r1", now: 0 },
    origin: { caseId, proposalId: "p1", channel: "C1", ts: "1.1", ref: "r1" },
  };
  const { evidenceView, requestEvidenceView, onCard, ...own } = modals;
  const ofCase = { labelForm, assignForm };
  const rule = words === undefined ? "Encoded PowerShell" : cut(words, 512);
  const plan = { caseId, channel: "C1", cards: [["p1", "1.1", "r1"] as [string, string, string]] };
  return {
    ...Object.fromEntries(Object.entries(own).map(([name, draw]) => [name, draw(on)])),
    editForm: editForm(on),
    onCard: onCard({ callbackId: "gate.x", title: ours`A form`, submit: ours`Do` }, on, []),
    form: form({ callbackId: "gate.x", title: ours`A form`, submit: ours`Do` }, {}, []),
    page: page(ours`A page`, []),
    evidenceView: evidenceView(triaged, new Map([[3, words ?? "indicator_reputation"]])),
    requestEvidenceView: requestEvidenceView(on.request, thread),
    planForm: planForm([on.request], thread, plan),
    ...Object.fromEntries(
      Object.entries(ofCase).map(([name, draw]) => [name, draw({ caseId }, thread.file)]),
    ),
    closeForm: closeForm({ caseId }, thread.file, 0),
    "closeForm with requests": closeForm({ caseId }, thread.file, 3),
    attachForm: attachForm({}, undefined),
    "attachForm of a case": attachForm({ caseId }, "CASE-BBBBBBBBBB"),
    muteForm: muteForm({ caseId }, { rule, host: words === undefined ? "FIN-WS-042" : cut(words, 255) }),
    pauseForm: pauseForm({ role: "tier2" }, "tier2"),
  };
}

function notices(story: Story): Made {
  const { received, triaged, request, words } = story;
  const thread = fold(received, triaged, request, ...progress(story));
  const requested = corpus("info.requested").map((event) => filled(event, words));
  const answered = corpus("info.answered").map((event) => filled(event, words));
  const refused = corpus("decision.refused").map((event) => filled(event, words));
  return {
    directMessage: directMessage(thread, last(thread), link),
    reminder: reminder(thread, last(thread), drawn),
    ...numbered("infoRequested", requested, ({ data }) => infoRequested(caseId, data, "ref")),
    ...numbered("infoAnswered", answered, ({ data }) => infoAnswered(caseId, data, new Map())),
    ...numbered("refusal", refused, ({ data }) =>
      refusal(data, { titles: ["IR Lead On-Call"], people: [mia] }),
    ),
    ...numbered(
      "caseNotice",
      caseActTypes.flatMap((type) => corpus(type)),
      (event) => caseNotice(filled(event, words)),
    ),
    ...numbered(
      "stateNotice",
      stateTypes.flatMap((type) => corpus(type)),
      (event) => {
        const named = { ...event, subject: caseId, data: { ...event.data, proposalId: "p1" } };
        return stateNotice(filled(named as typeof event, words), thread, drawn);
      },
    ),
  };
}

function findings(story: Story, thread: CaseThread): Made {
  const ratings = { ratings: thread.ratings, traces: thread.traces };
  const all = findingTypes.flatMap((type) => corpus(type)).map((event) => filled(event, story.words));
  const { triaged } = story;
  const rated = {
    [triaged.id]: [
      { by: mia, right: true },
      { by: priya, right: false },
    ],
  };
  return {
    ...numbered("findingMessage", all, (event) => findingMessage(event, ratings)),
    "findingMessage rated": findingMessage(triaged, { ...ratings, ratings: rated }),
  };
}

export function ofCases(words: string | undefined): Made {
  const story = told(words);
  const { received, triaged, request } = story;
  const thread = fold(received, triaged, request);
  const plan = corpus("response.planned").map((event) => ({ ...filled(event, words), subject: caseId }));
  const stopped: Look = { ...drawn, modelDown: true, paused: ["threat-intel"] };
  return {
    rootMessage: rootMessage(thread, drawn),
    "rootMessage new": rootMessage(fold(received), stopped),
    ...numbered("rootMessage planned", plan, (event) => rootMessage(fold(received, triaged, event), stopped)),
    ...cards(story),
    ...forms(story),
    ...notices(story),
    ...findings(story, thread),
  };
}
