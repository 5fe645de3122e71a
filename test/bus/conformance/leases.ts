import { expect, it } from "vitest";
import { withBus, type MakeHarness } from "./harness.ts";

export function leaseCases(make: MakeHarness): void {
  it("lends a name to one owner, who keeps it until they give it back", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      const racing = await Promise.all(["a", "b", "c"].map((owner) => bus.lease("sender", owner, 60_000)));
      expect(racing.filter((mine) => mine)).toHaveLength(1);
      const [owner = ""] = ["a", "b", "c"].filter((_, at) => racing[at] === true);
      expect(await bus.lease("sender", owner, 60_000)).toBe(true);
      expect(await bus.lease("sender", "late", 60_000)).toBe(false);
      expect(await bus.lease("another", "late", 60_000)).toBe(true);
      expect(await bus.lease("sender", "late", 0)).toBe(false);
      expect(await bus.lease("sender", owner, 0)).toBe(true);
      await expect.poll(() => bus.lease("sender", "late", 60_000)).toBe(true);
    }));

  it("lends it to another once its owner has not kept it", () =>
    withBus(make, async (bus) => {
      await bus.open([]);
      expect(await bus.lease("sender", "dead", 20)).toBe(true);
      await expect.poll(() => bus.lease("sender", "next", 60_000)).toBe(true);
      expect(await bus.lease("sender", "dead", 20)).toBe(false);
    }));
}
