import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { shortcuts, slackActions } from "../../slack/ids.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { answered, cardsFor, first, opens, shownMessage } from "./asking.ts";
import { alert, caseId, publish, said, triage } from "./given.ts";
import { buttonsOf, reads } from "./reads.ts";
import { openWorld, type World } from "./world.ts";

let world: World;
beforeEach(async () => {
  world = await openWorld();
});
afterEach(async () => {
  await world.close();
});

const formFor = (user: string, text: string): ReturnType<typeof opens> =>
  opens(world, "command", { user, channel: "C0OPS", text });

async function ask(user: string, text: string): Promise<string> {
  return reads((await answered(world, "command", { user, channel: "C0OPS", text })).blocks);
}

const other = "CASE-0000000001";
/** A case of last week with the same C2 address. */
async function twoCases(): Promise<void> {
  const indicators = [{ type: "domain" as const, value: "c2.badhost.example" }];
  const now = Date.now();
  await publish(
    world.bus,
    said("alert.received", alert({ caseId: other, sourceId: "ind:0", indicators }), {
      subject: other,
      at: now - 86_400_000,
    }),
    said("alert.triaged", triage(), { subject: other, at: now - 86_300_000, source: "/roles/sentinel" }),
    said("alert.received", alert({ indicators }), { at: now }),
    said("alert.triaged", triage(), { at: now, source: "/roles/sentinel" }),
  );
}

const rootTs = async (): Promise<{ channel: string; thread_ts: string }> => {
  const { data } = await world.event("message.posted", (e) => e.data.kind === "root" && e.subject === caseId);
  return { channel: data.channel, thread_ts: data.ts };
};

describe("/soc recall and clusters", () => {
  it("finds past cases by case and by indicator, defanged or not, and says who confirmed them", async () => {
    await twoCases();
    for (const what of [caseId, "c2.badhost.example", "hxxps://c2[.]badhost[.]example"]) {
      const answer = await ask("U0LEE", `recall ${what}`);
      if (what.startsWith("hxxps"))
        expect(answer).toContain("Its host is known, which says less: c2[.]badhost[.]example");
      else
        expect(answer).toContain(
          `${other} · True positive, by Sentinel · shares domain c2[.]badhost[.]example`,
        );
    }
  });

  it("says so when it is no indicator, no case, or a campaign of nobody", async () => {
    expect(await ask("U0LEE", "recall perhaps")).toContain("is no indicator. Try /soc recall 203");
    expect(await ask("U0LEE", "recall CASE-0000000009")).toContain("There is no case");
    expect(await ask("U0LEE", "clusters")).toContain("Campaigns of the last 14 days");
    expect(await ask("U0LEE", "x".repeat(10_000))).toContain("10,000 characters");
  });

  it("is asked by @mention in a thread without naming the case", async () => {
    await twoCases();
    const place = await rootTs();
    const answer = await answered(world, "message", { user: "U0LEE", ...place, text: "@soc recall" });
    expect(reads(answer.blocks)).toContain(other);
  });
});

describe("/soc explain and accuracy", () => {
  it("answers from the record, with people's names and the events it rests on", async () => {
    const card = first(await cardsFor(world, {}));
    const action = { user: "U0MIA", action_id: slackActions.authorise, channel: card.channel, ts: card.ts };
    const form = await opens(world, "click", action);
    await world.does("submit", { user: "U0MIA", view_id: form.id });
    const decided = await world.event("action.decided");
    const answer = await ask("U0LEE", `explain ${caseId} who approved it?`);
    expect(answer).toContain("Mia Lindqvist");
    expect(answer).toContain(decided.id.slice(0, 8));
    expect(await ask("U0LEE", `explain ${caseId}`)).toContain('reported "Encoded PowerShell on FIN-WS-042"');
  });

  it("says so when the record does not say, or when there is no such case", async () => {
    await twoCases();
    expect(await ask("U0LEE", `explain ${caseId} what is the capital of France?`)).toContain(
      "The record does not say.",
    );
    expect(await ask("U0LEE", "explain CASE-0000000009 why?")).toContain("There is no case CASE-0000000009.");
  });

  it("shows how often each role was right, and that a handful is too few", async () => {
    await twoCases();
    expect(await ask("U0LEE", "accuracy")).toContain("0 of 2 cases are labelled: Right and Wrong…");
    const labelled = { verdict: "true_positive" as const, by: { team: "T0NORTHWIND", user: "U0SAM" } };
    await publish(
      world.bus,
      said("case.labelled", { ...labelled, reason: "seen", origin: "test" }, { source: "/roles/human-gate" }),
    );
    const answer = await ask("U0LEE", "accuracy");
    expect(answer).toContain("1 of 2 cases is labelled.");
    expect(answer).toContain("Recall is not measured");
    expect(answer).toMatch(/Sentinel.*100 %.*too few/s);
  });
});

describe("what is answered to one", () => {
  it("is shared when they say so, but only where soc.yaml lists the channel", async () => {
    await twoCases();
    const asked = { user: "U0LEE", channel: "C0OPS", text: `case ${caseId}` };
    const shown = await answered(world, "command", asked);
    const press = { user: "U0LEE", action_id: slackActions.share, channel: "C0OPS", ts: shown.ts };
    const posting = { methods: ["chat.postMessage"], http_500_after_effect: 1, duplicate: 1 };
    await world.does("chaos", posting);
    await world.does("click", press);
    const shared = await shownMessage(world, "answer", (words) => words.includes("Encoded PowerShell"));
    // Slack's answer was lost and the press came twice: nothing more comes of either before the next one's message.
    await world.does("chaos", { clear: true });
    await world.does("click", press);
    const standing = await world.seen(({ channels }) => {
      const ops = channels.find(({ id }) => id === "C0OPS")?.messages ?? [];
      const answers = ops.filter(({ metadata }) => metadata?.event_payload.kind === "answer");
      return answers.length > 1 ? answers : undefined;
    });
    expect(new Set(standing.map(({ metadata }) => metadata?.event_payload["event_id"])).size).toBe(2);
    expect(buttonsOf(shared.blocks)).not.toContain(slackActions.share);
  });

  it("is not for a guest, nor are forms for who lacks the right", async () => {
    await twoCases();
    expect(await ask("U0KAI", `recall ${caseId}`)).toContain("guests cannot");
    expect(await ask("U0LEE", "pause tier2")).toContain("Who can: SOC Manager On-Call.");
  });
});

describe("a label", () => {
  it("is asked for by /soc, with a verdict and a reason, and shows in the thread and on the root", async () => {
    await twoCases();
    await rootTs();
    const form = await formFor("U0SAM", `label ${caseId}`);
    const blank = await world.does("submit", {
      user: "U0SAM",
      view_id: form.id,
      values: { verdict: "benign" },
    });
    expect(Object.keys(blank.errors)).toEqual(["reason"]);
    const values = { verdict: "benign", reason: "a known job" };
    await world.does("submit", { user: "U0SAM", view_id: form.id, values });
    expect((await world.event("case.labelled")).data).toMatchObject({
      verdict: "benign",
      by: { user: "U0SAM" },
    });
    await shownMessage(world, "notice", (words) => words.includes("labelled this case Benign: a known job"));
    await shownMessage(world, "root", (words) => words.includes("confirmed by a person"));
  });

  it("comes of Wrong… together with the thumb, and Right is a thumb alone", async () => {
    await cardsFor(world);
    const { data } = await world.event("message.posted", (e) => e.data.kind === "finding");
    const place = { channel: data.channel, ts: data.ts };
    await world.does("click", { user: "U0LEE", action_id: slackActions.right, ...place });
    expect((await world.event("finding.rated")).data).toMatchObject({ right: true, by: { user: "U0LEE" } });
    await shownMessage(world, "finding", (words) => words.includes("People say right: 1"));
    await world.does("click", { user: "U0LEE", action_id: slackActions.right, ...place });
    const form = await opens(world, "click", { user: "U0SAM", action_id: slackActions.wrong, ...place });
    const values = { verdict: "false_positive", reason: "a test" };
    await world.does("submit", { user: "U0SAM", view_id: form.id, values });
    await world.event("finding.rated", (event) => !event.data.right && event.data.by.user === "U0SAM");
    await world.event("case.labelled");
    await shownMessage(world, "finding", (words) => words.includes("People say right: 1, wrong: 1"));
    const rated: string[] = [];
    for await (const { event } of world.bus.read({ types: ["decision.submitted"] })) {
      if (isEvent(event, "decision.submitted") && event.data.decision === "rate") {
        rated.push(event.data.principal.user);
      }
    }
    expect(rated).toEqual(["U0LEE", "U0SAM"]);
  });

  it("of somebody who lost the right meanwhile is refused, and they are told who can", async () => {
    await twoCases();
    await rootTs();
    const form = await formFor("U0SAM", `label ${caseId}`);
    for (const id of ["S0TIER2", "S0ANALYSTS"]) await world.does("usergroup", { id, users: ["U0LEE"] });
    const values = { verdict: "benign", reason: "a known job" };
    await world.does("submit", { user: "U0SAM", view_id: form.id, values });
    expect((await world.event("decision.refused")).data).toMatchObject({
      rule: "not_a_member",
      decision: "label",
    });
  });
});

describe("what else is said of a case, a rule or a role", () => {
  it("closes and assigns a case by @mention in its thread, with one press for the form", async () => {
    await twoCases();
    const place = await rootTs();
    const say = (text: string): ReturnType<typeof answered> =>
      answered(world, "message", { user: "U0SAM", ...place, text });
    const asked = await say("@soc close");
    expect(buttonsOf(asked.blocks)).toEqual([slackActions.openForm]);
    const press = { user: "U0SAM", action_id: slackActions.openForm, channel: asked.channel, ts: asked.ts };
    const form = await opens(world, "click", press);
    await world.does("submit", { user: "U0SAM", view_id: form.id, values: { reason: "done" } });
    await world.event("case.closed");
    await shownMessage(world, "root", (words) => words.includes("Closed"));
    await say("@soc assign @mia");
    expect((await world.event("case.assigned")).data.to.user).toBe("U0MIA");
    await shownMessage(world, "notice", (words) => words.includes("gave this case to"));
  });

  it("mutes a rule for a while and says so in the operations channel", async () => {
    await twoCases();
    const form = await formFor("U0SAM", `mute ${caseId}`);
    expect(JSON.stringify(form.blocks)).toContain('"initial_value":"Encoded PowerShell"');
    await world.does("submit", {
      user: "U0SAM",
      view_id: form.id,
      values: { hours: "4", reason: "tuning" },
    });
    const { data } = await world.event("suppression.set");
    expect(data).toMatchObject({ rule: "Encoded PowerShell", host: "FIN-WS-042" });
    expect(data).not.toHaveProperty("critical");
    await shownMessage(world, "notice", (words) => words.includes("Muted Encoded PowerShell on FIN-WS-042"));
    const all = await formFor("U0SAM", `mute ${caseId}`);
    const values = { hours: "4", severities: "all", reason: "tuning" };
    await world.does("submit", { user: "U0SAM", view_id: all.id, values });
    await world.event("suppression.set", (event) => event.data.critical === true);
    await shownMessage(world, "notice", (words) => words.includes("critical alerts too"));
    expect(await ask("U0SAM", "unmute")).toContain("Encoded PowerShell on FIN-WS-042 until");
    expect(await ask("U0SAM", "unmute Another rule")).toContain("Another rule is not muted.");
    await ask("U0SAM", "unmute encoded powershell");
    await world.event("suppression.lifted");
    await shownMessage(world, "notice", (words) => words.includes("Unmuted encoded powershell by"));
    expect(await ask("U0SAM", "unmute")).toContain("Nothing is muted.");
  });

  it("counts the repeats of an alert on the card of its case", async () => {
    await twoCases();
    await rootTs();
    const repeats = [2, 3].map((count) =>
      said(
        "alert.grouped",
        { caseId, sourceId: `again:${count}`, count },
        { source: "/sources/crowdstrike" },
      ),
    );
    await publish(world.bus, ...repeats);
    await shownMessage(world, "root", (words) => words.includes("3 alerts"));
  });

  it("pauses and resumes a role, seen by status and by the operations channel", async () => {
    await world.bus.open(["tier2", "human-gate"]);
    expect(await ask("U0ELENA", "pause teir2")).toContain('no role "teir2". Try /soc pause tier2');
    expect(await ask("U0ELENA", "resume tier2")).toContain("tier2 is not paused.");
    expect(await ask("U0ELENA", "pause human-gate")).toContain("nobody could resume it");
    await publish(
      world.bus,
      ...[said("alert.received", alert()), said("alert.triaged", triage(), { source: "/roles/sentinel" })],
      said("case.escalated", { toRole: "tier2", why: "look", priority: 7 }, { source: "/roles/sentinel" }),
    );
    await shownMessage(world, "root", (words) => words.includes("… Tier 2"));
    const form = await formFor("U0ELENA", "pause tier2");
    await world.does("submit", { user: "U0ELENA", view_id: form.id, values: { reason: "it loops" } });
    await world.event("role.paused");
    expect(await ask("U0LEE", "status")).toContain("Paused: tier2");
    await shownMessage(world, "notice", (words) => words.includes("Paused tier2 by"));
    await shownMessage(world, "root", (words) => words.includes("waits: Tier 2 is paused"));
    expect(await ask("U0ELENA", "pause tier2")).toContain("tier2 is paused already.");
    await ask("U0ELENA", "resume tier2");
    await world.event("role.resumed");
    expect(await ask("U0LEE", "status")).not.toContain("Paused");
    await shownMessage(world, "root", (words) => !words.includes("is paused"));
  });

  it("links two cases from a message by the shortcut", async () => {
    await twoCases();
    const { channel, thread_ts: ts } = await rootTs();
    const used = { user: "U0SAM", callback_id: shortcuts.attach, channel, ts };
    const form = await opens(world, "shortcut", used);
    expect(reads(form.blocks)).toContain(`This message is of ${caseId}`);
    const wrong = await world.does("submit", {
      ...{ user: "U0SAM", view_id: form.id, values: { to: "CASE-1", reason: "same C2" } },
    });
    expect(Object.keys(wrong.errors)).toEqual(["to"]);
    await world.does("submit", {
      user: "U0SAM",
      view_id: form.id,
      values: { to: other, reason: "same C2" },
    });
    expect((await world.event("case.linked")).data).toMatchObject({ to: other, reason: "same C2" });
    await shownMessage(world, "notice", (words) => words.includes(`linked this case to ${other}: same C2`));
  });
});
