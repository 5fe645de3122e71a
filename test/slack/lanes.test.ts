import { beforeEach, describe, expect, it } from "vitest";
import { CaseLane } from "../../slack/lanes/case-lane.ts";
import { Desk, orStop } from "../../slack/lanes/desk.ts";
import { DirectCards } from "../../slack/lanes/direct-cards.ts";
import { GateLane } from "../../slack/lanes/gate-lane.ts";
import { slackConfig } from "../../slack/config.ts";
import type { Outbox } from "../../slack/outbox.ts";
import { groupMention } from "../../slack/text.ts";
import type { Handled } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { EventType } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { outputId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { FakeSlack } from "./fake-slack.ts";
import { alert, asked, caseId, mia, openedAt, said, triage } from "./given.ts";
import { soc } from "./soc.ts";
import { buttonsOf, reads } from "./world.ts";

let slack: FakeSlack;
let bus: LocalBus;
beforeEach(async () => {
  slack = new FakeSlack();
  bus = new LocalBus();
  await bus.open([]);
});

interface Process {
  readonly desk: Desk;
  readonly gate: GateLane;
  readonly cases: CaseLane;
}

/** One process that sends; `startedAt` before the case was opened unless said otherwise. */
function started(over: { startedAt?: number; chatter?: Outbox } = {}): Process {
  const member = {
    principal: mia,
    name: "Mia",
    personId: "mia",
    guest: false,
    deactivated: false,
    bot: false,
  };
  const desk = new Desk({
    bus,
    surface: "slack",
    config: slackConfig(soc),
    groups: { mentionOf: () => Promise.resolve(groupMention("S0IRLEAD")) },
    clock: manualClock(over.startedAt ?? openedAt - 60_000),
    diagnostics: silent,
  });
  const onCall = () =>
    Promise.resolve({
      kind: "members",
      group: "g",
      askedAt: "2026-03-02T10:00:00.000Z",
      members: [member],
    } as const);
  const isWorkspace = (origin: string): boolean => origin === "https://home.slack.com";
  const direct = new DirectCards(desk, slack.outbox(), { directory: { onCall }, isWorkspace });
  return {
    desk,
    gate: new GateLane(desk, slack.outbox(), direct),
    cases: new CaseLane(desk, over.chatter ?? slack.outbox()),
  };
}

const delivery = <T extends EventType>(event: KnownEvent<T>, deliveries = 1) => ({
  ...{ event, deliveries, position: "1-0", partition: 0, state: undefined },
  signal: new AbortController().signal,
});

/** What the bus does with a handler's outputs. */
async function commit(event: KnownEvent, handled: Handled): Promise<void> {
  if (!("events" in handled)) throw new Error(`expected events, got ${JSON.stringify(handled)}`);
  const outputs = handled.events.map(({ type, data }, position) =>
    makeEvent({
      id: outputId({ group: "g", cause: event.id, position, type, data }),
      ...{ source: "/frontends/slack", type, subject: event.subject, time: event.time, data },
    }),
  );
  await bus.publish(outputs);
}

const opened = said("alert.received", alert(), { at: openedAt });
const found = said("alert.triaged", triage(), { source: "/roles/sentinel" });
const requested = said("handoff.requested", asked("p1"));

describe("a post", () => {
  it("is found again, not repeated, when the process died between Slack's answer and the commit", async () => {
    await bus.publish([opened, found, requested]);
    const dead = started();
    await dead.gate.handle(delivery(requested));
    await dead.cases.handle(delivery(found));
    const before = structuredClone(slack.messages.map(({ ts }) => ts));
    expect(before).toHaveLength(3);

    const next = started({ startedAt: openedAt + 60_000 });
    const handled = await next.gate.handle(delivery(requested, 2));
    await commit(requested, handled);
    await commit(found, await next.cases.handle(delivery(found, 2)));
    expect(slack.messages.map(({ ts }) => ts)).toEqual(before);
    expect(handled).toMatchObject({ events: [{ data: { kind: "gate", ts: slack.kind("gate")[0]?.ts } }] });
  });

  it("is not searched for when it is delivered for the first time", async () => {
    await bus.publish([opened, found, requested]);
    const { gate } = started();
    await gate.handle(delivery(requested));
    expect(slack.searches).toBe(0);
  });

  it("is looked up before it is repeated when Slack's answer was lost", async () => {
    await bus.publish([opened, found, requested]);
    const { gate } = started();
    slack.fail("post", "lost after");
    expect(await orStop(() => gate.handle(delivery(requested)))).toMatchObject({
      stop: expect.any(String) as string,
    });
    slack.fail("post", "lost after");
    expect(await orStop(() => gate.handle(delivery(requested)))).toMatchObject({
      stop: expect.any(String) as string,
    });
    await commit(requested, await gate.handle(delivery(requested)));
    expect(slack.messages.map(({ mark }) => mark.kind)).toEqual(["root", "gate"]);
    slack.settled();
  });

  it("stops its lane for as long as Slack asks, and nothing is spent", async () => {
    await bus.publish([opened, found]);
    const { cases } = started();
    slack.fail("post", "refused before", 17_000);
    expect(await orStop(() => cases.handle(delivery(found)))).toEqual({
      stop: "slack: scripted",
      retryAfterMs: 17_000,
    });
    expect(slack.messages).toEqual([]);
    await commit(found, await cases.handle(delivery(found)));
    expect(slack.messages.map(({ mark }) => mark.kind)).toEqual(["root", "finding"]);
    slack.settled();
  });
});

describe("a case's root", () => {
  it("is one, whichever lane comes first and though both come at once", async () => {
    await bus.publish([opened, found, requested]);
    const { gate, cases } = started();
    await Promise.all([cases.handle(delivery(found)), gate.handle(delivery(requested))]);
    expect(slack.kind("root")).toHaveLength(1);
    expect(new Set(slack.messages.slice(1).map(({ threadTs }) => threadTs))).toEqual(
      new Set([slack.kind("root")[0]?.ts]),
    );
  });

  it("that a dead process left behind is adopted by the lane that was not at work on it", async () => {
    await bus.publish([opened, found, requested]);
    const orphan = { event_id: found.id, kind: "root", case_id: caseId } as const;
    await slack.outbox().post({ channel: "#soc-cases", mark: orphan, message: { text: "x", blocks: [] } });
    const { gate } = started({ startedAt: openedAt + 60_000 });
    await gate.handle(delivery(requested));
    expect(slack.kind("root")).toHaveLength(1);
    expect(slack.kind("gate")[0]?.threadTs).toBe(slack.kind("root")[0]?.ts);
  });

  it("stays one when two processes send in spite of the rule", async () => {
    await bus.publish([opened, found, requested]);
    const [one, two] = [started(), started()];
    await Promise.all([one.gate.handle(delivery(requested)), two.cases.handle(delivery(found))]);
    expect(slack.kind("root")).toHaveLength(1);
    expect(slack.deleted).toHaveLength(1);
  });

  it("calls nobody: the card's mention is the one", async () => {
    await bus.publish([opened, found, requested]);
    const { gate } = started();
    await gate.handle(delivery(requested));
    const live = slack.messages.filter(({ message }) => JSON.stringify(message).includes("<!subteam"));
    expect(live.map(({ mark }) => mark.kind)).toEqual(["gate"]);
  });

  it("is drawn once for what happened while an earlier drawing was under way", async () => {
    await bus.publish([opened, found]);
    const { cases } = started();
    await commit(found, await cases.handle(delivery(found)));
    const escalated = Array.from({ length: 20 }, (_, i) =>
      said("case.escalated", { toRole: "tier2", why: `because ${i}`, priority: 9 }),
    );
    await bus.publish(escalated);
    await Promise.all(escalated.map((event) => cases.handle(delivery(event))));
    const root = slack.kind("root")[0];
    expect(root?.edits).toBeLessThanOrEqual(3);
    expect(reads(root?.message.blocks)).toContain("✓ Sentinel  … Tier 2");
  });

  it("comes again when somebody deleted it", async () => {
    await bus.publish([opened, found]);
    const { cases } = started();
    await commit(found, await cases.handle(delivery(found)));
    const first = slack.kind("root")[0];
    if (first === undefined) throw new Error("no root");
    slack.remove(first);
    const [planned, investigated] = [
      said("case.escalated", { toRole: "tier2", why: "x", priority: 9 }),
      requested,
    ];
    await bus.publish([planned, investigated]);
    await cases.handle(delivery(planned));
    await cases.handle(delivery(investigated));
    expect(slack.kind("root")).toHaveLength(1);
    expect(slack.kind("root")[0]?.ts).not.toBe(first.ts);
  });
});

describe("a gate card", () => {
  it("does not wait behind chatter, not even for the root", async () => {
    await bus.publish([opened, found, requested]);
    const never = new Promise<void>(() => undefined);
    const { gate, cases } = started({ chatter: slack.outbox(() => never) });
    void cases.handle(delivery(found));
    await commit(requested, await gate.handle(delivery(requested)));
    expect(slack.messages.map(({ mark }) => mark.kind)).toEqual(["root", "gate"]);
  });

  it("is shown in the channel once a hand-off and copied to each member once it is on the log", async () => {
    const second = said("handoff.requested", asked("p2"));
    await bus.publish([opened, found, requested, second]);
    const { gate } = started();
    for (const event of [requested, second]) await commit(event, await gate.handle(delivery(event)));
    expect(slack.kind("gate").map(({ broadcast }) => broadcast)).toEqual([true, false]);
    const events: KnownEvent<"message.posted">[] = [];
    for await (const { event } of bus.read({ types: ["message.posted"] })) {
      if (event.type === "message.posted" && !("foreign" in event) && event.data.kind === "gate")
        events.push(event);
    }
    for (const event of events) await commit(event, await gate.handle(delivery(event)));
    const copies = slack.kind("direct");
    expect(copies.map(({ channel }) => channel)).toEqual(["DU0MIA"]);
    expect(reads(copies[0]?.message.blocks).match(/Isolate host/g)).toHaveLength(2);
  });

  it("loses its buttons, and so does every copy, when it is decided elsewhere", async () => {
    await bus.publish([opened, found, requested]);
    const { gate } = started();
    await commit(requested, await gate.handle(delivery(requested)));
    const { digest } = asked("p1");
    const decided = said("action.decided", {
      proposalId: "p1",
      outcome: "rejected",
      by: [mia],
      why: "drill",
      digest,
    });
    await bus.publish([decided]);
    await gate.handle(delivery(decided));
    expect(buttonsOf(slack.kind("gate")[0]?.message.blocks)).toEqual([]);
    expect(reads(slack.kind("gate")[0]?.message.blocks)).toContain("drill");
  });

  it("that somebody deleted while it was open is posted again", async () => {
    await bus.publish([opened, found, requested]);
    const { gate } = started();
    await commit(requested, await gate.handle(delivery(requested)));
    const first = slack.kind("gate")[0];
    if (first === undefined) throw new Error("no card");
    slack.remove(first);
    const due = { proposalId: "p1", tier: 0, postedAt: opened.time, expiresAt: "2026-03-02T10:30:00.000Z" };
    const clock = said("handoff.opened", due);
    await bus.publish([clock]);
    await commit(clock, await gate.handle(delivery(clock)));
    expect(slack.kind("gate")).toHaveLength(1);
    expect((await started().desk.read(caseId)).messages.filter(({ kind }) => kind === "gate")).toHaveLength(
      2,
    );
  });

  it("is not posted for what is not open any more", async () => {
    const { digest } = asked("p1");
    const decided = said("action.decided", {
      proposalId: "p1",
      outcome: "superseded",
      by: [],
      why: "x",
      digest,
    });
    await bus.publish([opened, found, requested, decided]);
    const { gate } = started();
    await gate.handle(delivery(requested));
    expect(slack.messages).toEqual([]);
  });

  it("reminds in the thread, with one mention a hand-off", async () => {
    const second = said("handoff.requested", asked("p2"));
    await bus.publish([opened, found, requested, second]);
    const { gate } = started();
    for (const event of [requested, second]) await commit(event, await gate.handle(delivery(event)));
    const reminders = ["p1", "p2"].map((proposalId) =>
      said("handoff.reminded", { proposalId, tier: 0, share: 0.5 }),
    );
    await bus.publish(reminders);
    for (const event of reminders) await commit(event, await gate.handle(delivery(event)));
    const texts = slack.kind("notice").map(({ message }) => JSON.stringify(message));
    expect(texts.map((text) => text.includes("<!subteam^S0IRLEAD>"))).toEqual([true, false]);
  });
});

describe("a case that needs no thread", () => {
  it("gets none", async () => {
    const benign = said("alert.triaged", triage({ verdict: "benign", intent: "benign", priority: 2 }));
    await bus.publish([opened, benign]);
    const { cases } = started();
    expect(await cases.handle(delivery(benign))).toEqual({ skip: `${caseId} needs no thread` });
    expect(slack.messages).toEqual([]);
  });
});

describe("a finding", () => {
  it("is edited in place when its role works again", async () => {
    await bus.publish([opened, found]);
    const { cases } = started();
    await commit(found, await cases.handle(delivery(found)));
    const again = said("alert.triaged", triage({ summary: "second look" }), { source: "/roles/sentinel" });
    await bus.publish([again]);
    await commit(again, await cases.handle(delivery(again)));
    expect(slack.kind("finding")).toHaveLength(1);
    expect(reads(slack.kind("finding")[0]?.message.blocks)).toContain("second look");
  });
});
