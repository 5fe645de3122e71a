import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import { boltLogger } from "../../slack/bolt-logger.ts";
import { callOptions } from "../../slack/connection.ts";
import { silent } from "../../src/diagnostics.ts";
import { alert, caseId, proposed, publish, said } from "./given.ts";
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

describe("a card that the log does not know", () => {
  it.each(["gate.authorise", "gate.assign", "gate.mark_done"])(
    "decides nothing with %s, though its button points to a real proposal",
    async (actionId) => {
      await publish(
        world.bus,
        said("alert.received", alert(), { at: Date.now() }),
        said("action.proposed", proposed(), { at: Date.now(), source: "/roles/ir-lead" }),
      );
      const { data } = await world.event("message.posted", ({ data: posted }) => posted.kind === "gate");
      const place = await stray(actionId, `${caseId}:${data.proposalId ?? ""}`);
      const answer = await world.does("click", {
        ...{ user: "U0MIA", action_id: actionId, settle_ms: 1500 },
        ...place,
      });
      expect(answer.ack?.acked).toBe(true);
      expect(reads(answer.ephemerals.map(({ blocks }) => blocks))).toContain("not one that hatrack posted");
      expect(await decisions()).toBe(0);
    },
  );
});
