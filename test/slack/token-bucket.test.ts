import { describe, expect, it } from "vitest";
import { TokenBuckets } from "../../slack/token-bucket.ts";

describe("a channel's tokens", () => {
  it("let a burst through at once and then one a second", () => {
    const buckets = new TokenBuckets({ rate: 1, burst: 3 });
    expect([0, 0, 0, 0, 0].map((now) => buckets.take("C1", now))).toEqual([0, 0, 0, 1000, 2000]);
    expect(buckets.take("C2", 0)).toBe(0);
  });

  it("come back with time, up to the burst and no further", () => {
    const buckets = new TokenBuckets({ rate: 1, burst: 3 });
    for (let i = 0; i < 3; i += 1) buckets.take("C1", 0);
    expect(buckets.take("C1", 1000)).toBe(0);
    expect([0, 0, 0, 0].map(() => buckets.take("C1", 3_600_000))).toEqual([0, 0, 0, 1000]);
  });

  it("are what the gate takes too, so that chatter makes room", () => {
    const buckets = new TokenBuckets({ rate: 1, burst: 1 });
    buckets.take("C1", 0);
    expect(buckets.take("C1", 0)).toBe(1000);
    expect(buckets.take("C1", 1000)).toBe(1000);
  });
});
