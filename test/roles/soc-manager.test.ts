import { afterEach, describe, expect, it } from "vitest";
import socManager from "../../roles/soc-manager.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { gateSource } from "../../src/gate/state.ts";
import { cannedModels } from "../../src/models/canned-model.ts";
import { asked } from "../memory/asking.ts";
import { caseOf, escalated, hour, received, triaged } from "../memory/saying.ts";
import { atWork, noModel, window, type AtWork } from "./calendar.ts";

const open: AtWork[] = [];
async function onShift(events: readonly KnownEvent[], model = noModel): Promise<AtWork> {
  const work = await atWork(socManager, events, model);
  open.push(work);
  return work;
}
afterEach(async () => {
  for (const work of open.splice(0)) await work.close();
});

const shift = [
  received("a", { time: hour(1) }),
  triaged("a", "true_positive", hour(1)),
  escalated("a", hour(1)),
  { ...asked("a", "p", "IR Lead On-Call", hour(2)), source: gateSource },
  received("b", { time: hour(3) }),
  triaged("b", "benign", hour(3)),
  received("c", { time: hour(4) }),
];

const facts = {
  window,
  counts: {
    ...{ received: 3, triaged: 2, failed: 0, dead: 0, waiting: 1, grouped: 0, suppressed: 0 },
    ...{ true_positive: 1, false_positive: 0, benign: 1, suspicious: 0, insufficient_data: 0 },
    ...{ escalated: 1, unreadable: 0, authorised: 0, rejected: 0, expired: 0, carried_out: 0 },
    ...{ approvals_open: 1, authorised_not_done: 0 },
  },
  openApprovals: [
    {
      ...{ proposalId: "p", caseId: caseOf("a"), addressed: "IR Lead On-Call" },
      ...{ what: "isolate host WS-1", askedAt: hour(2) },
    },
  ],
  caseIds: ["a", "b", "c"].map(caseOf),
  load: [
    {
      ...{ role: "ir-lead-on-call", title: "IR Lead On-Call", asks: 1, nightAsks: 0 },
      ...{ authorised: 0, rejected: 0, expired: 0, overdue: 0 },
    },
  ],
};
const plain = {
  words: [
    "1 approval is open.",
    `IR Lead On-Call is asked for 1: isolate host WS-1 (${caseOf("a")}, since ${hour(2)}).`,
    "3 alerts received: 2 triaged, 0 failed, 0 dead, 1 waiting, 0 grouped, 0 suppressed; 1 escalated.",
    "What failed, died or waits nobody has looked at.",
  ].join("\n"),
  wordedBy: "code",
};

describe("the SOC Manager", () => {
  it("sums up the shift exactly as the log has it, without a model", async () => {
    const said = await (await onShift(shift)).fire();

    expect(said).toMatchObject([
      {
        ...{ type: "shift.summarised", subject: "calendar:soc-manager", source: "/roles/soc-manager" },
        data: facts,
      },
    ]);
    expect(said[0]?.data).toEqual({ ...facts, ...plain });
  });

  it("adds a model's words to the same facts", async () => {
    const words = "1 approval is open for IR Lead On-Call. 3 alerts came in, 1 still waits.";
    const models = cannedModels({ "soc-manager": [{ text: words }] });
    const said = await (await onShift(shift, models.modelOf)).fire();

    expect(said[0]?.data).toEqual({ ...facts, words, wordedBy: "model" });
    models.assertDone();
  });

  it.each([
    ["fails", { throws: new Error("connection refused") }],
    ["says nothing", { text: "  " }],
    ["says a number that the facts do not hold", { text: "All 4711 alerts were triaged." }],
    ["names somebody whom the facts do not", { text: "1 approval waits for Dana Vale." }],
    ["names a host that the facts do not", { text: "1 approval is open, for FIN-WS-042." }],
  ])("says it plainly when the model %s", async (_what, answer) => {
    const models = cannedModels({ "soc-manager": [answer] });
    const said = await (await onShift(shift, models.modelOf)).fire();

    expect(said[0]?.data).toEqual({ ...facts, ...plain });
  });

  it("says nothing of a shift in which nothing happened and nobody waits, and the run is traced", async () => {
    const work = await onShift([]);

    expect(await work.fire()).toEqual([]);
    expect(await work.traces()).toMatchObject([
      { data: { role: "soc-manager", model: "none", modelCalls: 0 } },
    ]);
  });

  it("says that somebody still waits, though nothing happened", async () => {
    const [said] = await (await onShift([asked("a", "p", "IR Lead On-Call", hour(-20))])).fire();

    expect(said).toMatchObject({ data: { counts: { received: 0, approvals_open: 1 } } });
  });

  it("counts in the next shift what reached the log after this one was summed up", async () => {
    const work = await onShift(shift);
    await work.fire();
    await work.bus.publish([received("late", { time: hour(11) }), received("d", { time: hour(13) })]);
    const next = { start: window.end, end: hour(20) };

    expect(await work.fire(next)).toMatchObject([{ data: { counts: { received: 2 } } }]);
  });

  it("reports once however often the same firing is published", async () => {
    const work = await onShift(shift);

    const first = await work.fire();
    const again = await work.fire();

    expect(again).toEqual(first);
    expect(again).toHaveLength(1);
  });

  it("fits a storm into one event, and the counts say what it does not name", async () => {
    const names = Array.from({ length: 1200 }, (_, i) => `storm ${i}`);
    const storm = names.flatMap((name) => [
      received(name, { time: hour(1) }),
      asked(name, `p ${name}`, "SOC Manager On-Call", hour(2)),
    ]);
    const [said] = await (await onShift(storm)).fire();

    expect(said).toMatchObject({ data: { counts: { received: 1200, approvals_open: 1200 } } });
    expect(said?.data).toHaveProperty("caseIds.length", 500);
  });
});
