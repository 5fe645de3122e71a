import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { slackActions } from "../../slack/ids.ts";
import { at, cardsFor, first, opens, shownMessage } from "./asking.ts";
import { alert, caseId, proposed, publish, said, triage } from "./given.ts";
import { openWorld, type ShownMessage, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

async function happens(): Promise<void> {
  const now = { at: Date.now() };
  await publish(
    world.bus,
    said("alert.received", alert(), now),
    said("alert.triaged", triage(), { ...now, source: "/roles/sentinel" }),
    said("action.proposed", proposed(), { ...now, source: "/roles/ir-lead" }),
  );
}

const kindOf = (message: ShownMessage): string => message.metadata?.event_payload.kind ?? "";

async function kinds(): Promise<string[]> {
  const { channels } = await world.state();
  return channels
    .flatMap(({ messages }) => messages.flatMap((m) => [kindOf(m), ...m.replies.map(kindOf)]))
    .sort();
}

const wholeCase = ["direct", "direct", "finding", "gate", "root"];

describe("on a bad day of Slack's", () => {
  it("every message stands once though answers are lost after their effect", async () => {
    await world.does("chaos", {
      http_500_after_effect: 2,
      cut_after_effect: 1,
      methods: ["chat.postMessage"],
    });
    await happens();
    const copies = new Set<string>();
    await world.event(
      "message.posted",
      ({ data }) => data.kind === "direct" && copies.add(data.channel).size === 2,
    );
    await world.event("message.posted", ({ data }) => data.kind === "finding");
    expect(await kinds()).toEqual(wholeCase);
  });

  it("waits for as long as a 429 asks and loses nothing", async () => {
    await world.does("chaos", { http_429: 3, retry_after: 1, methods: ["chat.postMessage"] });
    await happens();
    await world.event("message.posted", ({ data }) => data.kind === "gate");
    await world.event("message.posted", ({ data }) => data.kind === "finding");
    expect((await kinds()).filter((kind) => kind !== "direct")).toEqual(["finding", "gate", "root"]);
  });

  it("a chatter that Slack holds up for half a minute holds up no form and no card (lesson 26)", async () => {
    const card = first(await cardsFor(world, {}));
    await world.does("chaos", { http_429: 100, retry_after: 30, methods: ["chat.postMessage"] });
    const report = { campaigns: [], techniques: [], indicators: [], evidence: [], evidenceDropped: 0 };
    await publish(
      world.bus,
      said(
        "intel.reported",
        { summary: "Seen before.", severityAdvice: "keep", ...report },
        { at: Date.now() },
      ),
    );
    const form = await opens(world, "click", {
      user: "U0MIA",
      action_id: slackActions.authorise,
      ...at(card),
    });
    await world.does("submit", { user: "U0MIA", view_id: form.id });
    await shownMessage(world, "gate", (words) => words.startsWith("*Authorised, not done*"));
    expect(await kinds()).not.toContain("notice");
    expect((await kinds()).filter((kind) => kind === "finding")).toHaveLength(1);
  });

  it("finds its thread again after a restart and draws what happened meanwhile", async () => {
    await happens();
    await world.event("message.posted", ({ data }) => data.kind === "gate");
    await world.event("message.posted", ({ data }) => data.kind === "finding");
    await world.slack.close();
    const again = triage({ summary: "A second look.", priority: 8 });
    await publish(world.bus, said("alert.triaged", again, { at: Date.now(), source: "/roles/sentinel" }));
    await world.restartSlack();
    await world.seen((state) =>
      state.channels
        .flatMap(({ messages }) => messages)
        .find(
          (message) => kindOf(message) === "root" && JSON.stringify(message.blocks).includes("priority 8"),
        ),
    );
    expect((await kinds()).filter((kind) => kind === "root" || kind === "finding")).toEqual([
      "finding",
      "root",
    ]);
  });

  it("records one decision though Slack delivers the press twice", async () => {
    await happens();
    const { data } = await world.event("message.posted", ({ data: posted }) => posted.kind === "gate");
    await world.does("chaos", { duplicate: 1 });
    const place = { channel: data.channel, ts: data.ts };
    await world.does("click", { user: "U0MIA", action_id: "gate.assign", ...place });
    await world.event("case.assigned");
    let decisions = 0;
    for await (const { event } of world.bus.read({ subject: caseId })) {
      if (event.type === "decision.submitted") decisions += 1;
    }
    expect(decisions).toBe(1);
  });
});
