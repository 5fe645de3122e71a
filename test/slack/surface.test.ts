import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { systemClock } from "../../src/clock.ts";
import { silent } from "../../src/diagnostics.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { startSlack } from "../../slack/start.ts";
import { startWorkspace } from "../../slack/workspace/server.ts";
import { caseId } from "./given.ts";
import { soc } from "./soc.ts";

const directory: unknown = JSON.parse(
  readFileSync(new URL("../../fixtures/workspace.json", import.meta.url), "utf8"),
);

describe("a log that has seen a real workspace", () => {
  it.each([
    ["slack", true],
    ["local", false],
  ] as const)("with a message on %s: the local workspace is refused, %s", async (surface, refused) => {
    const workspace = await startWorkspace({ port: 0, file: ":memory:", directory });
    const bus = new LocalBus();
    try {
      await bus.open([]);
      const data = { kind: "root", eventId: "e1", channel: "C1", ts: "1.1", surface };
      const head = { id: "m1", source: "/slack", type: "message.posted", subject: caseId } as const;
      await bus.publish([makeEvent({ ...head, time: "2026-11-20T10:00:00.000Z", data })]);
      const connection = { kind: "local", url: workspace.url } as const;
      const started = startSlack({ bus, soc, connection, clock: systemClock, diagnostics: silent });
      if (refused) await expect(started).rejects.toMatchObject({ code: "surface_mixed" });
      else await (await started).close();
    } finally {
      await bus.close();
      await workspace.close();
    }
  });
});
