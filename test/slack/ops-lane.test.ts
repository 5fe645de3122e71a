/** What concerns the SOC itself: each once in the operations channel, and inert whatever it says. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { slackConfig } from "../../slack/config.ts";
import { CardRefs } from "../../slack/card-refs.ts";
import { opsNotice, opsTypes, type OpsEvent } from "../../slack/blocks/ops-notices.ts";
import { Desk, type DeskOptions } from "../../slack/lanes/desk.ts";
import { OpsLane } from "../../slack/lanes/ops-lane.ts";
import { breaches } from "../../slack/limits.ts";
import { groupMention } from "../../slack/text.ts";
import { manualClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { FakeSlack } from "./fake-slack.ts";
import { mia, openedAt, said } from "./given.ts";
import { reads } from "./reads.ts";
import { delivery, Sending } from "./sender.ts";
import { soc } from "./soc.ts";

const slack = async (): Promise<{ sending: Sending; fake: FakeSlack; lane: () => OpsLane }> => {
  const sending = new Sending();
  const { bus, slack: fake } = sending;
  await bus.open([]);
  const clock = manualClock(openedAt);
  const options: DeskOptions = {
    ...{ bus, surface: "slack", config: slackConfig(soc), diagnostics: silent, clock },
    refs: new CardRefs(new Uint8Array(32), clock),
    groups: { mentionOf: () => Promise.resolve(groupMention("S0IRLEAD")) },
  };
  return { sending, fake, lane: () => new OpsLane(new Desk(options), fake.outbox()) };
};

function dead(group: string, at: number, error = "threw"): KnownEvent<"entry.dead"> {
  return said("entry.dead", { group, position: "1-0", reason: "threw", error }, { at });
}

const system = { subject: "system" };

/** One of each type that has a line, with these words wherever others' words go. */
function each(words: string): OpsEvent[] {
  const [short, long] = [words.slice(0, 64) || "x", words.slice(0, 1000) || "x"];
  const leg = { leg: short, why: long };
  return [
    said("entry.dead", { group: short, position: "1-0", reason: long, error: words }),
    said("entry.redriven", { group: words, position: "1-0" }),
    said("group.detached", { group: words, undone: ["1-0"], why: long }, system),
    said("handoff.unposted", { proposalId: "p1", tier: 0, askedAt: "2026-03-02T10:00:00.000Z" }),
    said(
      "log.erased",
      {
        ...{ partition: 0, after: "0-0", to: "1-0", hash: short, entries: 3 },
        ...{ by: words.slice(0, 200) || "x", why: words.slice(0, 500) || "x" },
      },
      system,
    ),
    said(
      "log.verified",
      { verdict: "damaged", entries: 3, heads: [words.slice(0, 120)], damage: [words.slice(0, 500)] },
      system,
    ),
    said("model.budget_spent", { role: "tier2", day: "2026-03-02", tokens: 900, budget: 800 }, system),
    said("model.failed_over", { ...leg, to: short }, system),
    said("model.recovered", leg, system),
    said("model.unavailable", { why: long }, system),
    said("page.failed", { proposalId: "p1", eventId: "e", pager: short, attempts: 3, why: long }),
    said("record.distrusted", { eventId: "e", type: short, source: short, position: "1-0", why: long }),
    said("role.paused", { role: "tier2", by: mia, reason: long }, system),
    said("role.resumed", { role: "tier2", by: mia }, system),
    said("suppression.lifted", { rule: short, host: short, by: mia }, system),
    said(
      "suppression.set",
      { suppressionId: "s1", rule: short, by: mia, until: "2026-03-02T10:00:00.000Z", reason: long },
      system,
    ),
    said(
      "tools.changed",
      {
        ...{ server: short, version: short, more: 3 },
        changes: [
          { tool: short, usable: true, why: words.slice(0, 500) || "x" },
          { tool: short, usable: false, why: words.slice(0, 500) || "x" },
        ],
      },
      system,
    ),
  ];
}

describe("a line of the operations channel", () => {
  it("is there for every type that has one, once, whatever crashes", async () => {
    const { fake, lane } = await slack();
    const events = each("what happened");
    expect(events.map(({ type }) => type).sort()).toEqual([...opsTypes].sort());
    const one = lane();
    for (const event of events) await one.handle(delivery(event));
    for (const event of events) await lane().handle(delivery(event, 2));
    expect(fake.messages).toHaveLength(events.length);
    expect(new Set(fake.messages.map(({ channel }) => channel))).toEqual(new Set(["C0OPS"]));
  });

  it("says what went wrong", () => {
    const texts = new Map(each("what happened").map((event) => [event.type, reads(opsNotice(event).blocks)]));
    expect(texts.get("entry.dead")).toMatch(
      /^Dead letter: work was given up\. what happened on CASE-.*dead list/,
    );
    expect(texts.get("group.detached")).toContain("1 entries were not done");
    expect(texts.get("record.distrusted")).toMatch(/^Alarm: an entry of the log is not from whom it says\./);
  });

  it("is shared by the dead letters of one group within an hour, each still told once", async () => {
    const { sending, fake, lane } = await slack();
    const dies = async (on: OpsLane, event: KnownEvent<"entry.dead">, deliveries = 1): Promise<void> => {
      await sending.bus.publish([event]);
      await sending.commit(event, await on.handle(delivery(event, deliveries)));
    };
    const one = lane();
    const at = (minute: number): number => openedAt + minute * 60_000;
    for (const minute of [0, 1, 2]) await dies(one, dead("sentinel", at(minute), `error ${minute}`));
    await dies(one, dead("tier2", openedAt));
    expect(fake.messages).toHaveLength(2);
    expect(reads(fake.messages[0]?.message.blocks)).toMatch(/given up 3 times within the hour.*error 2/s);
    // A process that died after it told of the fourth: the next one tells of it once, and counts on.
    const fourth = dead("sentinel", at(3), "error 3");
    await sending.bus.publish([fourth]);
    await one.handle(delivery(fourth));
    const next = lane();
    await dies(next, fourth, 2);
    expect(reads(fake.messages[0]?.message.blocks)).toMatch(/given up 4 times within the hour.*error 3/s);
    await dies(lane(), dead("sentinel", at(4), "error 4"));
    expect(reads(fake.messages[0]?.message.blocks)).toMatch(/given up 5 times within the hour.*error 4/s);
    expect(fake.messages).toHaveLength(2);
    await dies(lane(), dead("sentinel", at(61)));
    expect(fake.messages).toHaveLength(3);
  });

  it("begins anew when somebody has deleted it", async () => {
    const { fake, lane } = await slack();
    const one = lane();
    await one.handle(delivery(dead("sentinel", openedAt)));
    fake.messages.splice(0);
    await one.handle(delivery(dead("sentinel", openedAt + 1)));
    expect(fake.messages).toHaveLength(1);
  });

  it("holds nothing live, whatever it tells of", () => {
    const nasty = fc.oneof(
      fc.constantFrom("<!channel> <https://evil.example|x> http://evil.example `*x*`", "a\u202Eb\u200B"),
      fc.string({ unit: "binary", minLength: 1, maxLength: 3000 }),
    );
    fc.assert(
      fc.property(nasty, (words) => {
        for (const message of each(words.toWellFormed()).map(opsNotice)) {
          expect(breaches(message)).toEqual([]);
          const shown = JSON.stringify(message.blocks);
          expect(shown).not.toMatch(
            /"mrkdwn"|"url"|http:\/\/evil|evil\.example|[\u202A-\u202E\u200B-\u200D]/u,
          );
          expect(message.text).toMatch(/^[\w ,:.;']+$/);
        }
      }),
      { numRuns: 6 },
    );
  });
});
