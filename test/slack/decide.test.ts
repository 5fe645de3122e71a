import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { slackActions } from "../../slack/ids.ts";
import { alert, caseId, proposed, publish, said, triage } from "./given.ts";
import { buttonsOf, reads } from "./reads.ts";
import { openWorld, type ShownMessage, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const byKind = (kind: string) => (message: ShownMessage) => message.metadata?.event_payload.kind === kind;

/** The case is opened, triaged, and one action is proposed: the card stands in its thread. */
async function cardFor(over: Parameters<typeof proposed>[0] = {}): Promise<{ channel: string; ts: string }> {
  const at = Date.now();
  await publish(
    world.bus,
    said("alert.received", alert(), { at }),
    said("alert.triaged", triage(), { at, source: "/roles/sentinel" }),
    said("action.proposed", proposed(over), { at, source: "/roles/ir-lead" }),
  );
  const posted = await world.event("message.posted", ({ data }) => data.kind === "gate");
  const { proposalId } = posted.data;
  await world.event("handoff.opened", ({ data }) => data.proposalId === proposalId);
  return { channel: posted.data.channel, ts: posted.data.ts };
}

const cardNow = (fits: (words: string) => boolean): Promise<ShownMessage> =>
  world.seen((state) =>
    state.channels
      .flatMap((channel) => channel.messages.flatMap((message) => message.replies))
      .find((reply) => byKind("gate")(reply) && fits(reads(reply.blocks))),
  );

const whisperedTo = (user: string, words: string): Promise<string> =>
  world.seen((state) =>
    state.ephemerals
      .filter((ephemeral) => ephemeral.only_visible_to === user)
      .map((ephemeral) => reads(ephemeral.blocks))
      .find((text) => text.includes(words)),
  );

describe("a card in the workspace", () => {
  it("asks one on-call role by mention, in the case's thread, in the channel and by direct message", async () => {
    await cardFor();
    const card = await cardNow((words) => words.includes("Answer by"));
    const words = reads(card.blocks);
    expect(words).toContain("*Action required from: IR Lead On-Call* <!subteam^S0IRLEAD>");
    expect(words).toContain("Isolate host FIN-WS-042");
    expect(words).toContain("then SOC Manager On-Call is asked.");
    expect(words).toContain("hatrack proposes and never executes: a person carries this out.");
    expect(card["subtype"]).toBe("thread_broadcast");
    const copies = await world.seen((state) => {
      const found = state.channels.filter((c) => c.is_im).flatMap((c) => c.messages.filter(byKind("direct")));
      return found.length === 2 ? found : undefined;
    });
    expect(copies.map(({ blocks }) => buttonsOf(blocks))).toEqual([["open.card"], ["open.card"]]);
  });

  it("refuses a stranger's press on the record and tells them alone who can answer", async () => {
    const card = await cardFor();
    const answer = await world.does("click", { user: "U0LEE", action_id: slackActions.authorise, ...card });
    expect(answer.ack?.acked).toBe(true);
    expect(answer.view ?? undefined).toBeUndefined();
    const refused = await world.event("decision.refused");
    expect(refused.data).toMatchObject({ rule: "not_a_member", principal: { user: "U0LEE" } });
    expect(await whisperedTo("U0LEE", "Who can answer")).toContain("IR Lead On-Call");
  });

  it("turns into what is to be done when a member authorises it, and into done when it is done", async () => {
    const card = await cardFor();
    const opened = await world.does("click", { user: "U0MIA", action_id: slackActions.authorise, ...card });
    expect(reads(opened.view?.blocks)).toContain("Isolate host FIN-WS-042");
    const sent = await world.does("submit", { user: "U0MIA", view_id: opened.view?.id });
    expect(sent.errors).toEqual({});
    const decided = await world.event("action.decided");
    expect(decided.data).toMatchObject({
      outcome: "authorised",
      by: [{ team: "T0NORTHWIND", user: "U0MIA" }],
    });
    const todo = await cardNow((words) => words.includes("not done"));
    expect(reads(todo.blocks)).toContain("Isolate FIN-WS-042 in Falcon");
    expect(buttonsOf(todo.blocks)).toEqual([
      "gate.mark_done",
      "gate.could_not_do",
      "gate.assign",
      "open.console",
      "gate.more",
    ]);
    await world.does("click", { user: "U0MIA", action_id: slackActions.markDone, ...card });
    await world.event("action.executed");
    const done = await cardNow((words) => words.startsWith("*Done*"));
    expect(buttonsOf(done.blocks)).toEqual(["gate.more"]);
    await world.seen((state) => {
      const copies = state.channels
        .filter((c) => c.is_im)
        .flatMap((c) => c.messages.filter(byKind("direct")));
      return copies.every(({ blocks }) => reads(blocks).includes("· Done")) ? copies : undefined;
    });
  });

  it("asks for a reason before anything is rejected, and shows it on the card", async () => {
    const card = await cardFor();
    const opened = await world.does("click", { user: "U0PRIYA", action_id: slackActions.reject, ...card });
    const form = { user: "U0PRIYA", view_id: opened.view?.id };
    const why = { category: { category: "sanctioned" } };
    const blank = await world.does("submit", { ...form, values: { ...why, reason: { reason: "  " } } });
    expect(Object.keys(blank.errors)).toEqual(["reason"]);
    await world.does("submit", { ...form, values: { ...why, reason: { reason: "planned red team" } } });
    const decided = await world.event("action.decided");
    expect(decided.data).toMatchObject({ outcome: "rejected", why: "planned red team" });
    const closed = await cardNow((words) => words.startsWith("*Rejected*"));
    expect(reads(closed.blocks)).toContain("planned red team");
    expect(buttonsOf(closed.blocks)).toEqual([]);
  });

  it("puts a question into the thread and leaves the card open", async () => {
    const card = await cardFor();
    const opened = await world.does("click", { user: "U0MIA", action_id: slackActions.needInfo, ...card });
    const values = { question: { question: "Whose laptop is *it*?" } };
    await world.does("submit", { user: "U0MIA", view_id: opened.view?.id, values });
    const { data } = await world.event("message.posted", ({ data: posted }) => posted.kind === "notice");
    const said_ = await world.seen((state) =>
      state.channels
        .flatMap((channel) => channel.messages.flatMap((message) => message.replies))
        .find(({ ts }) => ts === data.ts),
    );
    expect(reads(said_.blocks)).toContain("needs to know: Whose laptop is *it*?");
    expect(JSON.stringify(said_.blocks)).not.toContain("mrkdwn");
    expect(buttonsOf((await cardNow(() => true)).blocks)).toContain(slackActions.authorise);
  });

  it("records why something authorised could not be done", async () => {
    const card = await cardFor();
    const opened = await world.does("click", { user: "U0MIA", action_id: slackActions.authorise, ...card });
    await world.does("submit", { user: "U0MIA", view_id: opened.view?.id });
    await cardNow((words) => words.includes("not done"));
    const form = await world.does("click", { user: "U0MIA", action_id: slackActions.couldNotDo, ...card });
    const values = { reason: { reason: "the sensor is offline" } };
    await world.does("submit", { user: "U0MIA", view_id: form.view?.id, values });
    const closed = await cardNow((words) => words.startsWith("*Could not be done*"));
    expect(reads(closed.blocks)).toContain("the sensor is offline");
    expect(buttonsOf(closed.blocks)).toEqual([]);
  });

  it("takes a double click for one act each and one outcome", async () => {
    const card = await cardFor();
    const opened = await world.does("click", { user: "U0MIA", action_id: slackActions.authorise, ...card });
    const form = { user: "U0MIA", view_id: opened.view?.id };
    await Promise.all([world.does("submit", form), world.does("submit", form)]);
    await cardNow((words) => words.includes("not done"));
    const press = { user: "U0MIA", action_id: slackActions.markDone, ...card };
    await Promise.all([world.does("click", press), world.does("click", press)]);
    await world.event("action.executed");
    const kinds: string[] = [];
    for await (const { event } of world.bus.read({ subject: caseId })) kinds.push(event.type);
    expect(kinds.filter((type) => type === "action.decided")).toHaveLength(1);
    expect(kinds.filter((type) => type === "action.executed")).toHaveLength(1);
  });

  it("tells who presses a stale card what came of it", async () => {
    const card = await cardFor();
    const first = await world.does("click", { user: "U0MIA", action_id: slackActions.authorise, ...card });
    const second = await world.does("click", { user: "U0PRIYA", action_id: slackActions.authorise, ...card });
    await world.does("submit", { user: "U0MIA", view_id: first.view?.id });
    await world.event("action.decided");
    await world.does("submit", { user: "U0PRIYA", view_id: second.view?.id });
    const words = await whisperedTo("U0PRIYA", "Already authorised");
    expect(words).toContain("Already authorised by @U0MIA");
  });

  it("checks rights again when the form is sent", async () => {
    const card = await cardFor();
    const opened = await world.does("click", { user: "U0MIA", action_id: slackActions.authorise, ...card });
    await world.does("usergroup", { id: "S0IRLEAD", users: ["U0PRIYA"] });
    await world.does("submit", { user: "U0MIA", view_id: opened.view?.id });
    const refused = await world.event("decision.refused");
    expect(refused.data.rule).toBe("not_a_member");
    expect(await whisperedTo("U0MIA", "Who can answer")).toContain("IR Lead On-Call");
  });
});
