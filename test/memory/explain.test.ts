import { describe, expect, it } from "vitest";
import { z } from "zod";
import type { Bus } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { eventTypes } from "../../src/events/catalogue.ts";
import type { AnyEvent, KnownEvent } from "../../src/events/envelope.ts";
import { naturalId } from "../../src/events/ids.ts";
import { parseEvent } from "../../src/events/parse.ts";
import { whyWithheld, type Sentence } from "../../src/memory/explain-check.ts";
import { factsOf } from "../../src/memory/explain-facts.ts";
import { explain, explainEvents, unsaid, type Narration } from "../../src/memory/explain.ts";
import { fixtureLines } from "../fixtures/read.ts";
import { caseOf, closed, investigated, labelled, received, said as event, unlabelled } from "./saying.ts";

const caseId = "CASE-7K3F9QWM2T";
const log = fixtureLines("case-log.jsonl").map((line) => parseEvent(line));
const events = log.filter(({ subject }) => subject === caseId);
const said = new Map(events.map((event) => [event.id, JSON.stringify(event)]));

const Question = z.strictObject({ id: z.string(), question: z.string(), cites: z.array(z.string()) });
const questions = fixtureLines("questions.jsonl").map((line) => Question.parse(line));
const answerable = questions.filter(({ cites }) => cites.length > 0);
const unanswerable = questions.filter(({ cites }) => cites.length === 0);

async function busWith(all: readonly AnyEvent[]): Promise<Bus> {
  const bus = new LocalBus();
  await bus.open([]);
  await bus.publish(all);
  return bus;
}

function citedBy(sentences: readonly Sentence[]): string[] {
  return sentences.flatMap(({ cites }) => cites);
}

describe("the questions of the fixture", () => {
  it("are thirty that can be answered and ten that cannot, at least", () => {
    expect(answerable.length).toBeGreaterThanOrEqual(30);
    expect(unanswerable.length).toBeGreaterThanOrEqual(10);
  });

  it.each(answerable)("$id $question", ({ question, cites }) => {
    const { sentences } = explainEvents(caseId, events, question);
    expect(citedBy(sentences)).toEqual(expect.arrayContaining(cites));
    // An answer, not the whole record.
    expect(sentences.length).toBeLessThanOrEqual(cites.length + 2);
  });

  it.each(unanswerable)("$id $question: the record does not say", ({ question }) => {
    expect(explainEvents(caseId, events, question).sentences).toEqual([unsaid]);
  });
});

describe("an explanation without a narrator", () => {
  it("is a timeline of the case in log order, and what it came to", () => {
    const { sentences, timeline, withheld } = explainEvents(caseId, events);
    expect(withheld).toBe(0);
    expect(timeline.map(({ time }) => time)).toEqual(timeline.map(({ time }) => time).toSorted());
    expect(citedBy(sentences)).toEqual(
      expect.arrayContaining([
        "e01-alert",
        "e05-investigation",
        "e20-authorised",
        "e25-executed",
        "e30-closed",
      ]),
    );
  });

  it("names what was looked up in words, and quotes what is no plain word", () => {
    const looked = factsOf(events).flatMap(({ type, text }) => (type === "role.worked" ? text : []));
    expect(looked.join()).toContain(
      'looked at: host_details (hostname FIN-WS-042); decode_command (command "-enc JABjAGwA").',
    );
  });

  it("says nothing that its own check would withhold", () => {
    for (const fact of factsOf(events))
      expect([fact.text, whyWithheld(fact, said)]).toEqual([fact.text, undefined]);
  });

  it.each(["7 hosts", "Seven hosts", "2026 hosts", "8 hosts", "On 7 March"])(
    "takes no digit of an id or of a time for a number: %s",
    (what) => {
      const id = naturalId("test", "an alert", 1);
      const of = received("a", { host: "WS", time: "2026-03-02T08:00:00.000Z" });
      const record = JSON.stringify({ ...of, id, data: { ...of.data, parent: caseId } });
      expect(record).toMatch(/7/);
      expect(whyWithheld({ text: `${what} were reported.`, cites: [id] }, new Map([[id, record]]))).toMatch(
        /number/,
      );
      const when = { text: "It was reported on 2 March 2026 at 08:00 (2026-03-02 08:00).", cites: [id] };
      expect(whyWithheld(when, new Map([[id, `${record} March`]]))).toBeUndefined();
    },
  );

  it("cites events of this case alone", async () => {
    const { sentences, timeline } = await explain(await busWith(log), caseId);
    for (const id of citedBy([...sentences, ...timeline])) expect(said.has(id)).toBe(true);
  });

  it("has a sentence for every kind of event in the case that says something", () => {
    const silent = ["decision.submitted", "handoff.opened"];
    const spoken = new Set(factsOf(events).map(({ type }) => type));
    const unspoken = new Set(events.map(({ type }) => type));
    for (const type of eventTypes) {
      if (unspoken.has(type) && !silent.includes(type)) expect(spoken).toContain(type);
    }
  });

  it("has a sentence for whatever becomes of a request, and an answer to who asks about it", () => {
    const by = { team: "T1", user: "U0MIA" };
    const proposal = events.find((event) => event.type === "action.proposed");
    const proposalId = proposal?.id ?? "";
    const until = "2026-03-02T09:30:00.000Z";
    const nextTier = { role: "soc-manager-oncall", title: "SOC Manager On-Call" };
    const late: [string, KnownEvent][] = [
      ["who snoozed it?", event("handoff.snoozed", caseId, { data: { proposalId, by, until } })],
      ["who was reminded?", event("handoff.reminded", caseId, { data: { proposalId, tier: 0, share: 0.5 } })],
      [
        "nobody saw it?",
        event("handoff.unposted", caseId, { data: { proposalId, tier: 0, askedAt: until } }),
      ],
      [
        "is it overdue?",
        event("action.overdue", caseId, { data: { proposalId, share: 0.5, owners: [by], nextTier } }),
      ],
      [
        "who rolled it back?",
        event("action.rolled_back", caseId, { data: { proposalId, by, why: "A test host." } }),
      ],
    ];
    for (const [question, last] of late) {
      const { sentences } = explainEvents(caseId, [...events, last], question);
      expect(citedBy(sentences), question).toContain(last.id);
      const [fact] = factsOf([...events, last]).slice(-1);
      const record = new Map([...said, [last.id, JSON.stringify(last)]]);
      expect(fact === undefined ? "no fact" : whyWithheld(fact, record), fact?.text).toBeUndefined();
    }
  });

  it("tells the console's label as the verdict where no label of ours stands", () => {
    const verdict = (...more: KnownEvent[]): string | undefined =>
      explainEvents(caseOf("a"), [received("a"), ...more], "What is the verdict?").sentences[0]?.text;
    const console = closed("a", "false_positive");
    expect(verdict(console)).toMatch(/^ana@soc.example, as test says, labelled it false positive/);
    expect(verdict(labelled("a", "benign"), console)).toContain("U1 labelled it benign");
    const unsure = closed("a", "insufficient_data");
    expect(verdict(investigated("a", "true_positive"), unsure)).toMatch(/judged it true positive/);
    expect(verdict(console, labelled("a", "benign"), unlabelled("a"))).toContain(
      "labelled it false positive",
    );
  });

  it("does not tell a label that was withdrawn as the verdict without saying so", () => {
    const { timeline } = explainEvents(caseOf("a"), [received("a"), labelled("a", "benign")]);
    expect(timeline.map(({ text }) => text)).toEqual([
      expect.stringContaining("reported"),
      "U1 labelled it benign (slack): Looked at it.",
    ]);
  });

  it("refuses a case the log does not know", async () => {
    await expect(explain(await busWith(log), "CASE-0000000000")).rejects.toMatchObject({
      code: "case_not_found",
    });
  });

  it.each(["", "   ", "?", "x".repeat(10_000), "who ".repeat(2_500), "\u202e*[](<!channel>", "(((((("])(
    "bears any question: %s",
    (question) => {
      expect(explainEvents(caseId, events, question).sentences.length).toBeGreaterThan(0);
    },
  );
});

describe("a narrator", () => {
  const question = "Why was WS-042 isolated?";
  const narrated = async (...sentences: unknown[]) => {
    const asked: Narration[] = [];
    const answer = await explain(await busWith(log), caseId, {
      question,
      narrator: (narration) => {
        asked.push(narration);
        return Promise.resolve({ sentences });
      },
    });
    return { asked, answer };
  };
  const good = {
    text: "U0MIA authorised isolating FIN-WS-042.",
    cites: ["e20-authorised", "e13-ask-isolate"],
  };

  it("is given the facts that answer the question, and may word them", async () => {
    const { asked, answer } = await narrated(good);
    expect(asked).toMatchObject([{ caseId, question, facts: [{ cites: ["e09-propose-isolate"] }, {}, {}] }]);
    expect(answer).toMatchObject({ sentences: [good], withheld: 0 });
    expect(answer.timeline.length).toBeGreaterThan(10);
  });

  it.each([
    ["a name", { text: "U0DANA authorised isolating FIN-WS-042.", cites: good.cites }],
    ["a name at its beginning", { text: "Dana authorised it.", cites: good.cites }],
    ["a host", { text: "U0MIA authorised isolating FIN-WS-043.", cites: good.cites }],
    ["an address", { text: "It beaconed to 203.0.113.8.", cites: ["e05-investigation"] }],
    ["a number", { text: "It beaconed every 90 seconds.", cites: ["e05-investigation"] }],
    ["a number in words", { text: "Eleven people approved it.", cites: ["e19-approval"] }],
    ["a quote", { text: 'U0MIA said "burn it all down".', cites: good.cites }],
    ["a name of another event", { text: "U0SAM authorised it.", cites: ["e20-authorised"] }],
    ["an event", { text: "It was isolated.", cites: [...good.cites, "e99-invented"] }],
    ["an event of another case", { text: "It was labelled.", cites: ["k02-other-label"] }],
    ["no citation at all", { text: "It was isolated.", cites: [] }],
  ])("that invents %s has its sentence withheld and counted", async (_, bad) => {
    const { answer } = await narrated(good, bad);
    expect(answer).toMatchObject({ sentences: [good], withheld: 1 });
  });

  it.each([
    ["a share as per cent", { text: "Tier 2 was 91 % sure.", cites: ["e05-investigation"] }],
    [
      "a quote in other white space and case",
      { text: 'It ran "powershell.exe  -nop".', cites: ["e01-alert"] },
    ],
    ["a role by its title", { text: "IR Lead set SEV-2.", cites: ["e08-plan"] }],
    [
      "two people named one by one",
      { text: "U0MIA asked, U0SAM did it.", cites: ["e20-authorised", "e25-executed"] },
    ],
  ])("may tell %s", async (_, fine) => {
    const { answer } = await narrated(fine);
    expect(answer).toMatchObject({ sentences: [fine], withheld: 0 });
  });

  it("with nothing left leaves the plain record", async () => {
    const plain = explainEvents(caseId, events, question);
    const { answer } = await narrated({ text: "Nothing to see here.", cites: [] });
    expect(answer).toEqual({ ...plain, withheld: 1 });
  });

  it.each([
    ["throws", () => Promise.reject(new Error("down"))],
    ["answers nonsense", () => Promise.resolve("I think it was isolated.")],
  ])("that %s leaves the plain record, and somebody is told", async (_, narrator) => {
    const warned: string[] = [];
    const diagnostics = { warn: (__: object, message: string): void => void warned.push(message) };
    const answer = await explain(await busWith(log), caseId, { question, narrator, diagnostics });
    expect(answer).toEqual(explainEvents(caseId, events, question));
    expect(warned).toHaveLength(1);
  });

  it("is not asked what the record does not say", async () => {
    const narrator = (): Promise<unknown> => Promise.reject(new Error("it must not be asked"));
    const answer = await explain(await busWith(log), caseId, { question: "Who reopened it?", narrator });
    expect(answer.sentences).toEqual([unsaid]);
  });
});
