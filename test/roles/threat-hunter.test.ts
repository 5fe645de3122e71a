import { afterEach, describe, expect, it } from "vitest";
import threatHunter from "../../roles/threat-hunter.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { cannedModels } from "../../src/models/canned-model.ts";
import { caseOf, escalated, hour, ind, intel, received, triaged } from "../memory/saying.ts";
import { atWork, firing, noModel, window, type AtWork } from "./calendar.ts";

const open: AtWork[] = [];
async function onHunt(events: readonly KnownEvent[], model = noModel): Promise<AtWork> {
  const work = await atWork(threatHunter, events, model);
  open.push(work);
  return work;
}
afterEach(async () => {
  for (const work of open.splice(0)) await work.close();
});

const c2 = ind("domain", "c2.bad.example");
const resolver = ind("ipv4", "8.8.8.8");
const clusterId = caseOf("a").replace("CASE-", "CAMPAIGN-");

function hit(name: string, at: number, host = `WS-${name}`): KnownEvent[] {
  return [
    received(name, { rule: "Beacon", host, indicators: [c2, resolver], time: hour(at) }),
    triaged(name, "suspicious", hour(at)),
    escalated(name, hour(at)),
  ];
}
const three = [...hit("a", 1), ...hit("b", 2), ...hit("c", 3)];

const shared = {
  kind: "shared_indicator",
  what: "domain c2.bad.example stands in 3 cases",
  caseIds: ["a", "b", "c"].map(caseOf),
  about: c2,
  cases: 3,
};
const campaign = {
  type: "campaign.detected",
  data: {
    ...{ clusterId, caseIds: ["a", "b", "c"].map(caseOf), actors: [], cases: 3, hosts: 3 },
    indicators: [{ ...c2, cases: 3, among: [0, 1, 2] }],
    ...{ first: hour(1), latest: hour(3) },
    words: "3 cases on 3 hosts: 3 of them share domain c2.bad.example.",
    wordedBy: "code",
  },
};

describe("the Threat Hunter", () => {
  it("reports what comes back and what was missed, and announces the campaign, without a model", async () => {
    const missed = [
      received("m", { rule: "Dump", host: "WS-m", time: hour(4) }),
      triaged("m", "true_positive", hour(4)),
    ];
    const host = [5, 6, 7].map((at) => received(`h${at}`, { rule: "Odd", host: "SRV-1", time: hour(at) }));
    const said = await (await onHunt([...three, ...missed, ...host])).fire();

    expect(said).toMatchObject([{ type: "hunt.reported", subject: "calendar:threat-hunter" }, campaign]);
    expect(said[0]?.data).toEqual({
      window,
      findings: [
        {
          kind: "missed_escalation",
          what: "True positive by Sentinel, and nobody was asked: Dump on WS-m",
          caseIds: [caseOf("m")],
          cases: 1,
        },
        {
          kind: "recurring_host",
          what: "SRV-1 stands in 3 alerts: Odd",
          caseIds: ["h5", "h6", "h7"].map(caseOf),
          about: ind("host", "srv-1"),
          cases: 3,
        },
        shared,
      ],
      words: [
        "True positive by Sentinel, and nobody was asked: Dump on WS-m.",
        "SRV-1 stands in 3 alerts: Odd.",
        "domain c2.bad.example stands in 3 cases.",
      ].join("\n"),
      wordedBy: "code",
    });
    expect(said[1]?.data).toEqual(campaign.data);
  });

  it("adds a model's words to the same findings", async () => {
    const words = "3 cases call c2.bad.example; look at what else it served.";
    const models = cannedModels({ "threat-hunter": [{ text: words }] });
    const said = await (await onHunt(three, models.modelOf)).fire();

    expect(said[0]?.data).toEqual({ window, findings: [shared], words, wordedBy: "model" });
    expect(said.map(({ type }) => type)).toEqual(["hunt.reported", "campaign.detected"]);
    models.assertDone();
  });

  it("says nothing, and asks no model, when there is nothing to say", async () => {
    const models = cannedModels({ "threat-hunter": [] });
    const work = await onHunt(hit("a", 1), models.modelOf);

    expect(await work.fire()).toEqual([]);
    expect(await work.traces()).toMatchObject([{ data: { role: "threat-hunter", model: "none" } }]);
    models.assertDone();
  });

  it("announces a campaign again only when it has grown, under the same id", async () => {
    const work = await onHunt(three);
    const campaigns = async (from: number): Promise<unknown[]> => {
      const said = await work.fire({ start: hour(from), end: hour(from + 12) });
      return said.flatMap(({ type, data }) => (type === "campaign.detected" ? [data] : []));
    };

    expect(await campaigns(0)).toHaveLength(1);
    expect(await campaigns(12)).toEqual([]);
    await work.bus.publish(hit("d", 30));
    expect(await campaigns(24)).toMatchObject([
      { clusterId, caseIds: ["a", "b", "c", "d"].map(caseOf), cases: 4, before: 3 },
    ]);
    expect(await campaigns(36)).toEqual([]);
  });

  it("reports a finding again only with a case it was not reported with, and says how many there were", async () => {
    const work = await onHunt(three);
    const findings = async (from: number): Promise<unknown[]> => {
      const said = await work.fire({ start: hour(from), end: hour(from + 12) });
      return said.flatMap((event) => (event.type === "hunt.reported" ? event.data.findings : []));
    };

    expect(await findings(0)).toMatchObject([{ cases: 3 }]);
    expect(await findings(12)).toEqual([]);
    // It reached the log after the window it belongs to was hunted through.
    await work.bus.publish(hit("late", 5));
    expect(await findings(24)).toMatchObject([{ about: c2, cases: 4, before: 3 }]);
    expect(await findings(36)).toEqual([]);
  });

  it("says once what two firings find that are caught up together", async () => {
    const work = await onHunt(three);
    const over = { start: hour(12), end: hour(24) };
    await work.bus.publish([firing(threatHunter), firing(threatHunter, over)]);
    const said = [...(await work.fire()), ...(await work.fire(over))];

    expect(said.map(({ type }) => type)).toEqual(["hunt.reported", "campaign.detected"]);
    expect(await work.traces()).toHaveLength(2);
  });

  it("announces two cases of a named actor, with the actor", async () => {
    const two = [...hit("a", 1), ...hit("b", 2)];
    const named = intel("b", { actor: { name: "Brass Heron", confidence: 0.7 } }, hour(3));

    expect(await (await onHunt(two)).fire()).toMatchObject([{ type: "hunt.reported" }]);
    expect(await (await onHunt([...two, named])).fire()).toMatchObject([
      { type: "hunt.reported" },
      { type: "campaign.detected", data: { clusterId, actors: ["Brass Heron"] } },
    ]);
  });

  it("reads the log up to its firing: handled late, it says what it would have said in time", async () => {
    const inTime = await (await onHunt(three)).fire();
    const late = await (await onHunt([...three, firing(threatHunter), ...hit("late", 4)])).fire();

    expect(late.map(({ data }) => data)).toEqual(inTime.map(({ data }) => data));
    expect(late).toHaveLength(2);
  });
});
