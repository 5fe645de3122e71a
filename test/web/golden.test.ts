/** Each page as it is drawn, whole: what a change of the renderer changes stands in the diff of test/web/golden/. */
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { campaignLog } from "./campaign-log.ts";
import { makeCard } from "./cards.ts";
import { ask, caseLog, givenDashboard, theCase, type Given } from "./given.ts";

/** One element a line, so that a diff shows what changed; which drawing it is says nothing more. */
function inLines(body: string): string {
  return `${body
    .replaceAll(/\s+/g, " ")
    .replaceAll(/ data-version="[^"]*"/g, "")
    .replaceAll(/ ?(<[^/][^>]*>) ?/g, "\n$1")
    .replaceAll(/ +$/gm, "")
    .trim()}\n`;
}

describe("the renderer", () => {
  let given: Given;
  beforeAll(async () => {
    const cards = [
      { name: "2026-10.json", card: makeCard({ startedAt: "2026-10-01T08:00:00.000Z", missed: 3 }) },
      { name: "2026-11.json", card: makeCard({ startedAt: "2026-11-01T08:00:00.000Z", missed: 2 }) },
    ];
    const shelf = cards.map((one) => ({
      ...{ ...one, shipped: false, writtenAt: 0 },
      ranAt: Date.parse(one.card.measured.startedAt ?? ""),
    }));
    given = await givenDashboard({ events: [...caseLog(), ...campaignLog()], shelf });
  });
  afterAll(() => given.close());

  it.each([
    ["proof", "/proof"],
    ["cases", "/follow"],
    ["case", `/follow/${theCase}`],
    ["step", `/follow/${theCase}?step=4`],
    ["campaigns", "/campaigns?days=90"],
    ["floor", "/floor"],
    ["policy", "/policy"],
    ["nowhere", "/nothing"],
  ])("draws %s as it did", async (name, path) => {
    const { body } = await ask(given.url, path);
    await expect(inLines(body)).toMatchFileSnapshot(`./golden/${name}.golden`);
  });
});
