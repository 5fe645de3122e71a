import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { CardRefs } from "../../slack/card-refs.ts";
import { pressedCard } from "../../slack/front-desk.ts";
import { boltLogger } from "../../slack/bolt-logger.ts";
import { callOptions } from "../../slack/connection.ts";
import { silent } from "../../src/diagnostics.ts";
import { manualClock } from "../../src/clock.ts";
import { shownMessage, whispered } from "./asking.ts";
import { fold, last, opened, requested } from "./folded.ts";
import { alert, caseId, mia, openedAt, proposed, publish, said } from "./given.ts";
import { reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

/** A message of the app's own that no lane posted. */
async function stray(actionId: string, value: string): Promise<{ channel: string; ts: string }> {
  const slackApiUrl = `${world.workspace.url}/api/`;
  const client = new WebClient("xoxb-local-1", { ...callOptions, slackApiUrl, logger: boltLogger(silent) });
  const text = { type: "plain_text", text: "Authorise" };
  const elements = [{ type: "button", action_id: actionId, value, text }];
  const answer = await client.apiCall("chat.postMessage", {
    ...{ channel: "C0CASES", text: "old", blocks: [{ type: "actions", elements }] },
  });
  return z.object({ channel: z.string(), ts: z.string() }).parse(answer);
}

async function decisions(): Promise<number> {
  let count = 0;
  for await (const { event } of world.bus.read({ subject: caseId })) {
    if (event.type === "decision.submitted") count += 1;
  }
  return count;
}

describe("a button that nobody listens to any more", () => {
  it("is acknowledged, and who pressed it is told", async () => {
    const place = await stray("gate_from_last_year", "x");
    const answer = await world.does("click", { user: "U0MIA", action_id: "gate_from_last_year", ...place });
    expect(answer.ack?.acked).toBe(true);
    expect(reads(answer.ephemerals.map(({ blocks }) => blocks))).toContain(
      "no longer handled. Nothing was done",
    );
  });
});

/** The reference behind the buttons of the one real card. */
async function realRef(): Promise<string> {
  await publish(
    world.bus,
    said("alert.received", alert(), { at: Date.now() }),
    said("action.proposed", proposed(), { at: Date.now(), source: "/roles/ir-lead" }),
  );
  const card = await shownMessage(world, "gate", () => true);
  const [, ref = ""] = /"value":"([\w-]{40,})"/.exec(JSON.stringify(card.blocks)) ?? [];
  expect(ref).not.toContain(caseId);
  return ref;
}

describe("a card that the log does not know", () => {
  it.each(["gate.authorise", "gate.assign", "gate.mark_done"])(
    "decides nothing with %s, though its button carries a real card's reference",
    async (actionId) => {
      const place = await stray(actionId, await realRef());
      const answer = await world.does("click", { user: "U0MIA", action_id: actionId, ...place });
      expect(answer.ack?.acked).toBe(true);
      expect(await whispered(world, "U0MIA", "not one that hatrack posted")).not.toBe("");
      expect(await decisions()).toBe(0);
    },
  );
});

describe("a reference", () => {
  const thread = fold(opened, requested());
  const request = last(thread);
  const key = new Uint8Array(32).fill(7);

  it("says nothing readable, is the same for the same request until it has served, and opens with its key alone", () => {
    const clock = manualClock(openedAt);
    const ref = new CardRefs(key, clock).of(thread, request);
    expect(new CardRefs(key, clock).of(thread, request)).toBe(ref);
    const used = fold(
      opened,
      requested(),
      said("card.used", { proposalId: "p1", by: mia, use: "0".repeat(32) }),
    );
    expect(new CardRefs(key, clock).of(used, request)).not.toBe(ref);
    expect(Buffer.from(ref, "base64url").toString("latin1")).not.toContain("CASE");
    expect(new CardRefs(key, clock).open(ref)).toMatchObject({ caseId, proposalId: "p1" });
    expect(new CardRefs(new Uint8Array(32), clock).open(ref)).toBeUndefined();
    expect(new CardRefs(key, clock).open(`${caseId}:p1`)).toBeUndefined();
  });

  it("expires", () => {
    const ref = new CardRefs(key, manualClock(openedAt)).of(thread, request);
    const days = (count: number): number => Date.parse(request.time) + count * 86_400_000;
    expect(new CardRefs(key, manualClock(days(29))).open(ref)).toBeDefined();
    expect(new CardRefs(key, manualClock(days(30))).open(ref)).toBeUndefined();
  });

  it("is not even looked at when Slack names another app", async () => {
    const refs = new CardRefs(key, manualClock(openedAt));
    const looked: string[] = [];
    const pressed = { value: refs.of(thread, request), channel: "C0CASES", ts: "1.1" };
    const find = (appId: string): Promise<unknown> =>
      pressedCard(
        { ...pressed, appId },
        {
          appId: "A0OURS",
          refs,
          find: ({ caseId: asked }) => {
            looked.push(asked);
            return Promise.resolve(undefined);
          },
        },
      );
    expect(await find("A0OTHER")).toBeUndefined();
    expect(looked).toEqual([]);
    await find("A0OURS");
    expect(looked).toEqual([caseId]);
  });
});
