import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { boardTypes } from "../../slack/board.ts";
import { slackActions } from "../../slack/ids.ts";
import type { ReadOptions } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { at, cardsFor, first, opens, shownMessage } from "./asking.ts";
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

const homeOf = (user: string, fits: (words: string) => boolean): Promise<string> =>
  world.seen(({ views }) =>
    views
      .filter((view) => view.user === user && view["type"] === "home")
      .map(({ blocks }) => reads(blocks))
      .find(fits),
  );

async function open(user: string, fits: (words: string) => boolean): Promise<string> {
  await world.does("home", { user });
  return homeOf(user, fits);
}

describe("App Home", () => {
  it("shows whoever is asked what waits for them, with the card's code and the way to it", async () => {
    const card = first(await cardsFor(world, {}));
    const words = await open("U0MIA", (text) => text.includes("Waiting for you: 1"));
    expect(words).toContain("Isolate host FIN-WS-042");
    expect(words).toContain(`${caseId} · Encoded PowerShell on FIN-WS-042 · True positive`);
    const shown = await shownMessage(world, "gate", (_, { ts }) => ts === card.ts);
    const [, code] = /code \*(\S+)\*/.exec(reads(shown.blocks)) ?? [];
    expect(words).toContain(`code ${code ?? "?"}`);
    const { views } = await world.state();
    expect(buttonsOf(views.find(({ user }) => user === "U0MIA")?.blocks)).toEqual([slackActions.openCard]);
  });

  it("shows nothing of it to somebody else's tier, and nothing at all to a guest", async () => {
    await cardsFor(world, {});
    expect(await open("U0SAM", (text) => text !== "")).toContain("Nothing waits for you");
    const guest = await open("U0KAI", (text) => text !== "");
    expect(guest).toContain("guests cannot");
    expect(guest).not.toContain("FIN-WS-042");
  });

  it("says the same as the card does, as soon as it is decided, to everybody who has it open", async () => {
    const card = first(await cardsFor(world, {}));
    await open("U0MIA", (text) => text.includes("Waiting for you: 1"));
    await open("U0PRIYA", (text) => text.includes("Waiting for you: 1"));
    const form = await opens(world, "click", { user: "U0MIA", action_id: slackActions.reject, ...at(card) });
    const values = { category: "sanctioned", reason: "red team" };
    await world.does("submit", { user: "U0MIA", view_id: form.id, values });
    for (const user of ["U0MIA", "U0PRIYA"]) {
      const words = await homeOf(user, (text) => text.includes("Nothing waits for you"));
      expect(words).toContain("Rejected · Isolate host FIN-WS-042");
    }
  });

  it("follows from now on, and a log that cannot be followed ends nothing", async () => {
    await cardsFor(world, {});
    const asked: ReadOptions[] = [];
    const follow = vi.spyOn(LocalBus.prototype, "follow").mockImplementation((options) => {
      asked.push(options);
      throw new Error("the log is away");
    });
    await world.restartSlack();
    follow.mockRestore();
    expect(asked).toMatchObject([{ types: boardTypes, after: expect.stringMatching(/^\d+-0$/) as unknown }]);
    await open("U0MIA", (text) => text.includes("Waiting for you: 1"));
  });

  it("shows an authorisation to whoever is to carry it out, until it is done", async () => {
    const card = first(await cardsFor(world, {}));
    const form = await opens(world, "click", {
      user: "U0MIA",
      action_id: slackActions.authorise,
      ...at(card),
    });
    await world.does("submit", { user: "U0MIA", view_id: form.id });
    await world.event("action.decided");
    await open("U0MIA", (text) => text.includes("authorised, not done"));
    await world.does("click", { user: "U0PRIYA", action_id: slackActions.onIt, ...at(card) });
    await homeOf("U0MIA", (text) => text.includes("Nothing waits for you"));
    expect(await open("U0PRIYA", (text) => text.includes("is on it"))).toContain("authorised, not done");
  });
});
