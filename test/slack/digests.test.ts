/** Digests in a workspace, for real: words, then a picture that the workspace serves, and answers by button. */
import { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { boltLogger } from "../../slack/bolt-logger.ts";
import { callOptions } from "../../slack/connection.ts";
import { silent } from "../../src/diagnostics.ts";
import { alert, publish, said, triage } from "./given.ts";
import { campaign, cases, shift, tuning, tuningId, window } from "./digest-given.ts";
import { opens, shownMessage, whispered } from "./asking.ts";
import { buttonsOf, reads } from "./reads.ts";
import { openWorld, type ShownMessage, type World } from "./world.ts";

let world: World;

beforeAll(async () => {
  world = await openWorld();
  const [caseId] = cases;
  await publish(
    world.bus,
    said("alert.received", alert({ caseId }), { subject: caseId, at: Date.now() }),
    said("alert.triaged", triage(), { subject: caseId, at: Date.now(), source: "/roles/sentinel" }),
  );
});

afterAll(() => world.close());

const Image = z.object({
  type: z.literal("image"),
  slack_file: z.object({ id: z.string() }),
  alt_text: z.string(),
});

function imageOf({ blocks }: ShownMessage): z.infer<typeof Image> | undefined {
  return blocks.map((block) => Image.safeParse(block)).find(({ success }) => success)?.data;
}

const pictured = (eventId: string): Promise<unknown> =>
  world.event("message.posted", ({ data }) => data.eventId === eventId && data.picture !== undefined);

describe("in a workspace", () => {
  it("a campaign is words with a picture beside them, and grows in its thread", async () => {
    const [one, grown] = [campaign(), campaign({ caseIds: [...cases], cases: 4, before: 3 })];
    await publish(world.bus, one);
    await pictured(one.id);
    const message = await shownMessage(world, "digest", (words) => words.includes("Campaign: 3 cases"));
    const image = imageOf(message);
    expect(image?.alt_text).toContain("3 cases");
    expect(reads(message.blocks)).toContain("evil[.]example");

    await publish(world.bus, grown);
    await pictured(grown.id);
    const later = await shownMessage(world, "digest", (words) => words.includes("Campaign: 4 cases"));
    expect(later.ts).toBe(message.ts);
    expect(imageOf(later)?.slack_file.id).not.toBe(image?.slack_file.id);
    await shownMessage(world, "digest", (words) => words.includes("Grown from 3 to 4 cases"));
  });

  it("the words come through when no upload does", async () => {
    await world.does("chaos", { http_500: 1, methods: ["files.getUploadURLExternal"] });
    const event = shift();
    await publish(world.bus, event);
    await shownMessage(world, "digest", (words) => words.startsWith("Shift summary"));
    const state = await world.state();
    const shown = state.channels.flatMap(({ messages }) => messages).map(({ blocks }) => reads(blocks));
    expect(shown.filter((words) => words.startsWith("Shift summary"))).toHaveLength(1);
  });

  it("a tuning is answered by who may, told to who may not, and shows what became of it", async () => {
    const event = tuning();
    await publish(world.bus, event);
    const message = await shownMessage(world, "digest", (words) => words.startsWith("Tuning:"));
    const press = { action_id: "tuning.accept", value: `${event.id}:${tuningId}`, channel: "C0DIGEST" };
    const decline = { ...press, action_id: "tuning.decline", ts: message.ts };
    await world.does("click", { user: "U0KAI", ...press, ts: message.ts });
    await whispered(world, "U0KAI", "SOC Analysts");
    expect((await world.event("decision.refused")).data).toMatchObject({ decision: "accept_tuning" });

    const view = await opens(world, "click", { user: "U0LEE", ...decline });
    const empty = await world.does("submit", { user: "U0LEE", view_id: view.id, values: { reason: " " } });
    expect(Object.keys(empty.errors)).toEqual(["reason"]);
    const values = { reason: "the agent is being replaced" };
    await world.does("submit", { user: "U0LEE", view_id: view.id, values });
    expect((await world.event("tuning.decided")).data).toMatchObject({ tuningId, outcome: "declined" });
    const after = await shownMessage(world, "digest", (words) => words.includes("Declined by @U0LEE"));
    expect(after.ts).toBe(message.ts);
    expect(buttonsOf(after.blocks)).toEqual(["tuning.filter"]);
  });

  it("a button on a message that the log does not know answers nothing", async () => {
    const event = tuning({ window: { ...window, end: "2026-03-02T14:00:00.000Z" } });
    await publish(world.bus, event);
    await world.event("message.posted", ({ data }) => data.eventId === event.id);
    const slackApiUrl = `${world.workspace.url}/api/`;
    const client = new WebClient("xoxb-local-1", { ...callOptions, slackApiUrl, logger: boltLogger(silent) });
    const text = { type: "plain_text", text: "Accept" };
    const value = `${event.id}:${tuningId}`;
    const elements = [{ type: "button", action_id: "tuning.accept", value, text }];
    const answer = await client.apiCall("chat.postMessage", {
      ...{ channel: "C0DIGEST", text: "forged", blocks: [{ type: "actions", elements }] },
    });
    const place = z.object({ channel: z.string(), ts: z.string() }).parse(answer);
    await world.does("click", { user: "U0LEE", action_id: "tuning.accept", ...place });
    expect(await whispered(world, "U0LEE", "not one that hatrack posted")).not.toBe("");
  });
});
