import { AxeBuilder } from "@axe-core/playwright";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { chromiumPath, requires } from "../require.ts";
import { root, startHatrack, type Hatrack } from "./processes.ts";

/** As a newcomer: the printed page, eyes and clicks, nothing else. */
describe.skipIf(!requires("chromium"))("the page of hatrack start", () => {
  let folder: string;
  let hatrack: Hatrack;
  let browser: Browser;
  let page: Page;
  const troubles: string[] = [];

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "hatrack-page-"));
    const alerts = await readFile(join(root, "fixtures/alerts.jsonl"), "utf8");
    await writeFile(join(folder, "alerts.jsonl"), `${alerts.split("\n")[0] ?? ""}\n`);
    hatrack = await startHatrack(["--alerts", `file:${join(folder, "alerts.jsonl")}`, "--data", folder]);
    browser = await chromium.launch({
      executablePath: chromiumPath,
      args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
    });
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 } })).newPage();
    page.on("console", (message) => {
      if (message.type() === "error") troubles.push(message.text());
    });
    page.on("pageerror", (error) => troubles.push(error.message));
    await page.goto(hatrack.ready);
  }, 60_000);

  afterAll(async () => {
    await browser.close();
    await hatrack.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const actAs = (user: string): Promise<unknown> => page.getByLabel("Act as").selectOption(user);

  it(
    "shows a case and stops at the IR Lead; a guest is refused, Mia authorises and marks it done",
    { timeout: 90_000 },
    async () => {
      await page.locator("#main [data-thread][data-at]").first().click({ timeout: 45_000 });
      const heading = page.getByRole("heading", { name: "Isolate host FIN-WS-042" });
      const card = page.locator("#thread .message").filter({ has: heading }).last();
      await card
        .getByRole("button", { name: /^Authorise/ })
        .first()
        .waitFor({ timeout: 45_000 });
      expect(await card.innerText()).toContain("Action required from: IR Lead On-Call");

      await actAs("U0KAI");
      await card
        .getByRole("button", { name: /^Authorise/ })
        .first()
        .click();
      await page
        .getByText(/Only IR Lead On-Call can answer this/)
        .first()
        .waitFor();
      expect(await page.getByRole("dialog").count()).toBe(0);

      await actAs("U0MIA");
      await card
        .getByRole("button", { name: /^Authorise/ })
        .first()
        .click();
      const dialog = page.getByRole("dialog");
      await dialog.getByText("Isolate host FIN-WS-042").first().waitFor();
      await dialog.getByRole("button", { name: /^Authorise/ }).click();
      await page.getByText("not done").first().waitFor();
      await page.getByRole("button", { name: "Mark done" }).first().click();
      await page
        .getByText(/Done|Carried out/)
        .first()
        .waitFor();
    },
  );

  it("answers /soc in the command box", { timeout: 30_000 }, async () => {
    const box = page.getByPlaceholder(/or \/soc/).first();
    await box.fill("/soc who ir-lead-oncall");
    await box.press("Enter");
    await page.getByText("@Priya Raman").first().waitFor();
  });

  it("has nothing serious for axe, nor errors on the console", { timeout: 60_000 }, async () => {
    for (const colorScheme of ["light", "dark"] as const) {
      for (const viewport of [
        { width: 1280, height: 800 },
        { width: 390, height: 844 },
      ]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize(viewport);
        const { violations } = await new AxeBuilder({ page }).analyze();
        const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
        expect(serious.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ""}`)).toEqual([]);
      }
    }
    expect(troubles).toEqual([]);
  });
});
