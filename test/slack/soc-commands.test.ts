/** Each command of `/soc` that soc.test.ts does not follow to its end, typed in the workspace, on a real log. */
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { usages } from "../../slack/command-line.ts";
import { shortcuts } from "../../slack/ids.ts";
import { answered, cardsFor, opens, shownMessage } from "./asking.ts";
import { alert, caseId, publish, said, triage } from "./given.ts";
import { reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const typed = (user: string, text: string) => ({ user, channel: "C0OPS", text });
const ask = async (user: string, text: string): Promise<string> =>
  reads((await answered(world, "command", typed(user, text))).blocks);
const submit = (user: string, form: { id: string }, values: object): ReturnType<World["does"]> =>
  world.does("submit", { user, view_id: form.id, values });

describe("/soc close and assign", () => {
  it("closes a case by its form, which says what still waits; once closed it is not closed again", async () => {
    await cardsFor(world, {});
    const form = await opens(world, "command", typed("U0SAM", `close ${caseId}`));
    expect(reads(form.blocks)).toContain("One request of this case still waits for people.");
    expect(Object.keys((await submit("U0SAM", form, {})).errors)).toEqual(["reason"]);
    await submit("U0SAM", form, { reason: "a test rig" });
    expect((await world.event("case.closed")).data).toMatchObject({
      reason: "a test rig",
      by: { user: "U0SAM" },
    });
    await shownMessage(world, "notice", (words) => words.includes("closed this case: a test rig"));
    await shownMessage(world, "root", (words) => words.includes("Closed"));
    expect(await ask("U0SAM", `close ${caseId}`)).toContain(`${caseId} is closed already.`);
  });

  it("gives a case to somebody, named in the line or chosen in the form", async () => {
    await cardsFor(world);
    expect(await ask("U0SAM", `assign ${caseId} @mia`)).toContain("Passed on.");
    await world.event("case.assigned", ({ data }) => data.to.user === "U0MIA");
    const form = await opens(world, "command", typed("U0SAM", `assign ${caseId}`));
    await submit("U0SAM", form, { person: "U0PRIYA" });
    await world.event("case.assigned", ({ data }) => data.to.user === "U0PRIYA");
    await shownMessage(world, "notice", (words) => words.includes("gave this case to"));
  });
});

describe("/soc pending, clusters, who and help", () => {
  it("lists what waits, what is due first at the top", async () => {
    await cardsFor(
      world,
      { verb: "block_indicator", target: { type: "indicator", value: "203.0.113.7" } },
      {},
    );
    const words = await ask("U0LEE", "pending");
    expect(words).toMatch(/2 waiting[\s\S]*Isolate host FIN-WS-042[\s\S]*Block indicator 203\[\.\]0/);
  });

  it("names a campaign by what its cases share", async () => {
    const indicators = [{ type: "domain" as const, value: "c2.badhost.example" }];
    for (const [at, subject] of ["CASE-0000000001", "CASE-0000000002", "CASE-0000000003"].entries()) {
      const over = { caseId: subject, sourceId: `ind:${at}`, indicators };
      const time = { subject, at: Date.now() };
      await publish(
        world.bus,
        said("alert.received", alert(over), time),
        said("alert.triaged", triage(), { ...time, source: "/roles/sentinel" }),
      );
    }
    const words = await ask("U0LEE", "clusters 1");
    expect(words).toContain("Campaigns of the last day");
    expect(words).toMatch(/3 cases\s+joined by domain c2\[\.\]badhost\[\.\]example/);
  });

  it("says who is on call, and what role may have been meant", async () => {
    expect(await ask("U0LEE", "who ir-lead")).toMatch(/IR Lead On-Call[\s\S]*U0MIA[\s\S]*U0PRIYA/);
    expect(await ask("U0LEE", "who manager")).toContain("Try /soc who soc-manager-oncall");
  });

  it("names every command", async () => {
    const words = await ask("U0LEE", "help");
    for (const { usage } of Object.values(usages)) expect(words).toContain(`/soc ${usage}`);
  });
});

it("says of a case that is not there that there is none, whatever is asked of it", async () => {
  for (const command of ["case", "label", "close", "assign", "mute", "explain", "recall"]) {
    expect(await ask("U0SAM", `${command} CASE-0000000009`)).toContain("There is no case CASE-0000000009.");
  }
});

it("links no case to itself: the form says so at its field", async () => {
  await cardsFor(world);
  const { data } = await world.event("message.posted", (event) => event.data.kind === "root");
  const used = { user: "U0SAM", callback_id: shortcuts.attach, channel: data.channel, ts: data.ts };
  const form = await opens(world, "shortcut", used);
  const { errors } = await submit("U0SAM", form, { to: caseId, reason: "the same" });
  expect(errors).toEqual({ to: "That is the same case." });
});
