import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { isoTime } from "../../src/clock.ts";
import { gateMute, gateUnmute, mutesInForce, type MuteOrder } from "../../src/gate/suppress.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { members, policy, start, user } from "./given.ts";
import { gateOnABus, type GateOnABus } from "./on-a-bus.ts";

const mayMute = ["ir-lead-oncall"];
const rights = { read: [], label: [], close: [], assign: [], mute: mayMute, tune: mayMute, pause: [] };
let on: GateOnABus;
beforeEach(async () => {
  on = await gateOnABus({ ...policy, rights });
});
afterEach(() => on.close());

const order = (more: Partial<MuteOrder> = {}): MuteOrder => ({
  ...{ principal: user("Mia"), rule: "Noisy", critical: false, hours: 4, reason: "Being tuned." },
  ...{ clock: on.clock, signal: AbortSignal.timeout(20_000), ...more },
});

describe("muting a rule from a terminal", () => {
  it("goes through the gate, and is in force until it is over", async () => {
    on.crowd.are(members("Mia"));
    const { said, refused } = await gateMute(on.bus, order({ host: "FIN-WS-042" }));
    expect(refused).toBeUndefined();
    expect(said).toMatchObject([
      {
        type: "suppression.set",
        data: { rule: "Noisy", host: "FIN-WS-042", until: isoTime(start + 4 * 3_600_000), by: user("Mia") },
      },
    ]);
    expect(said[0]?.data).not.toHaveProperty("critical");
    const [set] = await mutesInForce(on.bus, start);
    const suppressed = makeEvent({
      ...{ id: "a", source: "/sources/x", type: "alert.suppressed", subject: "CASE-0000000001" },
      ...{ time: isoTime(start), data: { sourceId: "1", suppressionId: set?.suppressionId ?? "" } },
    });
    await on.bus.publish([suppressed]);
    expect(await mutesInForce(on.bus, start)).toMatchObject([{ rule: "Noisy", suppressed: 1 }]);
    expect(await mutesInForce(on.bus, start + 4 * 3_600_000)).toEqual([]);
  });

  it("mutes critical alerts only when that is said", async () => {
    on.crowd.are(members("Mia"));
    await gateMute(on.bus, order({ critical: true }));
    expect(await mutesInForce(on.bus, start)).toMatchObject([{ rule: "Noisy", critical: true }]);
  });

  it("is taken back for a rule, or for one host of it, by whoever may mute", async () => {
    on.crowd.are(members("Mia"));
    const { principal, clock, signal } = order();
    for (const where of [{}, { host: "FIN-WS-042" }, { host: "HR-WS-1" }])
      await gateMute(on.bus, order(where));
    await gateMute(on.bus, order({ rule: "Other" }));
    const lift = { principal, clock, signal, rule: " noisy" };
    expect((await gateUnmute(on.bus, { ...lift, principal: user("Priya") })).refused).toMatchObject({
      rule: "not_a_member",
    });
    expect(await mutesInForce(on.bus, start)).toHaveLength(4);
    const { said } = await gateUnmute(on.bus, { ...lift, host: "hr-ws-1" });
    expect(said).toMatchObject([{ type: "suppression.lifted", data: { by: user("Mia") } }]);
    expect(await mutesInForce(on.bus, start)).toMatchObject([
      { rule: "Noisy" },
      { rule: "Noisy", host: "FIN-WS-042" },
      { rule: "Other" },
    ]);
    await gateUnmute(on.bus, lift);
    expect(await mutesInForce(on.bus, start)).toMatchObject([{ rule: "Other" }]);
    await gateMute(on.bus, order({ clock: { now: () => start + 1_000 } }));
    expect(await mutesInForce(on.bus, start)).toMatchObject([{ rule: "Other" }, { rule: "Noisy" }]);
  });

  it.each<[string, Partial<MuteOrder>, string]>([
    ["whoever may not", { principal: user("Priya") }, "not_a_member"],
    ["more than 30 days", { hours: 721 }, "until_out_of_range"],
  ])("is refused to %s, and nothing is muted", async (_, more, rule) => {
    on.crowd.are(members("Mia"));
    expect((await gateMute(on.bus, order(more))).refused).toMatchObject({ rule });
    expect(await mutesInForce(on.bus, start)).toEqual([]);
  });
});
