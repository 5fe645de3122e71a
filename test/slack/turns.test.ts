import { describe, expect, it } from "vitest";
import { Turns, type Rate } from "../../slack/turns.ts";

/** Turns on a clock that the test moves; `order` has who got theirs. */
function turns(channel: Rate) {
  let now = 0;
  const waiting: { readonly at: number; readonly go: () => void }[] = [];
  const made = new Turns({
    rates: { channel, method: { rate: 1, burst: 20, kept: 10 } },
    now: () => now,
    wait: (ms) => new Promise<void>((go) => void waiting.push({ at: now + ms, go })),
  });
  const order: string[] = [];
  const take = (who: string, key = "C1", urgent = false): void => {
    made.take(key, urgent).then(
      () => order.push(who),
      () => order.push(`${who} gave up`),
    );
  };
  const settled = async (): Promise<string[]> => {
    for (let i = 0; i < 10; i += 1) await Promise.resolve();
    return order;
  };
  const until = async (ms: number): Promise<string[]> => {
    now = ms;
    for (const one of waiting.splice(0)) {
      if (one.at <= now) one.go();
      else waiting.push(one);
    }
    return settled();
  };
  return { made, take, until, settled };
}

describe("a channel's turns", () => {
  it("let a burst through at once and then one a second, each channel by itself", async () => {
    const { take, until, settled } = turns({ rate: 1, burst: 3, kept: 0 });
    for (const who of ["a", "b", "c", "d", "e"]) take(who);
    take("other", "C2");
    expect(await settled()).toEqual(["a", "b", "c", "other"]);
    expect(await until(999)).toHaveLength(4);
    expect((await until(1_000)).at(-1)).toBe("d");
    expect((await until(2_000)).at(-1)).toBe("e");
  });

  it("come back with time, up to the burst and no further", async () => {
    const { take, until, settled } = turns({ rate: 1, burst: 3, kept: 0 });
    for (const who of ["a", "b", "c"]) take(who);
    await until(3_600_000);
    for (const who of ["d", "e", "f", "g"]) take(who);
    expect(await settled()).toEqual(["a", "b", "c", "d", "e", "f"]);
  });

  it("find one free for a card in the middle of a storm, and others before all chatter", async () => {
    const { take, until, settled } = turns({ rate: 1, burst: 3, kept: 1 });
    for (const who of ["a", "b", "c", "d"]) take(who);
    expect(await settled()).toEqual(["a", "b"]);
    take("card", "C1", true);
    take("second card", "C1", true);
    expect(await settled()).toEqual(["a", "b", "card"]);
    expect(await until(1_000)).toEqual(["a", "b", "card", "second card"]);
    expect(await until(2_000)).toHaveLength(4);
    expect(await until(3_000)).toEqual(["a", "b", "card", "second card", "c"]);
  });

  it("stop for everybody for as long as Slack asks", async () => {
    const { made, take, until, settled } = turns({ rate: 1, burst: 3, kept: 0 });
    made.hold("C1", 30_000);
    take("card", "C1", true);
    take("other", "C2");
    expect(await settled()).toEqual(["other"]);
    expect(await until(29_000)).toEqual(["other"]);
    expect(await until(30_000)).toEqual(["other", "card"]);
  });

  it("are given up when the process ends", async () => {
    const { made, take, settled } = turns({ rate: 1, burst: 1, kept: 0 });
    take("a");
    take("b");
    made.close();
    take("c");
    expect((await settled()).toSorted()).toEqual(["a", "b gave up", "c gave up"]);
  });

  it("of a method are counted apart", async () => {
    const { take, settled } = turns({ rate: 1, burst: 1, kept: 0 });
    for (let i = 0; i < 12; i += 1) take(`update ${i}`, "chat.update");
    expect(await settled()).toHaveLength(10);
  });
});
