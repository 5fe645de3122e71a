import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { z } from "zod";
import { enterShadow, refuseShadow, shadowOf } from "../../bin/shadow.ts";
import { main } from "../../bin/main.ts";
import type { StoredEvent } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { Scorecard } from "../../src/replay/scorecard-schema.ts";
import { shadowWork } from "../../src/replay/shadow-work.ts";
import { closed, labelled, received, unlabelled } from "../memory/saying.ts";
import { backtest, tickets } from "../replay/backtest.ts";
import { root, Start } from "./cli.ts";

const posted = makeEvent({
  ...{ id: "m1", source: "/frontends/slack", type: "message.posted", subject: "CASE-0123456789" },
  time: "2026-03-01T08:00:00.000Z",
  data: { kind: "root", eventId: "e1", channel: "C1", ts: "1.1", surface: "slack" },
});

async function openBus(): Promise<LocalBus> {
  const bus = new LocalBus();
  await bus.open([]);
  return bus;
}

const reading = (log: readonly StoredEvent[]) => ({
  read: async function* () {
    await Promise.resolve();
    yield* log;
  },
});

describe("a shadow", () => {
  it("says on its log that it is one, and whoever posts is refused there", async () => {
    const bus = await openBus();
    await expect(refuseShadow(bus)).resolves.toBeUndefined();
    await enterShadow(bus, { recall: "ab" });
    expect(await shadowOf(bus)).toMatchObject({ type: "shadow.started", data: { recall: "ab" } });
    await expect(refuseShadow(bus)).rejects.toMatchObject({ code: "log_is_shadow" });
    await bus.close();
  });

  it("takes no log on which people were shown something", async () => {
    const bus = await openBus();
    await bus.publish([posted]);
    await expect(enterShadow(bus, { recall: "on" })).rejects.toMatchObject({ code: "log_not_shadow" });
    await bus.close();
  });

  it("is worked out from its log as a replay is from its own", async () => {
    const { worked, log } = await backtest({ tickets: tickets(6, 30) });
    const shadow = await shadowWork(reading(log));
    const same = (one: (typeof worked)[number]) => {
      const { caseId, asked, addressed, arm, title, rule } = one;
      return {
        caseId,
        asked,
        addressed,
        arm,
        title,
        rule,
        verdict: one.human?.verdict,
        closedAt: one.closedAt,
      };
    };
    expect(shadow.worked.map(same)).toEqual(worked.map(same));
    expect(shadow.asked.reduce((sum, { times }) => sum + times, 0)).toBe(
      log.filter(({ event }) => event.type === "handoff.requested").length,
    );
    expect(shadow.asked[0]).toMatchObject({ role: expect.stringMatching(/oncall$/) as unknown });
    // The last label is given four hours after the last of six alerts, half an hour apart.
    expect(shadow.days).toBe(0.3);
  });

  it("goes by what a person said before how the source closed it, and by nothing that was taken back", async () => {
    const verdictAfter = async (...events: readonly KnownEvent[]): Promise<string | undefined> => {
      const bus = await openBus();
      await bus.publish([received("a"), ...events]);
      const { worked } = await shadowWork(bus);
      await bus.close();
      expect(worked).toHaveLength(1);
      return worked[0]?.human?.verdict;
    };
    const [person, source] = [labelled("a", "suspicious"), closed("a", "true_positive")];
    expect(await verdictAfter()).toBeUndefined();
    expect(await verdictAfter(person, source)).toBe("suspicious");
    expect(await verdictAfter(source, person)).toBe("suspicious");
    expect(await verdictAfter(source, closed("a", "benign"))).toBe("benign");
    expect(await verdictAfter(source, unlabelled("a"))).toBe("true_positive");
    expect(await verdictAfter(source, person, unlabelled("a"))).toBe("true_positive");
    expect(await verdictAfter(person, unlabelled("a"))).toBeUndefined();
    expect(await verdictAfter(closed("a", "insufficient_data"))).toBeUndefined();
  });

  it("of nothing divides by nothing", async () => {
    expect(await shadowWork(reading([]))).toMatchObject({ worked: [], days: 0, asked: [] });
  });

  it("works on live alerts, shows nobody anything, and is scored by the closing tags", async () => {
    const folder = mkdtempSync(join(tmpdir(), "shadow-"));
    const [line = ""] = readFileSync(join(root, "fixtures/alerts.jsonl"), "utf8").split("\n");
    const raw = z.record(z.string(), z.unknown()).parse(JSON.parse(line));
    const alert = {
      ...raw,
      status: "closed",
      tags: ["true_positive"],
      updated_timestamp: "2026-11-16T12:00:00Z",
    };
    writeFileSync(join(folder, "alerts.jsonl"), `${JSON.stringify(alert)}\n`);
    const data = join(folder, "data");
    const alerts = `file:${join(folder, "alerts.jsonl")}`;
    const soc = new Start(["--shadow", "--speed", "max", "--data", data, "--alerts", alerts]);
    expect(await soc.ready()).toBe("");
    const bus = new LocalBus({ file: join(data, "hatrack.db"), readOnly: true });
    await bus.open([]);
    const done = new AbortController();
    const types = ["intel.reported"] as const;
    for await (const _ of bus.follow({ types, signal: done.signal })) done.abort();
    await bus.close();
    await soc.stop();
    const out: string[] = [];
    const terminal = {
      env: { HATRACK_DIR: data },
      print: (text: string) => out.push(text),
      complain: () => undefined,
    };
    expect(await main(["replay", "--shadow", "--json"], terminal)).toBe(0);
    const { result } = Scorecard.parse(JSON.parse(out.join("")));
    expect(result.run).toMatchObject({ mode: "shadow", models: ["baseline"], recall: "on" });
    expect(result.headline).toMatch(/^Shadow, /);
    expect(result.rows).toMatchObject([
      { asked: ["proposal"], human: { escalated: true, verdict: "true_positive" } },
    ]);
    // So short a log says nothing of a day.
    const asked = { role: "ir-lead-oncall", what: "block indicator", times: 2, perDay: null };
    expect(result.wouldHaveAsked?.[0]).toEqual(asked);
    out.length = 0;
    expect(await main(["replay", "--shadow"], terminal)).toBe(0);
    expect(out.join("\n")).toMatch(/WOULD HAVE ASKED\n.*\nir-lead-oncall +block indicator +2/);
  });
});
