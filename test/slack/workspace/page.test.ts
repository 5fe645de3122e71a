/** The page in a real browser: the way from a card to a decision, by two people, on a laptop and on a phone. */
import AxeBuilder from "@axe-core/playwright";
import type { App } from "@slack/bolt";
import { chromium } from "playwright-core";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { RunningWorkspace } from "../../../slack/workspace/server.ts";
import { chromiumPath, requires } from "../../require.ts";
import { caseRoot, evidence, gateCard } from "./case-blocks.ts";
import { boltApp, openWorkspace, person, quietClient } from "./harness.ts";
import { hostile } from "./hostile.ts";
import { card, rejectModal } from "./samples.ts";

const laptop = { width: 1280, height: 800 };
const phone = { width: 390, height: 844 };

describe.skipIf(!requires("chromium"))("the page", () => {
  let browser: Browser;
  let workspace: RunningWorkspace;
  let app: App;
  let root = "";
  const faults: string[] = [];

  beforeAll(async () => {
    const args = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];
    browser = await chromium.launch({ executablePath: chromiumPath, args });
  });
  afterAll(() => browser.close());

  beforeEach(async () => {
    faults.length = 0;
    workspace = await openWorkspace();
    app = boltApp(workspace, 200);
    const channel = "C0CASES";
    app.action("gate.authorise", async ({ ack, body, respond, client }) => {
      await ack();
      if (body.type !== "block_actions") return;
      const ts = body.message?.ts ?? "";
      if (body.user.id === "U0MIA")
        await client.chat.update({
          channel,
          ts,
          text: "Authorised",
          blocks: gateCard("*Authorised, not done*"),
        });
      else await respond({ text: "Only <!subteam^S0IRLEAD> can authorise this.", replace_original: false });
    });
    app.action("gate.reject", async ({ ack, body, client }) => {
      await ack();
      if (body.type === "block_actions")
        await client.views.open({ trigger_id: body.trigger_id, view: rejectModal });
    });
    app.view("reject", async ({ ack, view }) => {
      const reason = view.state.values["reason"]?.["text"]?.value ?? "";
      await ack(
        reason.length < 10
          ? { response_action: "errors", errors: { reason: "Say why in a sentence." } }
          : undefined,
      );
    });
    app.command("/soc", ({ ack, command }) => ack({ text: `About \`${command.text}\`` }));
    app.event("app_home_opened", async ({ event, client }) => {
      await client.views.publish({ user_id: event.user, view: { type: "home", blocks: card("Open") } });
    });
    await app.start();
    const posted = await app.client.chat.postMessage({ channel, text: "case", blocks: caseRoot() });
    root = posted.ts ?? "";
    await app.client.chat.postMessage({
      channel,
      thread_ts: root,
      text: "finding",
      blocks: evidence(hostile),
    });
    await app.client.chat.postMessage({
      channel,
      thread_ts: root,
      reply_broadcast: true,
      text: "Action required",
      blocks: gateCard(),
    });
  });
  afterEach(async () => {
    await Promise.all(browser.contexts().map((context) => context.close()));
    await app.stop();
    await workspace.close();
    expect(faults).toEqual([]);
  });

  const open = async (options: BrowserContextOptions, path = "/"): Promise<Page> => {
    const context = await browser.newContext({ locale: "en-GB", timezoneId: "Europe/Stockholm", ...options });
    const page = await context.newPage();
    page.on("pageerror", (error) => faults.push(error.message));
    page.on("console", (message) => {
      if (message.type() === "error") faults.push(message.text());
    });
    await page.goto(`${workspace.url}${path}#${workspace.token}`);
    await page.locator("#places a[aria-current]").waitFor();
    return page;
  };
  const openThread = async (page: Page) => {
    await page.locator("#main [data-thread][data-at]").click();
    await page.locator("#thread .message").nth(2).waitFor();
  };
  /** What axe calls serious or worse, as `rule: element`. */
  const serious = async (page: Page) => {
    const { violations } = await new AxeBuilder({ page }).options({ resultTypes: ["violations"] }).analyze();
    return violations
      .filter(({ impact }) => impact === "serious" || impact === "critical")
      .flatMap(({ id, nodes }) => nodes.map((node) => `${id}: ${node.html.slice(0, 160)}`));
  };

  const settings: [string, BrowserContextOptions][] = (["light", "dark"] as const).flatMap((colorScheme) => [
    [`${colorScheme}, laptop`, { colorScheme, viewport: laptop, reducedMotion: "reduce" as const }],
    [`${colorScheme}, phone`, { colorScheme, viewport: phone, reducedMotion: "reduce" as const }],
  ]);
  it.each(settings)("has nothing serious for axe: %s", { timeout: 60_000 }, async (_name, options) => {
    const page = await open(options);
    await page.locator("#main .message").nth(1).waitFor();
    if (options.viewport === phone) expect(await serious(page)).toEqual([]);
    await openThread(page);
    expect(await serious(page)).toEqual([]);
    await page.locator("#thread [data-action='gate.reject'] button").click();
    await page.locator("#modal[open] textarea").fill("no");
    await page.locator("#modal [data-submit]").click();
    await page.getByText("Say why in a sentence.").waitFor();
    expect(await serious(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await page.locator("#modal[open]").waitFor({ state: "detached" });
    await page.goto(`${workspace.url}/?home=1`);
    await page.locator(".home .section").waitFor();
    expect(await serious(page)).toEqual([]);
  });

  it("fits a phone: no sideways scrolling, and the card's buttons in sight when its thread is opened", async () => {
    const page = await open({ viewport: phone });
    const overflow = () =>
      page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth");
    expect(await overflow()).toBe(0);
    for (const button of await page.locator("#main .button").all())
      expect((await button.boundingBox())?.x).toBeLessThan(phone.width);
    await openThread(page);
    expect(await overflow()).toBe(0);
    const composer = await page.locator("#thread .composer").boundingBox();
    const buttons = page.locator("#thread [data-block='gate'] .button");
    expect(await buttons.count()).toBe(5);
    for (const button of await buttons.all()) {
      const box = await button.boundingBox();
      if (box === null || composer === null) throw new Error("not drawn");
      expect(box.y).toBeGreaterThan(90);
      expect(box.y + box.height).toBeLessThanOrEqual(composer.y);
      expect(box.x + box.width).toBeLessThanOrEqual(phone.width);
    }
    await page.locator("#thread [data-action='gate.reject'] button").click();
    await page.locator("#modal[open]").waitFor();
    const inModal =
      "(({ scrollWidth, clientWidth }) => scrollWidth - clientWidth)(modal.querySelector('.blocks'))";
    expect(await page.evaluate(inModal)).toBe(0);
  });

  it("shows a decision to everyone at once, and a refusal to the one who was refused", async () => {
    const mia = await open({ viewport: laptop });
    const gus = await open({ viewport: phone });
    await gus.locator("#act-as").selectOption("U0GUS");
    await gus.getByText("Guest, auditor", { exact: true }).waitFor({ state: "attached" });
    await openThread(gus);
    await gus.locator("#thread [data-action='gate.authorise'] button").click();
    await gus.locator(".toast", { hasText: "Only @ir-lead-oncall can authorise this." }).waitFor();
    await openThread(mia);
    expect(await mia.getByText("can authorise this").count()).toBe(0);
    await mia.locator("#thread [data-action='gate.authorise'] button").click();
    for (const page of [mia, gus]) await page.locator("#thread").getByText("Authorised, not done").waitFor();
    expect(await gus.locator("#thread [data-action='gate.authorise']").count()).toBe(0);
    await gus.goBack();
    const refusal = gus.locator(".ephemeral", { hasText: "Only visible to you" });
    await refusal.waitFor();
    await refusal.getByRole("button", { name: "Dismiss" }).click();
    await refusal.waitFor({ state: "detached" });
  });

  it("shows hostile text as the text it is", async () => {
    const page = await open({ viewport: laptop });
    await openThread(page);
    const drawn = await page.locator("#thread .message").nth(1).locator("code").allTextContents();
    expect(drawn).toEqual(hostile.map((text) => text.replaceAll("\n", "")));
    expect(await page.locator("#thread .message").nth(1).locator("a, script, img, .mention").count()).toBe(0);
  });

  it("is worked by keyboard: a place, a command, a menu, a modal", async () => {
    const page = await open({ viewport: laptop });
    await page.locator("#places a", { hasText: "soc-digest" }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "# soc-digest" }).waitFor();
    await page.locator("#say").focus();
    await page.keyboard.type("/soc explain CASE-7K3F");
    await page.keyboard.press("Enter");
    await page.locator(".ephemeral", { hasText: "About explain CASE-7K3F" }).waitFor();
    await page.goBack();
    const reject = page.locator("#main [data-action='gate.reject'] button");
    await reject.focus();
    expect(await page.locator("button:focus-visible", { hasText: "Reject" }).count()).toBe(1);
    await page.keyboard.press("Enter");
    await page.locator("#modal textarea:focus").waitFor();
    await page.keyboard.type("The host is a sanctioned scanner.");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.locator("#modal[open]").waitFor({ state: "detached" });
  });

  it("counts what is unread, writes times in the reader's zone and opens a permalink at its message", async () => {
    const page = await open({ viewport: laptop });
    const client = quietClient(workspace);
    await client.chat.postMessage({ channel: "C0DIGEST", text: "digest <!date^1767225600^{date} {time}|x>" });
    await page.locator("#places a", { hasText: "soc-digest" }).locator(".count", { hasText: "1" }).waitFor();
    await page.locator("#places a", { hasText: "soc-digest" }).click();
    await page.getByText("digest 1 January 2026 01:00").waitFor();
    await page.locator("#places .count").waitFor({ state: "detached" });
    const { permalink = "" } = await client.chat.getPermalink({ channel: "C0CASES", message_ts: root });
    await page.goto(permalink);
    await page.locator(`#thread .wanted[data-ts="${root}"]`).waitFor();
  });

  it("says so when it has no token or the workspace is gone, and comes back by itself", async () => {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(workspace.url);
    await page.getByText("Open the whole address that was printed").waitFor();
    expect(await page.content()).not.toContain("Mia");

    const kept = await open({ viewport: laptop });
    await kept.locator("#say").fill("half a sentence");
    await app.stop();
    await workspace.close();
    await kept.locator("body.offline").waitFor();
    const { port } = new URL(workspace.url);
    workspace = await openWorkspace({ port: Number(port), token: workspace.token });
    await kept.locator("body:not(.offline)").waitFor();
    await expect.poll(() => kept.locator("#say").inputValue()).toBe("half a sentence");
    await person(workspace)("message", { user: "U0TOM", channel: "C0CASES", text: "are you there?" });
    await kept.getByText("are you there?").waitFor();
    faults.splice(0, faults.length, ...faults.filter((fault) => !/ERR_|401/.test(fault)));
  });
});
