import { afterEach, beforeEach, describe, expect, it } from "vitest";
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
  const at = Date.now();
  await publish(
    world.bus,
    said("alert.received", alert(), { at }),
    said("alert.triaged", triage(), { at, source: "/roles/sentinel" }),
    said("action.proposed", proposed(), { at, source: "/roles/ir-lead" }),
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
