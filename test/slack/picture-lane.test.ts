/** Pictures: after the words, once, and never in the words' way. */
import { ErrorCode } from "@slack/web-api";
import { describe, expect, it } from "vitest";
import { orStop } from "../../slack/lanes/desk.ts";
import { SlackDown, type Outbox } from "../../slack/outbox.ts";
import { HatrackError } from "../../src/errors.ts";
import { image, openChannel, png, there } from "./digest-channel.ts";
import { shift, tuning, window } from "./digest-given.ts";
import { reads } from "./reads.ts";
import { delivery } from "./sender.ts";

describe("a picture", () => {
  it("comes after the words, with words of its own, and once", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const posted = there(await channel.say(process, shift()));
    expect(image(channel.slack.messages[0])).toBeUndefined();
    await channel.draw(process, posted);
    expect(channel.slack.uploads).toMatchObject([{ bytes: png }]);
    expect(channel.slack.uploads[0]?.alt).toContain("12 alerts");
    expect(image(channel.slack.messages[0])).toMatchObject({ slack_file: { id: "F0UPLOAD1" } });
    const shown = there(await channel.posted(({ data }) => data.picture !== undefined));
    expect(shown.data).toMatchObject({ kind: "digest", picture: "F0UPLOAD1", ts: posted.data.ts });
    expect(channel.slack.messages).toHaveLength(1);
    await channel.bus.close();
  });

  it("that cannot be uploaded now holds back nothing and doubles nothing", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const posted = there(await channel.say(process, shift()));
    const words = reads(channel.slack.messages[0]?.message.blocks);
    channel.slack.fail("upload", "refused before");
    expect(await orStop(() => process.picture.handle(delivery(posted)))).toHaveProperty("stop");
    await channel.say(process, tuning());
    expect(reads(channel.slack.messages[0]?.message.blocks)).toBe(words);
    await channel.draw(process, posted);
    expect(channel.slack.messages).toHaveLength(2);
    expect(image(channel.slack.messages[0])).toBeDefined();
    channel.slack.settled();
    await channel.bus.close();
  });

  it.each([
    ["nobody draws", undefined],
    ["cannot be drawn", () => Promise.reject(new HatrackError("bad_chart", "charts: broken"))],
  ])("that %s leaves the words as they are", async (_, draw) => {
    const channel = await openChannel();
    const process = channel.started({ draw });
    const posted = there(await channel.say(process, shift()));
    expect(await process.picture.handle(delivery(posted))).toHaveProperty("skip");
    expect(channel.slack.messages).toHaveLength(1);
    expect(channel.slack.uploads).toEqual([]);
    await channel.bus.close();
  });

  it("that is being uploaded holds back no other message of the role", async () => {
    const channel = await openChannel();
    const held = Promise.withResolvers<string>();
    const process = channel.started({ outbox: { ...channel.slack.outbox(), upload: () => held.promise } });
    const posted = there(await channel.say(process, shift()));
    const drawing = process.picture.handle(delivery(posted));
    await channel.say(process, shift({ window: { ...window, end: "2026-03-02T14:00:00.000Z" } }));
    expect(channel.slack.messages).toHaveLength(2);
    held.resolve("F0LATE");
    expect(await drawing).toMatchObject({ events: [{ data: { picture: "F0LATE" } }] });
    expect(image(channel.slack.messages[0])).toMatchObject({ slack_file: { id: "F0LATE" } });
    await channel.bus.close();
  });

  /** As Slack refuses a call. */
  const refusal = (code: string): object => ({ code: ErrorCode.PlatformError, data: { error: code } });

  it("that Slack has not looked at yet is tried again, and not uploaded again", async () => {
    const channel = await openChannel();
    let refusals = 2;
    const outbox: Outbox = {
      ...channel.slack.outbox(),
      update: (edit) => {
        refusals -= 1;
        if (refusals < 0) return channel.slack.outbox().update(edit);
        const cause = refusal("invalid_blocks");
        return Promise.reject(new HatrackError("slack_refused", "slack: chat.update was refused", { cause }));
      },
    };
    const process = channel.started({ outbox });
    const posted = there(await channel.say(process, shift()));
    expect(await process.picture.handle(delivery(posted))).toHaveProperty("stop");
    expect(await process.picture.handle(delivery(posted))).toHaveProperty("stop");
    await channel.draw(process, posted);
    expect(channel.slack.uploads).toHaveLength(1);
    expect(image(channel.slack.messages[0])).toMatchObject({ slack_file: { id: "F0UPLOAD1" } });
    await channel.bus.close();
  });

  it("that Slack never takes is given up, and the message stays as it was", async () => {
    const channel = await openChannel();
    const cause = refusal("invalid_blocks");
    const update = (): Promise<never> =>
      Promise.reject(new HatrackError("slack_refused", "slack: chat.update was refused", { cause }));
    const process = channel.started({ outbox: { ...channel.slack.outbox(), update } });
    const posted = there(await channel.say(process, shift()));
    for (let tries = 1; tries < 6; tries += 1) {
      expect(await process.picture.handle(delivery(posted))).toHaveProperty("stop");
    }
    expect(await process.picture.handle(delivery(posted))).toHaveProperty("skip");
    expect(image(channel.slack.messages[0])).toBeUndefined();
    expect(channel.warnings).toHaveLength(1);
    await channel.bus.close();
  });

  it("is not waited for where the app may not upload", async () => {
    const channel = await openChannel();
    const down = { retryAfterMs: 60_000, unsure: false, cause: refusal("missing_scope") };
    const upload = (): Promise<never> => Promise.reject(new SlackDown("slack: missing_scope", down));
    const process = channel.started({ outbox: { ...channel.slack.outbox(), upload } });
    const posted = there(await channel.say(process, shift()));
    expect(await process.picture.handle(delivery(posted))).toHaveProperty("skip");
    expect(channel.warnings).toHaveLength(1);
    await channel.bus.close();
  });

  it("of a message that somebody has deleted is let go", async () => {
    const channel = await openChannel();
    const process = channel.started();
    const posted = there(await channel.say(process, shift()));
    channel.slack.remove(posted.data);
    expect(await process.picture.handle(delivery(posted))).toHaveProperty("skip");
    await channel.bus.close();
  });
});
