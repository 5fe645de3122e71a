import fc from "fast-check";
import { beforeEach, describe, expect, it } from "vitest";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { GateLane } from "../../slack/lanes/gate-lane.ts";
import type { StateEvent } from "../../slack/blocks/state-notices.ts";
import type { Standing } from "./fake-slack.ts";
import { asked, caseId, mia, priya, proposed, said } from "./given.ts";
import { buttonsOf, reads } from "./reads.ts";
import { delivery, found, opened, requested, Sending } from "./sender.ts";

let sending: Sending;
beforeEach(async () => {
  sending = new Sending();
  await sending.bus.open([]);
});

describe("a gate card", () => {
  it("does not wait behind chatter, not even for the root", async () => {
    await sending.bus.publish([opened, found, requested]);
    const never = new Promise<void>(() => undefined);
    const { gate, cases } = sending.started({ chatter: sending.slack.outbox(() => never) });
    void cases.handle(delivery(found));
    await sending.commit(requested, await gate.handle(delivery(requested)));
    expect(sending.slack.messages.map(({ mark }) => mark.kind)).toEqual(["root", "gate"]);
  });

  it("is shown in the channel once a hand-off and copied to each member once it is on the log", async () => {
    const second = said("handoff.requested", asked("p2"));
    await sending.bus.publish([opened, found, requested, second]);
    const { gate, copies: lane } = sending.started();
    for (const event of [requested, second]) await sending.commit(event, await gate.handle(delivery(event)));
    expect(sending.slack.kind("gate").map(({ broadcast }) => broadcast)).toEqual([true, false]);
    const events: KnownEvent<"message.posted">[] = [];
    for await (const { event } of sending.bus.read({ types: ["message.posted"] })) {
      if (event.type === "message.posted" && !("foreign" in event) && event.data.kind === "gate")
        events.push(event);
    }
    for (const event of events) await sending.commit(event, await lane.handle(delivery(event)));
    const copies = sending.slack.kind("direct");
    expect(copies.map(({ channel }) => channel)).toEqual(["DU0MIA"]);
    expect(reads(copies[0]?.message.blocks).match(/Isolate host/g)).toHaveLength(2);
  });

  it("loses its buttons, and so does every copy, when it is decided elsewhere", async () => {
    await sending.bus.publish([opened, found, requested]);
    const { gate } = sending.started();
    await sending.commit(requested, await gate.handle(delivery(requested)));
    const { digest } = asked("p1");
    const decided = said("action.decided", {
      proposalId: "p1",
      outcome: "rejected",
      by: [mia],
      why: "drill",
      digest,
    });
    await sending.bus.publish([decided]);
    await gate.handle(delivery(decided));
    expect(buttonsOf(sending.slack.kind("gate")[0]?.message.blocks)).toEqual([]);
    expect(reads(sending.slack.kind("gate")[0]?.message.blocks)).toContain("drill");
  });

  it("that somebody deleted while it was open is posted again", async () => {
    await sending.bus.publish([opened, found, requested]);
    const { gate } = sending.started();
    await sending.commit(requested, await gate.handle(delivery(requested)));
    const first = sending.slack.kind("gate")[0];
    if (first === undefined) throw new Error("no card");
    sending.slack.remove(first);
    const due = { proposalId: "p1", tier: 0, postedAt: opened.time, expiresAt: "2026-03-02T10:30:00.000Z" };
    const clock = said("handoff.opened", due);
    await sending.bus.publish([clock]);
    await sending.commit(clock, await gate.handle(delivery(clock)));
    expect(sending.slack.kind("gate")).toHaveLength(1);
    expect(
      (await sending.started().desk.read(caseId)).messages.filter(({ kind }) => kind === "gate"),
    ).toHaveLength(2);
  });

  describe("that somebody deleted", () => {
    const due = { proposalId: "p1", tier: 0, postedAt: opened.time, expiresAt: "2026-03-02T10:30:00.000Z" };
    const clock = said("handoff.opened", due);
    const mine = said("case.assigned", { proposalId: "p1", to: mia, by: mia });

    beforeEach(async () => {
      await sending.bus.publish([opened, found, requested]);
    });

    async function deleted(): Promise<GateLane> {
      const { gate } = sending.started();
      await sending.commit(requested, await gate.handle(delivery(requested)));
      sending.slack.remove(card());
      await sending.bus.publish([clock, mine]);
      return gate;
    }

    function card(): Standing {
      const [first] = sending.slack.kind("gate");
      if (first === undefined) throw new Error("no card");
      return first;
    }

    it("is posted once though two events find it gone before the log has its new place", async () => {
      const gate = await deleted();
      const both = [await gate.handle(delivery(clock)), await gate.handle(delivery(mine))];
      expect(sending.slack.kind("gate")).toHaveLength(1);
      for (const handled of both) expect(handled).toMatchObject({ events: [{ data: { ts: card().ts } }] });
    });

    it("is posted once though a process died before the log had its new place", async () => {
      await (await deleted()).handle(delivery(clock));
      await sending.started().gate.handle(delivery(clock, 2));
      expect(sending.slack.kind("gate")).toHaveLength(1);
    });

    it("is posted once though Slack fails after it and the entry comes again", async () => {
      const gate = await deleted();
      sending.slack.fail("post", "lost after");
      await expect(gate.handle(delivery(clock))).rejects.toMatchObject({ code: "slack_down" });
      await gate.handle(delivery(clock));
      expect(sending.slack.kind("gate")).toHaveLength(1);
      sending.slack.settled();
    });
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
    await sending.bus.publish([opened, found, requested, decided]);
    const { gate } = sending.started();
    await gate.handle(delivery(requested));
    expect(sending.slack.messages).toEqual([]);
  });

  it("reminds in the thread, with one mention a hand-off", async () => {
    const second = said("handoff.requested", asked("p2"));
    await sending.bus.publish([opened, found, requested, second]);
    const { gate } = sending.started();
    for (const event of [requested, second]) await sending.commit(event, await gate.handle(delivery(event)));
    const reminders = ["p1", "p2"].map((proposalId) =>
      said("handoff.reminded", { proposalId, tier: 0, share: 0.5 }),
    );
    await sending.bus.publish(reminders);
    for (const event of reminders) await sending.commit(event, await gate.handle(delivery(event)));
    const texts = sending.slack.kind("notice").map(({ message }) => JSON.stringify(message));
    expect(texts.map((text) => text.includes("<!subteam^S0IRLEAD>"))).toEqual([true, false]);
  });
});

describe("the cards of one plan", () => {
  const hosts = ["FIN-WS-042", "OPS-WS-031", "NW-SRV-01", "NW-SRV-02"] as const;
  const plan = hosts.map((value) => ({
    ...said("action.proposed", proposed({ target: { type: "host", value } }), { source: "/roles/ir-lead" }),
    causationid: "run-1",
  }));
  const words = plan.map(({ id, data: { target } }, at) =>
    // The third is one nobody may be asked about.
    at === 2
      ? said("action.decided", {
          proposalId: id,
          outcome: "cancelled",
          by: [],
          why: "never",
          digest: "0".repeat(64),
        })
      : said("handoff.requested", asked(id, { ask: { target } })),
  );

  const anyOrder = fc.shuffledSubarray([0, 1, 2, 3], { minLength: 4 });

  it("stand in the plan's order, each once, with one mention, in whatever order the gate speaks of them", async () => {
    await fc.assert(
      fc.asyncProperty(anyOrder, fc.boolean(), async (order, late) => {
        const run = new Sending();
        await run.bus.open([]);
        const spoken = order.flatMap((at) => words.slice(at, at + 1));
        await run.bus.publish([opened, found, ...plan, ...(late ? spoken : [])]);
        const { gate } = run.started();
        for (const event of spoken) {
          if (!late) await run.bus.publish([event]);
          const handled = await gate.handle(delivery(event));
          if ("events" in handled) await run.commit(event, handled);
        }
        const cards = run.slack.kind("gate").map(({ message }) => JSON.stringify(message));
        expect(cards.map((card) => hosts.find((host) => card.includes(host)))).toEqual([
          ...["FIN-WS-042", "OPS-WS-031", "NW-SRV-02"],
        ]);
        expect(cards.map((card) => card.includes("<!subteam^S0IRLEAD>"))).toEqual([true, false, false]);
        await run.bus.close();
      }),
      { numRuns: 24 },
    );
  });

  it("are posted all the same once nobody has seen one for too long", async () => {
    const [, second] = words;
    if (second === undefined || !isEvent(second, "handoff.requested")) throw new Error("no second");
    await sending.bus.publish([opened, found, ...plan, second]);
    const { gate } = sending.started();
    expect(JSON.stringify(await gate.handle(delivery(second)))).toContain("as the plan has it");
    expect(sending.slack.kind("gate")).toEqual([]);
    const alarm = said("handoff.unposted", {
      ...{ proposalId: second.data.proposalId, tier: 0, askedAt: second.time },
    });
    await sending.bus.publish([alarm]);
    await sending.commit(alarm, await gate.handle(delivery(alarm)));
    expect(sending.slack.kind("gate")).toHaveLength(1);
  });
});

describe("a state that an edit would tell nobody", () => {
  const { digest } = asked("p1");
  const decided = (
    outcome: "authorised" | "expired" | "superseded" | "rejected",
  ): KnownEvent<"action.decided"> =>
    said("action.decided", {
      proposalId: "p1",
      outcome,
      by: outcome === "authorised" ? [mia] : [],
      why: "so",
      digest,
    });
  const authorised = decided("authorised");
  const priyas = said("case.assigned", { proposalId: "p1", to: priya, by: priya });
  const why = { proposalId: "p1", why: "the host is the spare" };

  async function noticeOf(
    ...events: KnownEvent<StateEvent["type"] | "case.assigned" | "action.executed">[]
  ): Promise<string[]> {
    await sending.bus.publish([opened, found, requested]);
    const { gate } = sending.started();
    await sending.commit(requested, await gate.handle(delivery(requested)));
    for (const event of events) {
      await sending.bus.publish([event]);
      await sending.commit(event, await gate.handle(delivery(event)));
    }
    return sending.slack.kind("notice").map(({ message }) => reads(message.blocks));
  }

  it.each([
    ["expired", [decided("expired")], "Expired: nobody answered. It was not denied", "<!subteam^S0IRLEAD>"],
    ["superseded", [decided("superseded")], "Superseded: the case has changed", "<!subteam^S0IRLEAD>"],
    [
      "lapsed",
      [authorised, priyas, said("action.lapsed", why)],
      "Lapsed: nobody marked it done",
      "<@U0MIA> <@U0PRIYA>",
    ],
    ["revoked", [authorised, said("action.revoked", why)], "Do not carry it out.", "<@U0MIA>"],
    [
      "overdue",
      [authorised, said("action.overdue", { proposalId: "p1", share: 0.5, owners: [priya] })],
      "Overdue: authorised, and nobody has marked it done.",
      "<@U0PRIYA>",
    ],
    [
      "rolled back",
      [
        authorised,
        said("action.executed", { proposalId: "p1", by: mia }),
        said("action.rolled_back", { ...why, by: mia }),
      ],
      "Rolled back: it was done, and has been undone.",
      "<@U0MIA>",
    ],
  ] as const)("%s is said in a message of its own, to whom it concerns", async (_, events, words, called) => {
    const notices = await noticeOf(...events);
    expect(notices).toHaveLength(1);
    expect(notices[0]).toContain(words);
    expect(notices[0]).toContain(called);
    expect(notices[0]).toContain("Isolate host FIN-WS-042");
  });

  it.each(["authorised", "rejected"] as const)("%s is not said twice: the card says it", async (outcome) => {
    expect(await noticeOf(decided(outcome))).toEqual([]);
  });
});
