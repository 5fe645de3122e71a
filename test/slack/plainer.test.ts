import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { KnownBlock } from "@slack/types";
import { slackActions } from "../../slack/ids.ts";
import { plainer } from "../../slack/plainer.ts";
import { at, cardsFor, first, opens, shownMessage } from "./asking.ts";
import { everyMessage } from "./messages/every.ts";
import { isView } from "./messages/made.ts";
import { buttonsOf, reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

const older = ["section", "header", "context", "actions", "divider", "input"];
const letters = (blocks: unknown): string => reads(blocks).replace(/[^\p{L}\p{N}]/gu, "");

describe("plainer blocks", () => {
  it("hold every word and every button of every message, in blocks that all Slacks draw", () => {
    for (const [name, built] of Object.entries(everyMessage())) {
      if (isView(built)) continue;
      const simple: KnownBlock[] = plainer(built.blocks) ?? [...built.blocks];
      expect(
        simple.map(({ type }) => type).filter((type) => !older.includes(type)),
        name,
      ).toEqual([]);
      expect(letters(simple), name).toBe(letters(built.blocks));
      expect(buttonsOf(simple), name).toEqual(buttonsOf(built.blocks));
    }
  });

  it("are none where nothing newer stands", () => {
    expect(plainer([{ type: "divider" }])).toBeUndefined();
  });
});

describe("a workspace that does not take newer blocks", () => {
  let world: World;
  beforeEach(async () => {
    world = await openWorld();
  });
  afterEach(async () => {
    await world.close();
  });

  it("still gets the card, whole, with buttons that work, and the answer to who asks", async () => {
    await world.does("chaos", { unknown_blocks: ["rich_text", "table"] });
    const card = first(await cardsFor(world, {}));
    const shown = await shownMessage(world, "gate", (_, { ts }) => ts === card.ts);
    expect(JSON.stringify(shown.blocks)).not.toContain("rich_text");
    expect(reads(shown.blocks)).toContain("Isolate host FIN-WS-042");
    expect(reads(shown.blocks)).toContain("confirmed beacon; credential access");
    const form = await opens(world, "click", {
      user: "U0MIA",
      action_id: slackActions.authorise,
      ...at(card),
    });
    await world.does("submit", { user: "U0MIA", view_id: form.id, values: {} });
    const decided = await world.event("action.decided", ({ data }) => data.proposalId === card.proposalId);
    expect(decided.data.outcome).toBe("authorised");
    await world.does("command", { user: "U0MIA", channel: card.channel, text: "/soc accuracy" });
    const answer = await world.seen(({ ephemerals }) =>
      ephemerals.map(({ blocks }) => blocks).find((blocks) => reads(blocks).includes("How often each role")),
    );
    expect(JSON.stringify(answer)).not.toContain("rich_text");
  });
});
