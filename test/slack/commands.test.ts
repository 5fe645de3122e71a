import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { alert, proposed, publish, said, triage } from "./given.ts";
import { answered } from "./asking.ts";
import { reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

async function ask(user: string, text: string): Promise<string> {
  const answer = await answered(world, "command", { user, channel: "C0OPS", text });
  return reads(answer.blocks);
}

async function proposal(): Promise<void> {
  await publish(
    world.bus,
    said("alert.received", alert(), { at: Date.now() }),
    said("alert.triaged", triage(), { at: Date.now(), source: "/roles/sentinel" }),
    said("action.proposed", proposed(), { at: Date.now(), source: "/roles/ir-lead" }),
  );
  await world.event("handoff.opened");
}

describe("/soc", () => {
  it("lists its commands and answers a slip of the finger with what was meant", async () => {
    expect(await ask("U0LEE", "help")).toContain("/soc pending");
    expect(await ask("U0LEE", "pendign")).toContain("Try /soc pending");
  });

  it("shows a case, and says clearly when there is none", async () => {
    await proposal();
    const answer = await ask("U0LEE", "case CASE-7K3F9QWM2T");
    expect(answer).toContain("Encoded PowerShell on FIN-WS-042");
    expect(answer).toContain("Isolate host FIN-WS-042 · waits for IR Lead On-Call");
    expect(answer).not.toContain("<!subteam");
    expect(await ask("U0LEE", "case CASE-0000000000")).toContain("There is no case CASE-0000000000.");
  });

  it("lists what waits, and for whom", async () => {
    expect(await ask("U0LEE", "pending")).toContain("Nothing waits for anybody.");
    await proposal();
    const answer = await ask("U0LEE", "pending");
    expect(answer).toContain("Isolate host FIN-WS-042");
    expect(answer).toContain("waits for IR Lead On-Call");
  });

  it("says who is on call, and which role may have been meant", async () => {
    const asked = { user: "U0LEE", channel: "C0OPS", text: "who ir-lead" };
    const shown = JSON.stringify((await answered(world, "command", asked)).blocks);
    expect(shown).toContain('"user_id":"U0MIA"');
    expect(shown).toContain('"user_id":"U0PRIYA"');
    expect(await ask("U0LEE", "who ir-laed-oncall")).toContain("Try /soc who ir-lead-oncall");
  });

  it("answers no guest", async () => {
    await proposal();
    const answer = await ask("U0KAI", "case CASE-7K3F9QWM2T");
    expect(answer).toContain("guests cannot");
    expect(answer).not.toContain("FIN-WS-042");
  });
});
