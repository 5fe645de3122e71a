import { WebClient } from "@slack/web-api";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { boltLogger } from "../../slack/bolt-logger.ts";
import { callOptions } from "../../slack/connection.ts";
import { slackActions } from "../../slack/ids.ts";
import { silent } from "../../src/diagnostics.ts";
import { at, cardsFor, first, opens, shownMessage } from "./asking.ts";
import { quiet } from "./chaos-run.ts";
import { caseId } from "./given.ts";
import { buttonsOf, reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
let client: WebClient;
beforeEach(async () => {
  world = await openWorld();
  const slackApiUrl = `${world.workspace.url}/api/`;
  client = new WebClient("xoxb-local-1", { ...callOptions, slackApiUrl, logger: boltLogger(silent) });
});
afterEach(async () => {
  await world.close();
});

describe("a pass over the cards", () => {
  it("changes nothing where nothing differs", async () => {
    await cardsFor(world, {});
    await shownMessage(world, "gate", (words) => words.includes("Answer by"));
    await world.seen(({ channels }) => {
      const copies = channels.filter((c) => c.is_im).flatMap(({ messages }) => messages);
      const drawn = copies.filter(({ blocks }) => reads(blocks).includes("answer by"));
      return drawn.length === 2 ? drawn : undefined;
    });
    expect(await world.slack.reconcile()).toMatchObject({ repaired: 0, struck: 0 });
  });

  it("posts a card again that somebody deleted, and it can be answered there", async () => {
    const card = first(await cardsFor(world, {}));
    await client.apiCall("chat.delete", at(card));
    expect((await world.slack.reconcile()).repaired).toBe(1);
    const again = await world.event(
      "message.posted",
      ({ data }) => data.kind === "gate" && data.ts !== card.ts,
    );
    const place = { channel: again.data.channel, ts: again.data.ts };
    const form = await opens(world, "click", { user: "U0MIA", action_id: slackActions.authorise, ...place });
    await world.does("submit", { user: "U0MIA", view_id: form.id });
    expect((await world.event("action.decided")).data.outcome).toBe("authorised");
    await quiet(world);
    expect((await world.slack.reconcile()).repaired).toBe(0);
  });

  it("puts right a card that another token edited", async () => {
    const card = first(await cardsFor(world, {}));
    const shown = await shownMessage(world, "gate", (_, { ts }) => ts === card.ts);
    const blocks = JSON.parse(JSON.stringify(shown.blocks).replaceAll("FIN-WS-042", "FIN-WS-999")) as unknown;
    await client.apiCall("chat.update", { ...at(card), text: "x", blocks });
    await shownMessage(world, "gate", (words) => words.includes("FIN-WS-999"));
    expect((await world.slack.reconcile()).repaired).toBe(1);
    const right = await shownMessage(world, "gate", (_, { ts }) => ts === card.ts);
    expect(reads(right.blocks)).toContain("Isolate host FIN-WS-042");
  });

  it("puts right the same forgery again when it comes back", async () => {
    const card = first(await cardsFor(world, {}));
    const shown = await shownMessage(world, "gate", (_, { ts }) => ts === card.ts);
    const blocks = JSON.parse(JSON.stringify(shown.blocks).replaceAll("FIN-WS-042", "FIN-WS-999")) as unknown;
    for (const _ of ["once", "again"]) {
      await client.apiCall("chat.update", { ...at(card), text: "x", blocks });
      expect((await world.slack.reconcile()).repaired).toBe(1);
      expect((await world.slack.reconcile()).repaired).toBe(0);
    }
  });

  it("puts it right when the same forgery comes back before it was looked at again", async () => {
    const card = first(await cardsFor(world, {}));
    const shown = await shownMessage(world, "gate", (_, { ts }) => ts === card.ts);
    const blocks = JSON.parse(JSON.stringify(shown.blocks).replaceAll("FIN-WS-042", "FIN-WS-999")) as unknown;
    for (const _ of ["once", "again"]) {
      await client.apiCall("chat.update", { ...at(card), text: "x", blocks });
      expect((await world.slack.reconcile()).repaired).toBe(1);
    }
  });

  it("tries again what Slack did not take", async () => {
    const card = first(await cardsFor(world, {}));
    const copies = new Set<string>();
    await world.event(
      "message.posted",
      ({ data }) => data.kind === "direct" && copies.add(data.channel).size === 2,
    );
    await world.event("message.posted", ({ data }) => data.kind === "finding");
    await client.apiCall("chat.delete", at(card));
    await world.does("chaos", { http_500: 1, methods: ["chat.postMessage"] });
    expect(await world.slack.reconcile()).toMatchObject({ repaired: 0, failed: 1 });
    expect(await world.slack.reconcile()).toMatchObject({ repaired: 1, failed: 0 });
    await world.event("message.posted", ({ data }) => data.kind === "gate" && data.ts !== card.ts);
  });

  it("looks at everything else though one case could not be compared, and at that one the next time", async () => {
    await cardsFor(world, {});
    await world.does("chaos", { http_429: 1, methods: ["conversations.replies"] });
    const without = await world.slack.reconcile();
    expect(without.failed).toBe(1);
    expect(without.seen).toBeGreaterThan(0);
    const whole = await world.slack.reconcile();
    expect(whole.failed).toBe(0);
    expect(whole.seen).toBeGreaterThan(without.seen);
  });

  it("asks no further where Slack takes nothing", async () => {
    await cardsFor(world, {});
    await world.does("chaos", { http_429: 100, methods: ["conversations.replies", "conversations.history"] });
    expect(await world.slack.reconcile()).toMatchObject({ seen: 0, failed: 3 });
    await world.does("chaos", { clear: true });
    expect(await world.slack.reconcile()).toMatchObject({ failed: 0 });
  });

  it("strikes through a card whose event is not on the log, and it has no buttons left", async () => {
    await cardsFor(world, {});
    const payload = { event_id: "forged", kind: "gate", case_id: caseId, proposal_id: "p" };
    const text = { type: "plain_text", text: "Authorise…" };
    const elements = [{ type: "button", action_id: slackActions.authorise, value: `${caseId}:p`, text }];
    await client.apiCall("chat.postMessage", {
      ...{ channel: "C0CASES", text: "Action required", blocks: [{ type: "actions", elements }] },
      metadata: { event_type: "hatrack", event_payload: payload },
    });
    expect((await world.slack.reconcile()).struck).toBe(1);
    const struck = await shownMessage(world, "gate", (words) =>
      words.includes("No record stands behind this card"),
    );
    expect(buttonsOf(struck.blocks)).toEqual([]);
    expect((await world.slack.reconcile()).struck).toBe(0);
  });

  it("posts a root again that somebody deleted", async () => {
    await cardsFor(world, {});
    const { data } = await world.event("message.posted", (event) => event.data.kind === "root");
    await client.apiCall("chat.delete", { channel: data.channel, ts: data.ts });
    await world.slack.reconcile();
    await world.event("message.posted", (event) => event.data.kind === "root" && event.data.ts !== data.ts);
  });
});
