import { AxeBuilder } from "@axe-core/playwright";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, type Browser, type BrowserContextOptions, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseEventText } from "../../src/events/parse.ts";
import { readCard } from "../../web/read/scorecards.ts";
import { chromiumPath, requires } from "../require.ts";
import { makeCard } from "../web/cards.ts";
import { caseLog, givenDashboard, theCase, type Given } from "../web/given.ts";
import { campaignLog } from "../web/campaign-log.ts";
import { root } from "./processes.ts";

/** All four looks of each page, instead of the two in which everything is once narrow, wide, light and dark. */
const long = process.env["HATRACK_LONG"] === "1";
const pages = [
  ...["/proof", "/follow", `/follow/${theCase}?step=4`, "/campaigns?days=90", "/floor", "/policy"],
  ...(long ? [`/follow/${theCase}`, "/nothing"] : []),
];
const laptop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

/** As a director: the pages, eyes and keys; every look in both themes and on a telephone. */
describe.skipIf(!requires("chromium"))("the dashboard in a browser", () => {
  let given: Given;
  let browser: Browser;
  const troubles: string[] = [];

  beforeAll(async () => {
    const file = { name: "run.json", shipped: false, writtenAt: 0 };
    const cards = ["2026-10-01", "2026-11-01"].map((day, at) =>
      readCard(
        { ...file, name: `${day}.json` },
        JSON.stringify(makeCard({ startedAt: `${day}T08:00:00.000Z`, missed: 3 - at })),
      ),
    );
    given = await givenDashboard({ events: [...caseLog(), ...campaignLog()], shelf: cards });
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await given.close();
  });

  async function open(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    const context = await browser.newContext({ viewport: laptop, ...options });
    const page = await context.newPage();
    page.on("console", (message) => {
      // The page that is nowhere is a 404, as it should be.
      const nowhere = message.location().url.endsWith("/nothing");
      if (message.type() === "error" && !nowhere) troubles.push(`${path}: ${message.text()}`);
    });
    page.on("pageerror", (error) => troubles.push(`${path}: ${error.message}`));
    page.on("request", (asked) => {
      if (!asked.url().startsWith(given.url)) troubles.push(`${path} asked for ${asked.url()}`);
    });
    await page.goto(given.url + path);
    return page;
  }

  const looks = [
    { colorScheme: "light", viewport: laptop, axe: true },
    { colorScheme: "dark", viewport: phone, axe: true },
    { colorScheme: "dark", viewport: laptop, axe: long },
    { colorScheme: "light", viewport: phone, axe: long },
  ] as const;

  it(
    "has nothing serious for axe and nothing too wide: laptop, telephone, light, dark",
    { timeout: long ? 600_000 : 90_000 },
    async () => {
      const page = await open("/proof");
      for (const path of pages) {
        await page.goto(given.url + path);
        for (const { colorScheme, viewport, axe } of looks) {
          await page.emulateMedia({ colorScheme });
          await page.setViewportSize(viewport);
          const wider = await page.evaluate("document.documentElement.scrollWidth - innerWidth");
          expect([path, viewport.width, wider]).toEqual([path, viewport.width, 0]);
          if (!axe) continue;
          const { violations } = await new AxeBuilder({ page })
            .withTags(["wcag2a", "wcag2aa", "wcag21aa"])
            .analyze();
          const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
          expect(
            serious.map(({ id, nodes }) => `${path} ${colorScheme} ${id}: ${nodes[0]?.html ?? ""}`),
          ).toEqual([]);
        }
      }
      await page.context().close();
    },
  );

  it("works without a script: search, a case, step by step, the graph", { timeout: 30_000 }, async () => {
    const page = await open("/follow", { javaScriptEnabled: false });
    await page.getByLabel("Words").fill("fin-ws-042");
    await page.getByRole("button", { name: "Search" }).click();
    await page.getByRole("link", { name: theCase }).click();
    await page.getByRole("link", { name: "Step by step" }).click();
    await page.getByRole("link", { name: "Next" }).click();
    expect(page.url()).toContain("?step=2");
    expect(await page.locator('.step[aria-current="step"] h2').innerText()).toContain("Sentinel");
    expect(await page.getByRole("button", { name: "Play" }).count()).toBe(0);
    await page.goto(`${given.url}/campaigns?days=90`);
    const graph = page.getByRole("img", { name: /^Graph of CAMPAIGN-/ });
    await graph.waitFor();
    await page.waitForFunction("document.querySelector('.graph img').naturalWidth > 0");
    await page.context().close();
  });

  /** Time stands still but for what a test lets go by; each step that is asked for is noted, and when. */
  async function openReplay(step: number): Promise<Page> {
    const page = await open("/follow");
    // It runs until it is told to stand, on a busy machine for a while: not past the moment at which it is to stand.
    await page.clock.install({ time: began });
    await page.clock.pauseAt(began + 3_600_000);
    const noting =
      "window.asked = []; const { fetch } = window;" +
      "window.fetch = (...of) => (asked.push(`${of[0].split('=')[1]} at ${Date.now()}`), fetch(...of));";
    await page.addInitScript(noting);
    await page.goto(`${given.url}/follow/${theCase}?step=${step}`);
    await page.getByText(`Step ${step} of`).waitFor();
    return page;
  }
  const began = Date.parse("2026-03-02T10:00:00.000Z");
  const button = (page: Page, name: string): ReturnType<Page["getByRole"]> =>
    page.getByRole("button", { name, exact: true });

  it("replays a case by itself at the chosen pace, and stops at its end", { timeout: 30_000 }, async () => {
    const page = await openReplay(1);
    const [, last = ""] = /of (\d+)/.exec(await page.locator(".where").innerText()) ?? [];
    const paces = [2500, 5000, ...Array<number>(Number(last) - 4).fill(1000)];
    await button(page, "Play").click();
    await page.getByText("Step 2 of").waitFor();
    let now = await page.evaluate<number>("Date.now()");
    const due = [`2 at ${now}`];
    for (const [at, pace] of paces.entries()) {
      // Chosen while it plays, and the focus stays where it was chosen.
      if (pace !== 2500) {
        await page.getByLabel("a step every").focus();
        await page.getByLabel("a step every").selectOption(String(pace));
      }
      await page.clock.runFor(pace);
      now += pace;
      due.push(`${at + 3} at ${now}`);
      await page.getByText(`Step ${at + 3} of`).waitFor();
      expect(await page.getByLabel("a step every").inputValue()).toBe(String(pace));
      if (pace !== 2500) expect(await page.evaluate("document.activeElement.id")).toBe("pace");
    }
    await button(page, "Play").waitFor();
    expect(page.url()).toContain(`?step=${last}`);
    expect(await page.evaluate("asked")).toEqual(due);
    await page.context().close();
  });

  it("stays where the replay was paused, and follows the log from there", { timeout: 30_000 }, async () => {
    const page = await openReplay(2);
    await button(page, "Play").click();
    await page.getByText("Step 3 of").waitFor();
    await page.clock.runFor(2500);
    await page.getByText("Step 4 of").waitFor();
    await button(page, "Pause").click();
    await page.getByText("Read-only. Live.").waitFor();
    const [, steps = ""] = /of (\d+)/.exec(await page.locator(".where").innerText()) ?? [];
    const word = caseLog().find(({ type }) => type === "decision.submitted");
    await given.bus.publish([parseEventText(JSON.stringify({ ...word, id: "said-while-paused" }), "test")]);
    await page.getByText(`of ${Number(steps) + 1}`).waitFor();
    expect(await page.locator(".where").innerText()).toContain("Step 4 of");
    expect(page.url()).toContain("?step=4");
    await page.context().close();
  });

  it("plays once however often it is pressed, and stops where no answer comes", async () => {
    const page = await openReplay(1);
    let answers = Promise.withResolvers<string>();
    await page.route("**/follow/*", async (route) => {
      if ((await answers.promise) === "fails") await route.abort();
      else await route.continue();
    });
    await button(page, "Play").click();
    await button(page, "Pause").click();
    await button(page, "Play").click();
    answers.resolve("comes");
    await page.getByText("Step 2 of").waitFor();
    await page.clock.runFor(2500);
    await page.getByText("Step 3 of").waitFor();
    expect(await page.evaluate("asked.map((one) => one.split(' ')[0])")).toEqual(["2", "2", "3"]);
    answers = Promise.withResolvers();
    answers.resolve("fails");
    const seen = troubles.length;
    await page.clock.runFor(2500);
    await button(page, "Play").waitFor();
    expect(page.url()).toContain("?step=3");
    // The browser itself writes down that the request failed.
    expect(troubles.splice(seen).join()).toMatch(/^[^,]*Failed to load resource[^,]*$/);
    await page.context().close();
  });

  it(
    "follows the log: a case that comes in stands in the list without a reload",
    { timeout: 30_000 },
    async () => {
      const page = await open("/follow");
      await page.getByText("Read-only. Live.").waitFor();
      const [line = ""] = readFileSync(join(root, "fixtures/case-log.jsonl"), "utf8").split("\n");
      const text = line.replaceAll("CASE-6R1D8XHN4P", "CASE-JUSTCAME01").replace('"id":"k01', '"id":"n01');
      await given.bus.publish([parseEventText(text, "test")]);
      await page.getByRole("link", { name: "CASE-JUSTCAME01" }).waitFor();
      await page.context().close();
    },
  );

  it("is reached by keys alone: the skip link first, then the pages", { timeout: 30_000 }, async () => {
    const page = await open("/floor");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Skip to the page");
    await page.keyboard.press("Enter");
    expect(await page.evaluate("document.activeElement.id")).toBe("main");
    await page.keyboard.press("Shift+Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "Policy" }).waitFor();
    await page.context().close();
  });

  it("prints Proof on one page, also from a dark screen", { timeout: 30_000 }, async () => {
    const page = await open("/proof", { colorScheme: "dark" });
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    await page.context().close();
  });

  it("prints it on one page however many roles there are", { timeout: 30_000 }, async () => {
    const card = makeCard({ missed: 4 });
    const [role] = card.result.roles;
    if (role === undefined) throw new Error("no role");
    const roles = Array.from({ length: 16 }, (_, n) => ({ ...role, role: `house-role-${n}` }));
    const text = JSON.stringify({ ...card, result: { ...card.result, roles } });
    const many = await givenDashboard({
      shelf: [readCard({ name: "many.json", shipped: false, writtenAt: 0 }, text)],
    });
    const page = await browser.newPage();
    await page.goto(`${many.url}/proof`);
    const pdf = (await page.pdf({ preferCSSPageSize: true, printBackground: true })).toString("latin1");
    expect(pdf.match(/\/Type\s*\/Page\b/g)).toHaveLength(1);
    await page.close();
    await many.close();
  });

  it("asks nothing from outside and has no errors on the console", () => {
    expect(troubles).toEqual([]);
  });
});
