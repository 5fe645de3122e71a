/** Needing to know more, and a case that moves on while its card is open: the real front end over Socket Mode. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { menuActions, slackActions } from "../../slack/ids.ts";
import { cardsFor, first, opens, shownMessage, whispered, type CardPlace } from "./asking.ts";
import { alert, caseId, proposed, publish, said, type Proposal } from "./given.ts";
import { buttonsOf, reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const question = "Which command line was it?";
const press = (user: string, action: string, card: Pick<CardPlace, "channel" | "ts">) =>
  opens(world, "click", { user, action_id: action, channel: card.channel, ts: card.ts });

async function choose(
  user: string,
  action: string,
  { channel, ts }: CardPlace,
  values: object,
): Promise<void> {
  const press = { user, action_id: slackActions.more, value: action, channel, ts };
  const form = await opens(world, "click", press);
  await world.does("submit", { user, view_id: form.id, values });
}

/** One run of the IR Lead: its proposals have one cause. */
const plan = (cause: string, ...over: Partial<Proposal>[]) =>
  over.map((one) => ({
    ...said("action.proposed", proposed(one), { at: Date.now(), source: "/roles/ir-lead" }),
    causationid: cause,
  }));

describe("a question before a decision", () => {
  it("is answered in the thread from the record, then by whoever knows, and the card shows both", async () => {
    const card = first(await cardsFor(world, {}));
    const asking = await press("U0MIA", slackActions.needInfo, card);
    await world.does("submit", { user: "U0MIA", view_id: asking.id, values: { question } });
    const answered = await world.event("info.answered");
    expect(answered.data.from).toBe("record");
    await shownMessage(world, "notice", (words) => words.includes("Answer, from the record"));
    await shownMessage(world, "gate", (words) => words.includes("Answer, from the record"));

    const asked = await shownMessage(world, "notice", (words) => words.includes(question));
    const form = await press("U0SAM", slackActions.answer, { channel: card.channel, ts: asked.ts });
    expect(reads(form.blocks)).toContain(`Asked: ${question}`);
    const empty = await world.does("submit", { user: "U0SAM", view_id: form.id, values: { answer: " " } });
    expect(Object.keys(empty.errors)).toEqual(["answer"]);
    const answer = "The imaging job of the lab.";
    await world.does("submit", { user: "U0SAM", view_id: form.id, values: { answer } });
    const known = await world.event("info.answered", ({ data }) => data.from === "person");
    expect(known.data).toMatchObject({ answer, by: { user: "U0SAM" }, requestId: answered.data.requestId });
    const shown = await shownMessage(world, "gate", (words) => words.includes(`Answer of @U0SAM ${answer}`));
    expect(buttonsOf(shown.blocks)).toContain(slackActions.authorise);
    await shownMessage(world, "notice", (words) => words.includes(`Answer of @U0SAM: ${answer}`));
  });

  it("is the role's that proposed it, where a model plays it: the card says who looks, then what it found", async () => {
    const ran = {
      ...{ role: "ir-lead", promptVersion: "0".repeat(64), model: "qwen3-32b", leg: "one", modelCalls: 1 },
      ...{ tokens: { input: 1, output: 1 }, milliseconds: 1, evidenceDropped: 0, positions: {} },
    };
    const source = "/roles/ir-lead";
    await publish(world.bus, said("role.worked", { ...ran, recallArm: "off", steps: [] }, { source }));
    const card = first(await cardsFor(world, {}));
    const asking = await press("U0MIA", slackActions.needInfo, card);
    await world.does("submit", { user: "U0MIA", view_id: asking.id, values: { question } });
    const looks = "IR Lead is looking into it, with its read-only tools.";
    await shownMessage(world, "gate", (words) => words.includes(looks));
    await shownMessage(world, "notice", (words) => words.includes(looks));

    const { id: requestId, data } = await world.event("info.requested");
    const step = { step: 1, tool: "process_tree", arguments: {}, result: "-enc JABj", status: "ok" } as const;
    const evidence = [{ claim: "It was encoded.", cites: "step 1", quote: "-enc JABj" }];
    const found = { proposalId: data.proposalId, requestId, role: "ir-lead", title: "IR Lead", evidence };
    await publish(
      world.bus,
      { ...said("info.found", found, { source }), causationid: requestId },
      {
        ...said(
          "role.worked",
          { ...ran, recallArm: "off", steps: [{ ...step, milliseconds: 1 }] },
          { source },
        ),
        causationid: requestId,
      },
    );
    await shownMessage(world, "gate", (words) => words.includes("Answer of IR Lead It was encoded."));
    const answer = await shownMessage(world, "notice", (words) => words.includes("Answer of IR Lead:"));
    expect(reads(answer.blocks)).toMatch(/It was encoded\..*-enc JABj/s);
    expect(reads(answer.blocks)).toContain("process tree");
  });

  it("is answered by nobody who could not say what a case was", async () => {
    const card = first(await cardsFor(world, {}));
    const asking = await press("U0MIA", slackActions.needInfo, card);
    await world.does("submit", { user: "U0MIA", view_id: asking.id, values: { question } });
    const asked = await shownMessage(world, "notice", (words) => words.includes(question));
    const form = await press("U0KAI", slackActions.answer, { channel: card.channel, ts: asked.ts });
    await world.does("submit", { user: "U0KAI", view_id: form.id, values: { answer: "All is well." } });
    expect((await world.event("decision.refused")).data).toMatchObject({ decision: "answer_info" });
    await whispered(world, "U0KAI", "Not done.");
  });
});

describe("the same action asked for in two cases", () => {
  it("is named on both cards, and said to be authorised and done on the other; nothing is decided by it", async () => {
    const target = { type: "indicator", value: "203.0.113.7" } as const;
    const mine = first(await cardsFor(world, { verb: "block_indicator", target }));
    const other = "CASE-0THER0CASE";
    await publish(
      world.bus,
      said("alert.received", alert({ caseId: other, sourceId: "ind:2" }), { subject: other, at: Date.now() }),
      said("action.proposed", proposed({ verb: "block_indicator", target }), {
        ...{ subject: other, at: Date.now(), source: "/roles/ir-lead" },
      }),
    );
    const saying = (words: string) =>
      shownMessage(world, "gate", (read, { ts }) => ts !== mine.ts && read.includes(words));
    const theirs = await saying(`Also asked in ${caseId}`);
    await shownMessage(
      world,
      "gate",
      (read, { ts }) => ts === mine.ts && read.includes(`Also asked in ${other}`),
    );
    const form = await press("U0MIA", slackActions.authorise, mine);
    await world.does("submit", { user: "U0MIA", view_id: form.id });
    expect((await saying(`Authorised, not done, in ${caseId}`)).ts).toBe(theirs.ts);
    await world.does("click", {
      user: "U0MIA",
      action_id: slackActions.markDone,
      channel: mine.channel,
      ts: mine.ts,
    });
    const done = await saying(`Already done in ${caseId}`);
    expect(buttonsOf(done.blocks)).toContain(slackActions.authorise);
    await choose("U0MIA", menuActions.rolledBack, mine, { reason: "it was ours" });
    await saying(`Done and rolled back in ${caseId}`);
    const decided = [];
    for await (const { event } of world.bus.read({ types: ["action.decided"] })) decided.push(event.subject);
    expect(decided).toEqual([caseId]);
  });
});

describe("a case that is planned again while its card is open", () => {
  it("loses that card's buttons, says so in the thread, and takes no form that was opened on it", async () => {
    await cardsFor(world);
    await publish(world.bus, ...plan("run-1", {}));
    const asked = await world.event("message.posted", ({ data }) => data.kind === "gate");
    const { channel, ts, proposalId } = asked.data;
    const form = await press("U0MIA", slackActions.authorise, { channel, ts });
    await publish(world.bus, ...plan("run-2", { rationale: "a second host has it as well" }));
    const old = await shownMessage(world, "gate", (words) => words.startsWith("*Superseded"));
    expect(old.ts).toBe(ts);
    expect(buttonsOf(old.blocks)).toEqual([]);
    await shownMessage(world, "notice", (words) => words.includes("Superseded: the case has changed"));
    await shownMessage(world, "gate", (words) => words.includes("a second host has it as well"));
    await world.does("submit", { user: "U0MIA", view_id: form.id });
    const refused = await world.event("decision.refused");
    expect(refused.data).toMatchObject({ rule: "already_decided", proposalId });
    expect(await whispered(world, "U0MIA", "Not done.")).toContain("Already superseded");
  });
});
