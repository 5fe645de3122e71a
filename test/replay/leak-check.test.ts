import { HumanMessage } from "@langchain/core/messages";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { defineTool } from "../../src/agent/define-tool.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { caseIdOf } from "../../src/events/ids.ts";
import { dryRunModel } from "../../src/replay/dry-run.ts";
import { LeakCheck } from "../../src/replay/leak-check.ts";
import { relatedAlerts } from "../../vendors/tools/related-alerts.ts";
import { alertOf, backtest, start, ticket, tickets } from "./backtest.ts";

const sourceId = (id: string) => ({ source: "crowdstrike", sourceId: `ticket:${id}` });
const notes = "Called the owner: it was the printer driver again.";
const two = [
  ticket("early", { at: 0, closesAfter: 600, closeNotes: notes }),
  ticket("late", { at: 60, closesAfter: 30 }),
];

/** The look-up the dry run asks for, answering what the test says. */
const tool = (answer: () => string) =>
  defineTool({
    name: "related_alerts",
    description: "What a test lets slip.",
    input: z.object({ rule: z.string() }),
    run: () => Promise.resolve(answer()),
  });

describe("the leak check", () => {
  it("lets a run pass in which nothing is known early, and has searched every prompt and every look-up of it", async () => {
    const { leakCheck, worked } = await backtest({
      tickets: tickets(4, 5),
      model: dryRunModel,
      tools: ({ bus, clock, asOf }) => [relatedAlerts({ bus, clock, asOf })],
    });
    // Four roles a case: two prompts and one look-up each.
    expect(leakCheck).toEqual({ searched: worked.length * 4 * 3, planted: 4 * 3 });
  });

  it("fails a run whose prompts hold close notes, by the token in them (lesson 23)", async () => {
    const leaky = backtest({
      tickets: two,
      alertOf: (one) => ({ ...alertOf(one), description: (one.human?.closeNotes ?? "").slice(-40) }),
    });
    await expect(leaky).rejects.toThrow(
      /sentinel of CASE-\w+ read the close notes of ticket early in a prompt/,
    );
    await expect(leaky).rejects.toMatchObject({ code: "replay_leak" });
  });

  it.each([notes, 'Called the owner: "the printer driver", it was said.\nNo more than that.'])(
    "fails it by the analyst's own words too, wherever the alert has them from: %j",
    async (closeNotes) => {
      const early = ticket("early", { at: 0, closesAfter: 600, closeNotes });
      const described = {
        ...early,
        alert: { ...early.alert, raw: { ...early.alert.raw, description: `FYI: ${closeNotes}` } },
      };
      await expect(backtest({ tickets: [described] })).rejects.toThrow(
        /read the close notes of ticket early/,
      );
    },
  );

  it("fails a run whose look-ups know a later ticket, by its case", async () => {
    const leaky = backtest({
      tickets: two,
      model: dryRunModel,
      tools: () => [tool(() => `seen again in ${caseIdOf(sourceId("late"))}`)],
    });
    await expect(leaky).rejects.toThrow(/read a later alert of ticket late in a result of related_alerts/);
  });

  it("fails it by what the later ticket's alert holds", async () => {
    let raw = "";
    const leaky = backtest({
      tickets: two,
      model: dryRunModel,
      alertOf: (one) => {
        if (one.id === "late") raw = JSON.stringify(one.alert.raw["hatrack_canary"]);
        return alertOf(one);
      },
      tools: () => [tool(() => `its alert says ${raw}`)],
    });
    await expect(leaky).rejects.toThrow(/read a later alert of ticket late in a result of related_alerts/);
  });

  it("fails a run whose look-ups know how a case will be closed", async () => {
    // The same seed plants the same tokens: what the first run's labels say at closing time, the second says early.
    const { log } = await backtest({ tickets: two, model: dryRunModel });
    const labels = log.flatMap(({ event }) => (isEvent(event, "case.labelled") ? [event] : []));
    expect(labels.map(({ data }) => data.reason)).toEqual([
      expect.stringMatching(/^Closed as true positive\. ca0a12e5[0-9a-f]{28}$/),
      expect.stringMatching(/^Closed as true positive\. ca0a12e5[0-9a-f]{28}$/),
    ]);
    const reason = labels.find(({ subject }) => subject === caseIdOf(sourceId("early")))?.data.reason ?? "";
    const leaky = backtest({ tickets: two, model: dryRunModel, tools: () => [tool(() => reason)] });
    await expect(leaky).rejects.toThrow(/read the label of ticket early in a result of related_alerts/);
  });

  it("fails a run whose tools look at all of the log while cases of later minutes stand on it", async () => {
    const leaky = backtest({
      tickets: [ticket("A", { at: 0 }), ticket("B", { at: 5 })],
      model: dryRunModel,
      tools: ({ bus, clock }) => [relatedAlerts({ bus, clock })],
    });
    await expect(leaky).rejects.toThrow(/sentinel of CASE-\w+ read a later alert of ticket B/);
  });

  it("knows from when on a label may be read, and by whom never", () => {
    const check = new LeakCheck(1);
    const [early] = two;
    if (early === undefined) throw new Error("no ticket");
    const { label } = check.opened(early, sourceId("early"));
    const by = (id: string, minutes: number) => {
      return { caseId: caseIdOf(sourceId(id)), arrivedAt: start + minutes * 60_000, role: "tier2" };
    };
    const read = (id: string, minutes: number) => () => {
      check.searchMessages([new HumanMessage(`a precedent: ${label}`)], by(id, minutes));
    };
    expect(read("other", 599)).toThrow(/read the label of ticket early in a prompt/);
    expect(read("other", 600)).not.toThrow();
    expect(read("early", 601)).toThrow(/read the label of ticket early/);
    expect(check.leaks).toHaveLength(2);
  });

  it("takes no look-up on trust that it cannot tell the case of", () => {
    expect(() => {
      new LeakCheck(1).search("harmless", "host_details", undefined);
    }).toThrow(/host_details was read outside of any case/);
  });

  it("fails a run for a read outside of any case, whoever swallowed the error", () => {
    const check = new LeakCheck(1);
    expect(() => {
      check.refuse();
    }).not.toThrow();
    expect(() => {
      check.search("anything", "related_alerts", undefined);
    }).toThrow(/outside of any case/);
    expect(() => {
      check.refuse();
    }).toThrow(/a related_alerts was read outside of any case/);
  });
});
