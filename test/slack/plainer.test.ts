import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ErrorCode } from "@slack/web-api";
import type { KnownBlock } from "@slack/types";
import { closedHome } from "../../slack/blocks/home.ts";
import { showView } from "../../slack/show-view.ts";
import { silent } from "../../src/diagnostics.ts";
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

describe("a view that Slack refuses", () => {
  const triesOf = async (code: string, view = closedHome()): Promise<number> => {
    let tries = 0;
    const apiCall = (): Promise<never> => {
      tries += 1;
      return Promise.reject(
        Object.assign(new Error(code), { code: ErrorCode.PlatformError, data: { error: code } }),
      );
    };
    const shown = showView(
      { client: { apiCall }, diagnostics: silent },
      { method: "views.publish", to: { user_id: "U0MIA" }, view },
    );
    await expect(shown).rejects.toThrow(code);
    return tries;
  };

  it("is sent once more only for its blocks, and only if there is something newer in them", async () => {
    expect(await triesOf("invalid_arguments")).toBe(2);
    expect(await triesOf("not_found")).toBe(1);
    expect(await triesOf("invalid_arguments", { type: "home", blocks: [{ type: "divider" }] })).toBe(1);
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

  it("still gets the card, whole, with buttons that work, their form, the answer to who asks, and App Home", async () => {
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
    expect(JSON.stringify(form.blocks)).not.toContain("rich_text");
    expect(reads(form.blocks)).toContain("Isolate host FIN-WS-042");
    await world.does("submit", { user: "U0MIA", view_id: form.id, values: {} });
    const decided = await world.event("action.decided", ({ data }) => data.proposalId === card.proposalId);
    expect(decided.data.outcome).toBe("authorised");
    await world.does("command", { user: "U0MIA", channel: card.channel, text: "/soc accuracy" });
    const answer = await world.seen(({ ephemerals }) =>
      ephemerals.map(({ blocks }) => blocks).find((blocks) => reads(blocks).includes("How often each role")),
    );
    expect(JSON.stringify(answer)).not.toContain("rich_text");
    await world.does("home", { user: "U0MIA" });
    const home = await world.seen(({ views }) =>
      views.find((view) => view["type"] === "home" && view.user === "U0MIA"),
    );
    expect(JSON.stringify(home.blocks)).not.toContain("rich_text");
    expect(reads(home.blocks)).toContain("Last decisions");
  });
});
