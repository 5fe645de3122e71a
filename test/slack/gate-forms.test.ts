import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { menuActions, slackActions } from "../../slack/ids.ts";
import { at, cardsFor, first, opens, shownMessage, whispered, type CardPlace } from "./asking.ts";
import { caseId } from "./given.ts";
import { buttonsOf, reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const press = (user: string, action: string, card: CardPlace): ReturnType<World["does"]> =>
  world.does("click", { user, action_id: action, ...at(card) });
const form = (user: string, action: string, card: CardPlace): ReturnType<typeof opens> =>
  opens(world, "click", { user, action_id: action, ...at(card) });
const choose = (user: string, action: string, card: CardPlace): ReturnType<typeof opens> =>
  opens(world, "click", { user, action_id: slackActions.more, value: action, ...at(card) });
const submit = (user: string, view: { id: string }, values: object): ReturnType<World["does"]> =>
  world.does("submit", { user, view_id: view.id, values });

async function decisions(): Promise<string[]> {
  const said: string[] = [];
  for await (const { event } of world.bus.read({ subject: caseId })) {
    if (event.type === "decision.submitted" && !("foreign" in event)) said.push(event.data.decision);
  }
  return said;
}

describe("the form to edit what is asked", () => {
  it("shows target and parameters as they are, and asks anew under a new code", async () => {
    const card = first(
      await cardsFor(world, {
        verb: "block_indicator",
        target: { type: "indicator", value: "203.0.113.7" },
        parameters: { scope: "egress", days: "30" },
      }),
    );
    const opened = await choose("U0MIA", menuActions.edit, card);
    expect(JSON.stringify(opened.blocks)).toContain('"initial_value":"203.0.113.7"');
    const values = { target: "203.0.113[.]9", "parameter.0": "7", "parameter.1": "", reason: "a neighbour" };
    expect((await submit("U0MIA", opened, values)).errors).toEqual({});
    const again = await world.event("handoff.requested", ({ data }) => data.edited !== undefined);
    expect(again.data.ask).toMatchObject({
      target: { type: "indicator", value: "203.0.113.9" },
      parameters: { days: "7" },
    });
    const old = await shownMessage(world, "gate", (words) => words.startsWith("*Changed by a person"));
    expect(old.ts).toBe(card.ts);
    expect(buttonsOf(old.blocks)).toEqual([]);
    const asked = await shownMessage(world, "gate", (words) => words.includes(again.data.code));
    expect(reads(asked.blocks)).toContain("Block indicator 203[.]0[.]113[.]9");
  });

  it("says what is missing and records nothing", async () => {
    const card = first(await cardsFor(world, {}));
    const opened = await choose("U0MIA", menuActions.edit, card);
    const sent = await submit("U0MIA", opened, { target: "  ", reason: "why" });
    expect(Object.keys(sent.errors)).toEqual(["target"]);
    expect(await decisions()).toEqual([]);
  });
});

describe("one form for the proposals of a plan", () => {
  it("lists each whole with its code, and each tick is a decision on its own card", async () => {
    const cards = await cardsFor(
      world,
      {},
      { verb: "disable_account", target: { type: "user", value: "j.doe" } },
      { verb: "block_indicator", target: { type: "indicator", value: "203.0.113.7" } },
    );
    const head = await shownMessage(world, "gate", (words) => words.includes("Authorise all 3…"));
    const opened = await opens(world, "click", {
      ...{ user: "U0MIA", action_id: slackActions.authoriseAll },
      ...{ channel: first(cards).channel, ts: head.ts },
    });
    const words = reads(opened.blocks);
    for (const what of [
      "Isolate host FIN-WS-042",
      "Disable account j.doe",
      "Block indicator 203[.]0[.]113[.]7",
    ]) {
      expect(words).toContain(what);
    }
    await submit("U0MIA", opened, { "take.1": [] });
    await world.event("action.decided", ({ data }) => data.proposalId === cards[0]?.proposalId);
    await world.event("action.decided", ({ data }) => data.proposalId === cards[2]?.proposalId);
    expect(await decisions()).toEqual(["authorise", "authorise"]);
    const left = await shownMessage(world, "gate", (_, { ts }) => ts === cards[1]?.ts);
    expect(buttonsOf(left.blocks)).toContain(slackActions.authorise);
  });

  it("asks for one tick at least", async () => {
    const [card] = await cardsFor(world, {}, { target: { type: "host", value: "OPS-WS-031" } });
    const opened = await form("U0MIA", slackActions.authoriseAll, first(card === undefined ? [] : [card]));
    const sent = await submit("U0MIA", opened, { "take.0": [], "take.1": [] });
    expect(Object.keys(sent.errors)).toEqual(["take.0"]);
    expect(await decisions()).toEqual([]);
  });
});

describe("a card's menu", () => {
  it("hands to a person or a role, but not to both and not to nobody", async () => {
    const card = first(await cardsFor(world, {}));
    const opened = await choose("U0MIA", menuActions.handTo, card);
    expect(Object.keys((await submit("U0MIA", opened, {})).errors)).toEqual(["person"]);
    const both = { person: "U0PRIYA", role: "soc-manager-oncall" };
    expect(Object.keys((await submit("U0MIA", opened, both)).errors)).toEqual(["person"]);
    await submit("U0MIA", opened, { person: null, role: "soc-manager-oncall", reason: "mine ends" });
    const { data } = await world.event("decision.submitted");
    expect(data).toMatchObject({ decision: "delegate", to: "soc-manager-oncall", reason: "mine ends" });
  });

  it("moves the reminder by what is chosen", async () => {
    const card = first(await cardsFor(world, {}));
    const opened = await choose("U0MIA", menuActions.snooze, card);
    await submit("U0MIA", opened, { minutes: "10" });
    const { data } = await world.event("decision.submitted");
    expect(data).toMatchObject({ decision: "snooze", minutes: 10 });
  });

  it("shows the evidence whole to whoever sees the card", async () => {
    const card = first(await cardsFor(world, {}));
    const opened = await choose("U0LEE", menuActions.proof, card);
    expect(reads(opened.blocks)).toContain("encoded -enc JABjAGwA · step 3");
    expect(await decisions()).toEqual([]);
  });
});

describe("a question before a decision", () => {
  it("shows on the card that it is being looked into", async () => {
    const card = first(await cardsFor(world, {}));
    const opened = await form("U0MIA", slackActions.needInfo, card);
    await submit("U0MIA", opened, { question: "Whose laptop is it?" });
    await world.event("info.requested");
    const shown = await shownMessage(world, "gate", (words) => words.includes("asks: Whose laptop is it?"));
    expect(buttonsOf(shown.blocks)).toContain(slackActions.authorise);
  });
});

describe("somebody who left the group", () => {
  const leave = (): Promise<unknown> => world.does("usergroup", { id: "S0IRLEAD", users: ["U0PRIYA"] });

  it("between the card and the click gets no form, and is refused on the record", async () => {
    const card = first(await cardsFor(world, {}));
    await leave();
    const before = world.directoryCalls();
    const answer = await press("U0MIA", slackActions.authorise, card);
    expect(answer.view ?? undefined).toBeUndefined();
    expect((await world.event("decision.refused")).data.rule).toBe("not_a_member");
    expect(world.directoryCalls()).toBe(before + 1);
    expect(await whispered(world, "U0MIA", "Who can answer")).toContain("IR Lead On-Call");
  });

  it("between the form and its submission is refused for each proposal of a plan", async () => {
    const cards = await cardsFor(world, {}, { target: { type: "host", value: "OPS-WS-031" } });
    const opened = await form("U0MIA", slackActions.authoriseAll, first(cards));
    await leave();
    await submit("U0MIA", opened, {});
    for (const { proposalId } of cards) {
      const refused = await world.event("decision.refused", ({ data }) => data.proposalId === proposalId);
      expect(refused.data.rule).toBe("not_a_member");
    }
  });

  it("between the click and its handling is refused", async () => {
    const card = first(await cardsFor(world, {}));
    const opened = await form("U0MIA", slackActions.authorise, card);
    await world.pauseGate();
    await submit("U0MIA", opened, {});
    await leave();
    const before = world.directoryCalls();
    world.resumeGate();
    const refused = await world.event("decision.refused");
    expect(refused.data.rule).toBe("not_a_member");
    expect(world.directoryCalls()).toBe(before + 1);
  });
});
