import { describe, expect, it } from "vitest";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { asTheyCome } from "../../src/bus/merging.ts";
import { canary } from "./redis-help.ts";

const entry = (partition: number): StoredEvent => ({
  ...{ partition, position: `${partition + 1}-0` },
  event: canary(`c${partition}`),
});

describe("logs read as they come", () => {
  it("tells each log to stop, also one whose next entry comes after the reader has left", async () => {
    const late = Promise.withResolvers<undefined>();
    const ended = Promise.withResolvers<string>();
    const first = async function* () {
      yield await Promise.resolve(entry(0));
    };
    const second = async function* () {
      try {
        await late.promise;
        yield entry(1);
        ended.resolve("went on");
      } finally {
        ended.resolve("stopped");
      }
    };
    for await (const { partition } of asTheyCome([first(), second()])) {
      expect(partition).toBe(0);
      break;
    }
    late.resolve(undefined);
    expect(await ended.promise).toBe("stopped");
  });
});
