import { describe, expect, it } from "vitest";
import { AccuracyFold } from "../../src/memory/accuracy.ts";
import { html, type Html } from "../../slack/workspace/page/html.ts";
import { campaignsPage } from "../../web/pages/campaigns.ts";
import { casesPage } from "../../web/pages/cases.ts";
import { floorPage } from "../../web/pages/floor.ts";
import { table } from "../../web/pages/parts.ts";
import { policyPage } from "../../web/pages/policy.ts";
import { proofPage } from "../../web/pages/proof.ts";
import { band, delta, rate } from "../../web/pages/rates.ts";
import { shell } from "../../web/pages/shell.ts";
import type { Page } from "../../web/page.ts";
import { CaseList, search } from "../../web/read/case-list.ts";
import { floorView } from "../../web/read/floor-view.ts";
import { Floor } from "../../web/read/floor.ts";
import { proofView } from "../../web/read/proof.ts";
import { readCard, type Shelf } from "../../web/read/scorecards.ts";
import { Uptime } from "../../web/read/uptime.ts";
import { coarsely, lasting, utc } from "../../web/said.ts";
import { makeCard, type CardWish } from "./cards.ts";
import { shippedPolicy } from "./given.ts";

/** Words of a page, as a reader without eyes for layout has them. */
function words(page: Page | Html): string {
  const drawn =
    "regions" in page ? page.regions.map(({ html: region }) => region.toString()).join(" ") : page.toString();
  return drawn
    .replaceAll(/<[^>]*>/g, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
}

const noLabels = new AccuracyFold().report();
const now = Date.parse("2026-11-23T09:00:00.000Z");

function shelved(name: string, wish: CardWish & { readonly shipped?: boolean } = {}): Shelf[number] {
  const { shipped = false } = wish;
  return readCard({ name, shipped, writtenAt: now }, JSON.stringify(makeCard({ tickets: 30, ...wish })));
}

const proof = (shelf: Shelf, asked?: string): string =>
  words(proofPage(proofView(shelf, { asked, accuracy: noLabels })));

describe("a page with nothing to show", () => {
  it("says what it would show and the command that fills it", () => {
    const list = new CaseList();
    const query = { text: "", verdict: undefined, sev: undefined, state: undefined, page: 1 };
    const moment = { now, groups: [], uptime: new Uptime(), order: [] };
    const empties = [
      casesPage({ query, found: search(list, query), total: 0, now }),
      campaignsPage({ days: 14, asOf: 0, campaigns: [], cases: 0 }, undefined),
      floorPage(floorView(new Floor(), moment)),
    ].map(words);
    expect(empties).toEqual([
      expect.stringContaining(
        "The log holds no case yet. A case opens with its alert. Run the whole SOC on the sample alerts: npm start",
      ),
      expect.stringContaining(
        "The log holds no case yet, so there is no campaign among them. Run the whole SOC on the sample alerts: npm start",
      ),
      expect.stringContaining("No role has worked on this log yet. Run them all: npm start"),
    ]);
    expect(proof([])).toContain(
      "There is no scorecard yet. How right the roles are is measured on tickets that people have closed.",
    );
    expect(proof([])).toContain("hatrack -- replay tickets.jsonl");
  });

  it("says of cases without a campaign what one takes", () => {
    expect(words(campaignsPage({ days: 7, asOf: now, campaigns: [], cases: 12 }, undefined))).toContain(
      "No campaign among the cases opened in the 7 days before 2026-11-23: it takes three cases that share a strong indicator",
    );
  });
});

describe("Proof", () => {
  it("shows the latest result, never a dry run, and says what it is", () => {
    const shelf = [
      shelved("old.json", { startedAt: "2026-10-01T00:00:00.000Z", model: "qwen3-32b" }),
      shelved("new.json", { startedAt: "2026-11-01T00:00:00.000Z", model: "qwen3-32b" }),
      shelved("dry.json", { startedAt: "2026-11-20T00:00:00.000Z", mode: "dry-run" }),
    ];
    const shown = proof(shelf);
    expect(shown).toContain("new.json");
    expect(shown).toContain("1 dry run beside them: canned answers prove the plumbing and are no result");
    expect(
      proofView(shelf, { asked: undefined, accuracy: noLabels }).history.map(({ name }) => name),
    ).toEqual(["new.json", "old.json"]);
    expect(proof(shelf, "dry.json")).toContain(
      "dry.json is a dry run: its answers were canned, so it is no result",
    );
    expect(proof(shelf, "old.json")).toContain("Played by qwen3-32b");
    expect(proof([shelved("dry.json", { mode: "dry-run" })])).toContain(
      "There is no scorecard yet (1 dry run only: canned answers are no result)",
    );
  });

  it("labels the one that comes with hatrack, until there is one of one's own", () => {
    const shipped = shelved("shipped.json", { shipped: true });
    expect(proof([shipped])).toContain("Played by rules on invented tickets.");
    expect(proof([shipped])).toContain("in tests a scripted server stands in for one");
    const own = shelved("own.json", { startedAt: "2020-01-01T00:00:00.000Z" });
    expect(proof([shipped, own])).not.toContain("invented tickets");
    expect(proof([shipped, own])).toContain("own.json");
  });

  it("says of an older or newer schema, and of what is no scorecard, what was expected", () => {
    const file = { name: "x.json", shipped: false, writtenAt: 0 };
    const problem = (text: string): unknown => readCard(file, text);
    expect(problem('{"schema":"hatrack.scorecard/0"}')).toMatchObject({
      problem:
        'an older schema, "hatrack.scorecard/0"; expected "hatrack.scorecard/1": run the tickets again with hatrack replay',
    });
    expect(problem('{"schema":"hatrack.scorecard/7"}')).toMatchObject({
      problem: expect.stringContaining("a newer schema") as unknown,
    });
    expect(problem("{")).toMatchObject({
      problem: expect.stringContaining("expected one JSON scorecard") as unknown,
    });
    expect(problem("[]")).toMatchObject({ problem: 'expected a scorecard, with "schema"' });
    expect(problem('{"schema":"hatrack.scorecard/1"}')).toMatchObject({
      problem: expect.stringMatching(/^result: /) as unknown,
    });
    const broken = readCard(file, '{"schema":"hatrack.scorecard/0"}');
    expect(proof([broken, shelved("good.json")])).toContain("Not readable x.json : an older schema");
    expect(proof([broken, shelved("good.json")], "x.json")).toContain(
      "x.json cannot be read: an older schema",
    );
  });

  it("counts as the card does: what was missed first, then by role, against something simple, with and without recall", () => {
    const card = makeCard({ tickets: 60, missed: 2 });
    const { tp, fp, fn, tn } = card.result.escalation[card.result.headlinePart].withReview.confusion;
    const shown = proof([readCard({ name: "a.json", shipped: false, writtenAt: 0 }, JSON.stringify(card))]);
    expect(shown).toContain(
      `People escalated ${tp} caught ${fn} missed ${tp + fn} People did not ${fp} asked for nothing ${tn} rightly quiet`,
    );
    expect(card.result.missed.length).toBeGreaterThan(0);
    const order = [
      "What it missed",
      "Role by role",
      "Does it know how sure",
      "Against something simple",
      "With and without recall",
    ];
    expect(order.map((name) => shown.indexOf(name)).toSorted((a, b) => a - b)).toEqual(
      order.map((name) => shown.indexOf(name)),
    );
    expect(Math.min(...order.map((name) => shown.indexOf(name)))).toBeGreaterThan(0);
  });
});

describe("the parts", () => {
  it("colour by the lower end of the interval, and never by colour alone", () => {
    expect((["green", "amber", "red", "grey"] as const).map((colour) => words(band(colour)))).toEqual([
      "● at least 80 %",
      "◐ at least 50 %",
      "▲ may be below 50 %",
      "○ fewer than 20",
    ]);
  });

  it("write rates and differences with their intervals, and what was not measured in words", () => {
    expect(words(rate({ value: 0.925, low: 0.861, high: 0.962 }))).toBe("93 % 86 to 96 %");
    expect(words(rate({ value: null, low: null, high: null }))).toBe("not measured");
    expect(words(delta({ a: 0.5, b: 0.54, delta: 0.041, low: -0.008, high: 0.09 }))).toBe(
      "+4.1 points (−0.8 to +9.0)",
    );
    expect(words(delta({ a: null, b: null, delta: null, low: null, high: null }))).toBe("not measured");
  });

  it("draw a table with its caption, headers and empty columns left out", () => {
    const drawn = table({
      caption: "Two",
      columns: [{ name: "A" }, { name: "B", figures: true }, { name: "C" }],
      groups: [{ name: "First", rows: [["a", 1, ""]] }],
    });
    expect(
      drawn
        .toString()
        .replaceAll(/\s+/g, " ")
        .replaceAll(/ ?([<>]) ?/g, "$1"),
    ).toMatchInlineSnapshot(
      `"<table class="rows"><caption>Two</caption><thead><tr><th scope="col">A</th><th scope="col" class="figures">B</th></tr></thead><tbody><tr class="group"><th scope="rowgroup" colspan="2">First</th></tr><tr><th scope="row">a</th><td class="figures" data-name="B: ">1</td></tr></tbody></table>"`,
    );
  });

  it("refuse a row that does not fit its columns, which would put figures under the wrong name", () => {
    const odd = (): Html => table({ caption: "Two", columns: [{ name: "A" }, { name: "B" }], rows: [["a"]] });
    expect(odd).toThrow('dashboard: table "Two": expected 2 cells a row, found 1');
  });

  it("write spans of time as people say them", () => {
    expect([0, 999, 4200, 61_000, 3_600_000, 93_600_000].map(lasting)).toEqual([
      "0 ms",
      "999 ms",
      "4.2 s",
      "1 min 1 s",
      "1 h",
      "1 d 2 h",
    ]);
    expect([0, 59_999, 61_000, 93_600_000].map(coarsely)).toEqual(["0 s", "59 s", "1 min", "1 d"]);
    expect(utc(Date.parse("2026-03-02T08:05:00.000Z"))).toBe("2 Mar 2026, 08:05 UTC");
  });

  it("stand in a frame with a skip link, one main part and the page's place in the navigation", () => {
    const page: Page = { title: "T", at: "floor", regions: [{ id: "a", html: html`<h1>T</h1>` }] };
    const drawn = shell(page, { about: "data", here: "/floor", notice: "Reading the log" }).toString();
    expect(drawn).toMatch(/<html lang="en">/);
    expect(drawn).toMatch(/<a class="skip" href="#main">/);
    expect(drawn).toMatch(/href="\/floor"\s+aria-current="page"/);
    expect(drawn.match(/<main/g)).toHaveLength(1);
    expect(drawn).toContain("Reading the log");
  });
});

describe("Policy", () => {
  it("says who is asked for what, how many, and what may never be proposed, as hatrack policy does", async () => {
    const source = await shippedPolicy();
    const never = [{ classes: ["domain_controller"], why: "the directory ends with it" }];
    const shown = words(policyPage({ ...source, page: { ...source.page, never } }));
    expect(shown).toContain("anything on domain_controller: the directory ends with it");
    for (const { ask, blastRadius } of source.page.rows) {
      expect(shown).toContain(ask);
      expect(shown).toContain(blastRadius.replaceAll("'", "&#39;"));
    }
    for (const { verb } of source.page.rows) expect(shown.toLowerCase()).toContain(verb.replaceAll("_", " "));
    expect(shown).toContain(
      "workstation IR Lead On-Call 1 One workstation; its user is offline until it is released yes 30 min SOC Manager On-Call 1 h",
    );
    expect(shown).toContain("Whoever is asked is reminded at 50 % and 80 % of the time.");
  });
});
