/** Digests in the channel: each once whatever crashes, and a campaign in one thread. */
import { describe, expect, it } from "vitest";
import { orStop } from "../../slack/lanes/desk.ts";
import { isoTime } from "../../src/clock.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { image, openChannel, there } from "./digest-channel.ts";
import { campaign, cases, shift, tuning, tuningId } from "./digest-given.ts";
import { alert, caseId, mia, openedAt, said, triage, type Triage } from "./given.ts";
import { reads } from "./reads.ts";
import { delivery } from "./sender.ts";

function answered(outcome: "accepted" | "declined"): KnownEvent<"tuning.decided"> {
  const data = { tuningId, outcome, rule: "Encoded PowerShell", reportId: "r", by: mia };
  return said("tuning.decided", data, { subject: "system", source: "/gate" });
}

function fired(role: string, start: number, end: number): KnownEvent<"schedule.fired"> {
  const window = { start: isoTime(start), end: isoTime(end) };
  return said("schedule.fired", { role, window, nominal: window.end }, { subject: `calendar:${role}` });
}

describe("a report", () => {
  it("is posted once in the digest channel, whatever crashes", async () => {
    const channel = await openChannel();
    const event = shift();
    await channel.bus.publish([event]);
    await channel.started().digest.handle(delivery(event));
    const again = await channel.started().digest.handle(delivery(event, 2));
    expect(channel.slack.kind("digest")).toHaveLength(1);
    expect(channel.slack.messages[0]?.channel).toBe("C0DIGEST");
    expect(again).toMatchObject({ events: [{ type: "message.posted", data: { kind: "digest" } }] });
    await channel.bus.close();
  });

  it("is searched for, not repeated, when Slack's answer was lost", async () => {
    const channel = await openChannel();
    const { digest } = channel.started();
    const event = tuning();
    await channel.bus.publish([event]);
    channel.slack.fail("post", "lost after");
    expect(await orStop(() => digest.handle(delivery(event)))).toHaveProperty("stop");
    await digest.handle(delivery(event));
    expect(channel.slack.kind("digest")).toHaveLength(1);
    channel.slack.settled();
    await channel.bus.close();
  });

  it("with nothing new is no message", async () => {
    const channel = await openChannel();
    const { digest } = channel.started();
    const quiet = shift({ counts: { received: 0 }, openApprovals: [] });
    for (const event of [quiet, tuning({ rules: [] })]) {
      expect(await digest.handle(delivery(event))).toHaveProperty("skip");
    }
    expect(channel.slack.messages).toEqual([]);
    await channel.bus.close();
  });

  it("of a tuning shows its answer, and keeps its picture", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const [rule] = tuning().data.rules;
    const rules = rule === undefined ? [] : [rule, { ...rule, rule: "Another", tuningId: "TUNE-AAAAAAAAAA" }];
    const posted = there(await channel.say(process, tuning({ rules })));
    await channel.draw(process, posted);
    const decided = answered("accepted");
    await channel.bus.publish([decided]);
    await process.digest.handle(delivery(decided));
    const [message] = channel.slack.messages;
    expect(reads(message?.message.blocks)).toMatch(/Accepted by @?U0MIA/);
    expect(JSON.stringify(message).match(/"tuning\.accept"/g)).toHaveLength(1);
    expect(image(message)).toMatchObject({ slack_file: { id: "F0UPLOAD1" } });
    const other = channel.started();
    await other.digest.handle(delivery(decided, 2));
    expect(image(channel.slack.messages[0])).toMatchObject({ slack_file: { id: "F0UPLOAD1" } });
    await channel.bus.close();
  });
});

describe("a campaign", () => {
  const first = campaign();
  const grown = campaign({ caseIds: [...cases], cases: 4, before: 3 });

  it("that grows is a reply under its first message, which then shows the whole", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const root = there(await channel.say(process, first));
    await channel.draw(process, root);
    const reply = there(await channel.say(process, grown));
    expect(reply.data.threadTs).toBe(root.data.ts);
    expect(channel.slack.messages).toHaveLength(2);
    const [message] = channel.slack.messages;
    expect(reads(message?.message.blocks)).toContain("Campaign: 4 cases");
    expect(message?.mark.event_id).toBe(first.id);
    expect(reads(channel.slack.messages[1]?.message.blocks)).toContain("Grown from 3 to 4 cases");

    await channel.draw(process, reply);
    expect(image(channel.slack.messages[0])).toMatchObject({ slack_file: { id: "F0UPLOAD2" } });
    expect(image(channel.slack.messages[1])).toBeUndefined();
    expect(channel.drawn[1]).toMatchObject({
      campaign: { total: 4, cases: [{ isNew: false }, {}, {}, { isNew: true }] },
    });
    await channel.bus.close();
  });

  it("is announced once, and its growth once, when processes die in between", async () => {
    const channel = await openChannel();
    await channel.say(channel.started(), first);
    await channel.bus.publish([grown]);
    await channel.started().digest.handle(delivery(grown));
    await channel.started().digest.handle(delivery(grown, 2));
    await channel.started().digest.handle(delivery(first, 2));
    expect(channel.slack.messages).toHaveLength(2);
    await channel.bus.close();
  });

  it("whose message somebody deleted gets a new one", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const root = there(await channel.say(process, first));
    channel.slack.remove(root.data);
    const again = there(await channel.say(process, grown));
    expect(again.data.threadTs).toBeUndefined();
    expect(reads(channel.slack.messages[0]?.message.blocks)).toContain("Campaign: 4 cases");
    await channel.bus.close();
  });

  it("of another name is another message", async () => {
    const channel = await openChannel();
    const process = channel.started();
    await channel.say(process, first);
    await channel.say(process, campaign({ clusterId: "CAMPAIGN-BBBBBBBBBB" }));
    expect(channel.slack.messages.map(({ threadTs }) => threadTs)).toEqual([undefined, undefined]);
    await channel.bus.close();
  });
});

describe("what got no thread", () => {
  it("is one line an hour, by log time, of what the log says", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const hour = 3_600_000;
    const quiet = (id: string) => {
      const over = { subject: id, at: channel.clock.now() };
      const benign: Partial<Triage> = {
        intent: "benign",
        outcome: "attempted",
        verdict: "benign",
        priority: 2,
      };
      return [
        said("alert.received", alert({ caseId: id }), over),
        said("alert.triaged", triage(benign), over),
      ];
    };
    await channel.bus.publish([...quiet(cases[0]), ...quiet(cases[1])]);
    await channel.bus.publish([said("alert.received", alert()), said("alert.triaged", triage())]);
    const end = openedAt + hour;
    channel.clock.advance(hour);
    await channel.bus.publish(quiet(cases[2]));

    const line = fired("no-thread", openedAt, end);
    await channel.say(process, line);
    const [message] = channel.slack.messages;
    expect(reads(message?.message.blocks)).toMatch(
      /^2 alerts needed no thread · .* · 2 benign · 2 by Encoded/,
    );
    expect(reads(message?.message.blocks)).not.toContain(caseId);

    await channel.say(process, fired("no-thread", end, end + hour));
    expect(reads(channel.slack.messages[1]?.message.blocks)).toMatch(/^1 alert needed no thread/);
    const empty = fired("no-thread", end + hour, end + 2 * hour);
    expect(await process.digest.handle(delivery(empty))).toHaveProperty("skip");
    expect(channel.slack.messages).toHaveLength(2);
    await channel.bus.close();
  });

  it("is sampled for a label each day, never what somebody was asked about", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const asked = { toRole: "tier2", why: "look", priority: 8 };
    for (const id of cases) {
      await channel.bus.publish([
        said("alert.received", alert({ caseId: id }), { subject: id, at: openedAt }),
      ]);
    }
    await channel.bus.publish([said("case.escalated", asked, { subject: cases[0] })]);
    const midnight = Date.parse("2026-03-03T00:00:00.000Z");
    await channel.say(process, fired("label-sample", midnight - 20 * 3_600_000, midnight + 3_600_000));
    const shown = reads(channel.slack.messages[0]?.message.blocks);
    expect(shown).toContain("3 cases of 2026-03-02");
    expect(shown).not.toContain(cases[0]);
    const requested = (await channel.events("label.requested")).map(({ data }) => ({
      ...data,
      caseIds: data.caseIds.toSorted(),
    }));
    const drawn = cases.slice(1).sort();
    expect(requested).toEqual([{ day: "2026-03-02", caseIds: drawn, of: 3, asked: "tier2-oncall" }]);
    // The same day in another window, as after a restart, is not asked again.
    const again = fired("label-sample", midnight - 10 * 3_600_000, midnight + 7_200_000);
    expect(await process.digest.handle(delivery(again))).toHaveProperty("skip");
    const next = fired("label-sample", midnight + 3_600_000, midnight + 7_200_000);
    expect(await process.digest.handle(delivery(next))).toHaveProperty("skip");
    await channel.bus.close();
  });
});
