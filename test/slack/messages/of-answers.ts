/** Answers to who asked, App Home, and what the operations channel reads. */
import * as answers from "../../../slack/blocks/answers.ts";
import { closedHome, homeView } from "../../../slack/blocks/home.ts";
import { clustersAnswer, recallAnswer, relatedAnswer } from "../../../slack/blocks/memory-answers.ts";
import { notice } from "../../../slack/blocks/notices.ts";
import { deadNotice, opsNotice, opsTypes } from "../../../slack/blocks/ops-notices.ts";
import { accuracyAnswer, explainAnswer } from "../../../slack/blocks/record-answers.ts";
import { statusAnswer, type Health } from "../../../slack/blocks/status-answer.ts";
import { slackActions } from "../../../slack/ids.ts";
import { ours } from "../../../slack/text.ts";
import { watchMessage } from "../../../slack/watch-post.ts";
import { isoTime } from "../../../src/clock.ts";
import type { Verdict } from "../../../src/events/vocabulary.ts";
import { evolve } from "../../../src/gate/evolve.ts";
import type { Handoff } from "../../../src/gate/state.ts";
import type { AccuracyRow } from "../../../src/memory/accuracy.ts";
import type { Recalled } from "../../../src/memory/recall.ts";
import type { Kind } from "../../../src/watch/watch.ts";
import { fold, look } from "../folded.ts";
import { alert, asked, caseId, mia, openedAt, priya, said, triage } from "../given.ts";
import { corpus } from "./corpus.ts";
import { filled } from "./fill.ts";
import { numbered, type Made } from "./made.ts";

const later = isoTime(openedAt + 600_000);

function handoff(words: string | undefined, over: Partial<Handoff> = {}): Handoff {
  const event = said("handoff.requested", asked("p1", { bar: { quorum: 2 } }), {
    at: openedAt,
    id: "e-asked",
  });
  const state = evolve(undefined, filled(event, words));
  if (state.phase !== "asked") throw new Error("nothing was asked");
  return { ...state, opened: { postedAt: later, expiresAt: later }, ...over };
}

const row = (over: Partial<AccuracyRow>): AccuracyRow => ({
  ...{ role: "sentinel", arm: "all", models: ["m"], n: 30, right: 27, rate: 0.9, colour: "green" },
  interval: { low: 0.82, high: 0.97 },
  confusion: { attack: { attack: 20, harmless: 2 }, harmless: { attack: 1, harmless: 7 } },
  calibration: { bins: [], error: null },
  ...over,
});

const rows: readonly AccuracyRow[] = [
  row({}),
  row({ role: "tier2", arm: "on", colour: "amber", interval: { low: 0.6, high: 0.9 } }),
  row({ role: "ir-lead", colour: "red", rate: 0.4, interval: { low: 0.2, high: 0.6 } }),
  row({ role: "threat-intel", colour: "grey", n: 0, right: 0, rate: null, interval: { low: 0, high: 1 } }),
];

function recalled(words: string): Recalled[] {
  const verdicts: readonly (Verdict | null)[] = ["true_positive", "benign", "suspicious", null];
  const judges = ["person", "source", "tier2", null] as const;
  const shared = Array.from({ length: 5 }, () => ({ type: "url" as const, value: words }));
  return verdicts.map((verdict, at) => ({
    ...{ caseId, score: 4.256, shared, verdict, confirmedBy: judges[at] ?? null },
  }));
}

function health(words: string, over: Partial<Health> = {}): Health {
  const group = { group: "tier2", lag: 40, pending: 2, oldestPendingMs: 9, consumers: 1, dead: 3 };
  return { groups: [group], paused: [words], modelDown: words, waiting: 2, undone: 1, ...over };
}

function ofRecord(words: string, long: number): Made {
  const line = { text: `${words} by U0MIA`, cites: ["0123456789abcdef", "fedcba9876543210"] };
  const lines = Array.from({ length: long }, () => line);
  const explanation = {
    caseId,
    sentences: lines,
    withheld: 2,
    timeline: lines.map((one) => ({ ...one, time: later })),
  };
  const names = new Map([["U0MIA", words]]);
  const accuracy = { cases: 40, labelled: 30, unsettled: 2, origins: {}, rows };
  const measured = {
    measured: true,
    rate: 0.8,
    interval: { low: 0.6, high: 0.9 },
    sampled: 12,
    of: 90,
  } as const;
  return {
    explainAnswer: explainAnswer({ explanation, question: undefined, names }),
    "explainAnswer to a question": explainAnswer({
      explanation: { ...explanation, withheld: 1 },
      question: words,
      names,
    }),
    accuracyAnswer: accuracyAnswer({ ...accuracy, recall: { measured: false, why: "no case was sampled" } }),
    "accuracyAnswer measured": accuracyAnswer({ ...accuracy, recall: measured }),
    "accuracyAnswer of nothing": accuracyAnswer({ ...accuracy, rows: [], recall: measured }),
  };
}

function ofMemory(words: string, long: number): Made {
  const cluster = {
    ...{ id: words.slice(0, 64), cases: Array.from({ length: long }, () => caseId), actors: [words] },
    indicators: Array.from({ length: long }, () => ({ type: "domain" as const, value: words, cases: 3 })),
  };
  const byPerson = { ...cluster, indicators: [], actors: [] };
  return {
    recallAnswer: recallAnswer(words, recalled(words)),
    "recallAnswer nothing": recallAnswer(words, []),
    relatedAnswer: relatedAnswer(words, { host: words, cases: recalled(words) }),
    clustersAnswer: clustersAnswer(
      Array.from({ length: long }, (_, at) => (at === 1 ? byPerson : cluster)),
      14,
    ),
    "clustersAnswer nothing": clustersAnswer([], 14),
  };
}

function ofHome(words: string | undefined, long: number): Made {
  const received = filled(said("alert.received", alert(), { at: openedAt, id: "e-received" }), words);
  const triaged = filled(said("alert.triaged", triage(), { at: openedAt, id: "e-triaged" }), words);
  const statuses = ["pending", "authorised", "executed", "rejected", "expired", "revoked"] as const;
  const settled = { by: [mia, priya], at: later, why: "why" };
  const open = [handoff(words), handoff(words, { status: "authorised", assignee: mia, carryOutBy: later })];
  const content = {
    waiting: open.map((one, at) => ({
      handoff: one,
      link: at === 0 ? "https://home.slack.com/a" : undefined,
    })),
    left: long,
    cases: [fold(received, triaged), fold(received), fold()],
    decisions: statuses.map((status) => ({ handoff: handoff(words, { status, settled }), at: later })),
    health: health(words ?? "tier2"),
  };
  const calm = { groups: [], paused: [], modelDown: undefined, waiting: 0, undone: 0 };
  return {
    homeView: homeView(content),
    "homeView of nobody": homeView({ waiting: [], left: 0, cases: [], decisions: [], health: calm }),
    closedHome: closedHome(),
    pendingAnswer: answers.pendingAnswer(
      Array.from({ length: long }, (_, at) => open[at % 2] ?? handoff(words)),
    ),
    "pendingAnswer nothing": answers.pendingAnswer([]),
    statusAnswer: statusAnswer(content.health),
    "statusAnswer well": statusAnswer(calm),
  };
}

function ofOps(words: string | undefined): Made {
  const dead = corpus("entry.dead").map((event) => filled(event, words));
  const said_ = (kind: Kind, over: boolean): Made[string] =>
    watchMessage({ id: "x", kind, over, words: words ?? "for 10 minutes", again: false });
  return {
    ...numbered(
      "opsNotice",
      opsTypes.flatMap((type) => corpus(type)),
      (event) => opsNotice(filled(event, words)),
    ),
    ...numbered("deadNotice", dead, (event) => deadNotice(event, 12)),
    ...Object.fromEntries(
      (["start", "log", "silence", "canary"] as const).flatMap((kind) =>
        [false, true].map((over) => [`watchMessage ${kind}${over ? " over" : ""}`, said_(kind, over)]),
      ),
    ),
  };
}

export function ofAnswers(words: string | undefined): Made {
  const given = words ?? "evil.example";
  const long = words === undefined ? 3 : 60;
  const received = filled(said("alert.received", alert(), { at: openedAt, id: "e-received" }), words);
  const triaged = filled(said("alert.triaged", triage(), { at: openedAt, id: "e-triaged" }), words);
  const asking = filled(said("handoff.requested", asked("p1"), { at: openedAt, id: "e-asked" }), words);
  const thread = fold(received, triaged, asking);
  const person = { name: given, personId: "m", guest: false, deactivated: false, bot: false };
  const members = [
    { ...person, principal: mia },
    { ...person, principal: { team: "cli", user: given } },
    { ...person, principal: priya, guest: true },
  ];
  const again = { action: slackActions.share, value: "recall evil.example" } as const;
  return {
    helpAnswer: answers.helpAnswer(),
    unclearAnswer: answers.unclearAnswer(given, given),
    wordsAnswer: answers.wordsAnswer(ours`Nothing waits for anybody.`),
    caseAnswer: answers.caseAnswer(thread, { ...look, sameAs: () => [], cardRef: () => "ref" }),
    withButton: answers.withButton(answers.wordsAnswer(ours`Words.`), again),
    "withButton alone": answers.withButton(undefined, { ...again, action: slackActions.openForm }),
    whoAnswer: answers.whoAnswer("IR Lead On-Call", members),
    mutedAnswer: answers.mutedAnswer([{ rule: given, host: given, until: later, by: mia }], given),
    "mutedAnswer nothing": answers.mutedAnswer([]),
    whoUnknownAnswer: answers.whoUnknownAnswer("IR Lead On-Call", given),
    "whoAnswer nobody": answers.whoAnswer("IR Lead On-Call", []),
    notice: notice(ours`Words.`),
    "notice to somebody": notice(ours`Words.`, mia),
    ...ofRecord(given, long),
    ...ofMemory(given, long),
    ...ofHome(words, long),
    ...ofOps(words),
  };
}
