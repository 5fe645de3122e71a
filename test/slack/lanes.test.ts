import { beforeEach, describe, expect, it } from "vitest";
import { orStop } from "../../slack/lanes/desk.ts";
import { caseId, openedAt, said, triage } from "./given.ts";
import { reads } from "./reads.ts";
import { delivery, found, opened, requested, Sending } from "./sender.ts";

let sending: Sending;
beforeEach(async () => {
  sending = new Sending();
  await sending.bus.open([]);
});

describe("a post", () => {
  it("is found again, not repeated, when the process died between Slack's answer and the commit", async () => {
    await sending.bus.publish([opened, found, requested]);
    const dead = sending.started();
    await dead.gate.handle(delivery(requested));
    await dead.cases.handle(delivery(found));
    const before = structuredClone(sending.slack.messages.map(({ ts }) => ts));
    expect(before).toHaveLength(3);

    const next = sending.started({ startedAt: openedAt + 60_000 });
    const handled = await next.gate.handle(delivery(requested, 2));
    await sending.commit(requested, handled);
    await sending.commit(found, await next.cases.handle(delivery(found, 2)));
    expect(sending.slack.messages.map(({ ts }) => ts)).toEqual(before);
    expect(handled).toMatchObject({
      events: [{ data: { kind: "gate", ts: sending.slack.kind("gate")[0]?.ts } }],
    });
  });

  it("is not searched for when it is delivered for the first time", async () => {
    await sending.bus.publish([opened, found, requested]);
    const { gate } = sending.started();
    await gate.handle(delivery(requested));
    expect(sending.slack.searches).toBe(0);
  });

  it("is looked up before it is repeated when Slack's answer was lost", async () => {
    await sending.bus.publish([opened, found, requested]);
    const { gate } = sending.started();
    sending.slack.fail("post", "lost after");
    expect(await orStop(() => gate.handle(delivery(requested)))).toMatchObject({
      stop: expect.any(String) as string,
    });
    sending.slack.fail("post", "lost after");
    expect(await orStop(() => gate.handle(delivery(requested)))).toMatchObject({
      stop: expect.any(String) as string,
    });
    await sending.commit(requested, await gate.handle(delivery(requested)));
    expect(sending.slack.messages.map(({ mark }) => mark.kind)).toEqual(["root", "gate"]);
    sending.slack.settled();
  });

  it("stops its lane for as long as Slack asks, and nothing is spent", async () => {
    await sending.bus.publish([opened, found]);
    const { cases } = sending.started();
    sending.slack.fail("post", "refused before", 17_000);
    expect(await orStop(() => cases.handle(delivery(found)))).toEqual({
      stop: "slack: scripted",
      retryAfterMs: 17_000,
    });
    expect(sending.slack.messages).toEqual([]);
    await sending.commit(found, await cases.handle(delivery(found)));
    expect(sending.slack.messages.map(({ mark }) => mark.kind)).toEqual(["root", "finding"]);
    sending.slack.settled();
  });
});

describe("a finding", () => {
  it.each(["/sources/crowdstrike", "/roles/tier2/evil.example", "/roles/-"])(
    "of %s, which is no role's name, is shown under none, and edits no other's",
    async (source) => {
      await sending.bus.publish([opened, found]);
      const { cases } = sending.started();
      await sending.commit(found, await cases.handle(delivery(found)));
      const [one, two] = [
        said("alert.triaged", triage(), { source }),
        said("alert.triaged", triage(), { source }),
      ];
      await sending.bus.publish([one, two]);
      for (const event of [one, two, two]) await sending.commit(event, await cases.handle(delivery(event)));
      const shown = sending.slack.kind("finding").map(({ message }) => message);
      expect(shown.map(({ blocks }) => reads(blocks).split(" · ")[0])).toEqual([
        "Sentinel",
        "A role hatrack does not know",
        "A role hatrack does not know",
      ]);
      expect(JSON.stringify(shown)).not.toContain(source.slice(1));
    },
  );
});

describe("a case's root", () => {
  it("is one, whichever lane comes first and though both come at once", async () => {
    await sending.bus.publish([opened, found, requested]);
    const { gate, cases } = sending.started();
    await Promise.all([cases.handle(delivery(found)), gate.handle(delivery(requested))]);
    expect(sending.slack.kind("root")).toHaveLength(1);
    expect(new Set(sending.slack.messages.slice(1).map(({ threadTs }) => threadTs))).toEqual(
      new Set([sending.slack.kind("root")[0]?.ts]),
    );
  });

  it("that a dead process left behind is adopted by the lane that was not at work on it", async () => {
    await sending.bus.publish([opened, found, requested]);
    const orphan = { event_id: found.id, kind: "root", case_id: caseId } as const;
    await sending.slack
      .outbox()
      .post({ channel: "#soc-cases", mark: orphan, message: { text: "x", blocks: [] } });
    const { gate } = sending.started({ startedAt: openedAt + 60_000 });
    await gate.handle(delivery(requested));
    expect(sending.slack.kind("root")).toHaveLength(1);
    expect(sending.slack.kind("gate")[0]?.threadTs).toBe(sending.slack.kind("root")[0]?.ts);
  });

  it("stays one when two processes send in spite of the rule", async () => {
    await sending.bus.publish([opened, found, requested]);
    const [one, two] = [sending.started(), sending.started()];
    await Promise.all([one.gate.handle(delivery(requested)), two.cases.handle(delivery(found))]);
    expect(sending.slack.kind("root")).toHaveLength(1);
    expect(sending.slack.deleted).toHaveLength(1);
  });

  it("calls nobody: the card's mention is the one", async () => {
    await sending.bus.publish([opened, found, requested]);
    const { gate } = sending.started();
    await gate.handle(delivery(requested));
    const live = sending.slack.messages.filter(({ message }) =>
      JSON.stringify(message).includes("<!subteam"),
    );
    expect(live.map(({ mark }) => mark.kind)).toEqual(["gate"]);
  });

  it("is drawn once for what happened while an earlier drawing was under way", async () => {
    await sending.bus.publish([opened, found]);
    const { cases } = sending.started();
    await sending.commit(found, await cases.handle(delivery(found)));
    const escalated = Array.from({ length: 20 }, (_, i) =>
      said("case.escalated", { toRole: "tier2", why: `because ${i}`, priority: 9 }),
    );
    await sending.bus.publish(escalated);
    await Promise.all(escalated.map((event) => cases.handle(delivery(event))));
    const root = sending.slack.kind("root")[0];
    expect(root?.edits).toBeLessThanOrEqual(3);
    expect(reads(root?.message.blocks)).toContain("✓ Sentinel  … Tier 2");
  });

  it("is drawn once, by the last entry, for all that a lane which is behind finds on the log", async () => {
    await sending.bus.publish([opened, found]);
    const { cases } = sending.started();
    await sending.commit(found, await cases.handle(delivery(found)));
    const edits = sending.slack.kind("root")[0]?.edits ?? 0;
    const escalated = Array.from({ length: 20 }, (_, i) =>
      said("case.escalated", { toRole: "tier2", why: `because ${i}`, priority: 9 }),
    );
    const stored = await sending.bus.publish(escalated);
    for (const [at, event] of escalated.entries()) {
      await cases.handle({ ...delivery(event), position: stored[at]?.position ?? "" });
    }
    const root = sending.slack.kind("root")[0];
    expect(root?.edits).toBe(edits + 1);
    expect(reads(root?.message.blocks)).toContain("✓ Sentinel  … Tier 2");
  });

  it("comes again when somebody deleted it", async () => {
    await sending.bus.publish([opened, found]);
    const { cases } = sending.started();
    await sending.commit(found, await cases.handle(delivery(found)));
    const first = sending.slack.kind("root")[0];
    if (first === undefined) throw new Error("no root");
    sending.slack.remove(first);
    const [planned, investigated] = [
      said("case.escalated", { toRole: "tier2", why: "x", priority: 9 }),
      requested,
    ];
    await sending.bus.publish([planned, investigated]);
    await cases.handle(delivery(planned));
    await cases.handle(delivery(investigated));
    expect(sending.slack.kind("root")).toHaveLength(1);
    expect(sending.slack.kind("root")[0]?.ts).not.toBe(first.ts);
  });
});

describe("a case that needs no thread", () => {
  it("gets none", async () => {
    const benign = said("alert.triaged", triage({ verdict: "benign", intent: "benign", priority: 2 }));
    await sending.bus.publish([opened, benign]);
    const { cases } = sending.started();
    expect(await cases.handle(delivery(benign))).toEqual({ skip: `${caseId} needs no thread` });
    expect(sending.slack.messages).toEqual([]);
  });
});

describe("a finding", () => {
  it("is edited in place when its role works again", async () => {
    await sending.bus.publish([opened, found]);
    const { cases } = sending.started();
    await sending.commit(found, await cases.handle(delivery(found)));
    const again = said("alert.triaged", triage({ summary: "second look" }), { source: "/roles/sentinel" });
    await sending.bus.publish([again]);
    await sending.commit(again, await cases.handle(delivery(again)));
    expect(sending.slack.kind("finding")).toHaveLength(1);
    expect(reads(sending.slack.kind("finding")[0]?.message.blocks)).toContain("second look");
  });
});
