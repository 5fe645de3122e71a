import { describe, expect, it } from "vitest";
import { gateLoad } from "../../src/gate/load.ts";
import { asked, Gate, members, minutes, start } from "./given.ts";

const day = { from: start - 12 * 3600_000, to: start + 36 * 3600_000 };
const authorise = { decision: "authorise" };
const expire = (at: number) => ({ kind: "deadline", deadline: "expire", due: at, at, saidAt: at }) as const;

describe("the load of the gate", () => {
  const history = () => {
    const quick = new Gate(asked());
    quick.tell({
      kind: "posted",
      eventId: quick.handoff.askedBy,
      at: start,
      directory: members("Mia", "Priya"),
    });
    quick.decides("Mia", authorise, { at: minutes(2) });
    quick.tell({
      kind: "deadline",
      deadline: "overdue",
      due: minutes(32),
      at: minutes(32),
      saidAt: minutes(32),
    });
    const slow = new Gate(asked());
    slow.posted();
    slow.decides("Mia", { decision: "reject", reason: "no" }, { at: minutes(20) });
    const missed = new Gate(asked());
    missed.posted();
    missed.tell(expire(minutes(30)));
    missed.posted(minutes(31));
    missed.tell(expire(minutes(61)));
    return [...quick.said, ...slow.said, ...missed.said].map((event) => {
      // Three proposals, told apart as three gates have told of one.
      const n = quick.said.includes(event) ? 1 : slow.said.includes(event) ? 2 : 3;
      return { ...event, data: { ...event.data, proposalId: `p${n}` } } as typeof event;
    });
  };

  it("counts asks, how they ended and how long they took, by role", () => {
    const { roles } = gateLoad(history(), day);
    expect(roles).toEqual([
      {
        ...{ role: "ir-lead-oncall", title: "IR Lead On-Call", asks: 3, people: 2, nights: [] },
        ...{ authorised: 1, rejected: 1, expired: 1, overdue: 1 },
        shares: { rejected: 1 / 3, expired: 1 / 3, overdue: 1 / 3 },
        minutesToDecision: { p50: 2, p90: 20, n: 2 },
      },
      {
        ...{ role: "soc-manager-oncall", title: "SOC Manager On-Call", asks: 1, nights: [] },
        ...{ authorised: 0, rejected: 0, expired: 1, overdue: 0 },
        shares: { rejected: 0, expired: 1, overdue: 0 },
      },
    ]);
  });

  it("counts only what fell into the window", () => {
    expect(gateLoad(history(), { from: minutes(10), to: minutes(25) }).roles).toMatchObject([
      { role: "ir-lead-oncall", asks: 0, rejected: 1, minutesToDecision: { p50: 20 } },
    ]);
    expect(gateLoad(history(), { from: start + 86_400_000, to: start + 2 * 86_400_000 }).roles).toEqual([]);
    expect(gateLoad([], day).roles).toEqual([]);
  });

  it("names nobody", () => {
    expect(JSON.stringify(gateLoad(history(), day))).not.toMatch(/Mia|Priya|T0HOME/);
  });

  it("tells nights by the date they began", () => {
    const at = (time: string) => {
      const gate = new Gate(asked());
      return gate.said.map((event) => ({ ...event, time }));
    };
    const events = [
      "2026-03-02T21:59:59.000Z",
      "2026-03-02T22:00:00.000Z",
      "2026-03-03T05:59:59.000Z",
    ].flatMap(at);
    const { roles } = gateLoad(events, { from: start, to: start + 48 * 3600_000 });
    expect(roles[0]).toMatchObject({ asks: 3, nights: [{ night: "2026-03-02", asks: 2 }] });
  });

  it("tells nights by the clocks of the zone, also where they change", () => {
    const asks = ["2026-03-28T20:59:00.000Z", "2026-03-28T21:30:00.000Z", "2026-03-29T03:30:00.000Z"];
    const events = [...asks, "2026-03-29T04:30:00.000Z"].flatMap((time) =>
      new Gate(asked()).said.map((event) => ({ ...event, time })),
    );
    const from = Date.parse("2026-03-28T00:00:00.000Z");
    const { roles } = gateLoad(events, { from, to: from + 48 * 3600_000, zone: "Europe/Berlin" });
    expect(roles[0]?.nights).toEqual([{ night: "2026-03-28", asks: 2 }]);
  });

  it("says what a night was for each of the people who were asked", () => {
    const events = [1, 2, 3].flatMap((n) => {
      const gate = new Gate(asked());
      const eventId = gate.handoff.askedBy;
      gate.tell({ kind: "posted", eventId, at: start, directory: members("Mia", "Priya") });
      return gate.said.map(
        (event) =>
          ({
            ...event,
            time: "2026-03-02T23:00:00.000Z",
            data: { ...event.data, proposalId: `p${n}` },
          }) as typeof event,
      );
    });
    const { roles } = gateLoad(events, { from: start, to: start + 48 * 3600_000 });
    expect(roles[0]?.nights).toEqual([{ night: "2026-03-02", asks: 3, people: 2, perPerson: 1.5 }]);
  });
});
