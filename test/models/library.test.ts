/** The failover chain as somebody else's program uses it: the example of docs/models.md, by the public door. */
import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { FailoverChatModel, LocalBus, RoleTeam, roleModels, type ModelChange } from "../../src/index.ts";
import sentinel from "../../roles/sentinel.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { silent } from "../../src/diagnostics.ts";
import { canonicalJson } from "../../src/events/canonical.ts";
import { isEvent } from "../../src/events/envelope.ts";
import { alertData } from "../agent/scene.ts";

const triage = {
  ...{ intent: "malicious", outcome: "succeeded", confidence: 0.9, priority: 8 },
  ...{ summary: "Encoded PowerShell.", riskFactors: [], mitigatingFactors: [], questions: [] },
  evidence: [{ claim: "It says so", cites: "alert.process.commandLine", quote: "powershell.exe" }],
};

it("the example of docs/models.md works a case on the backup while the primary is away", async () => {
  const one = new CannedModel({
    role: "gpu-1",
    script: () => ({ throws: Object.assign(new Error("x"), { code: "ECONNREFUSED" }) }),
  });
  const two = new CannedModel({
    role: "gpu-2",
    script: () => ({ calls: [{ tool: "submit", arguments: { ...triage } }] }),
  });
  const bus = new LocalBus();
  const roles = [sentinel];
  const changes: ModelChange[] = [];
  const model = new FailoverChatModel({
    legs: [
      { name: "gpu-1", model: "qwen3-32b", chat: one },
      { name: "gpu-2", model: "qwen3-32b", chat: two },
    ],
    onChange: (change) => changes.push(change),
  });
  const team = new RoleTeam({ bus, model: roleModels(model), roles, diagnostics: silent });
  await team.consume([alertData()]);
  const done = new AbortController();
  for await (const { event } of bus.follow({ types: ["role.worked", "role.failed"], signal: done.signal })) {
    if (!isEvent(event, "role.worked")) throw new Error(canonicalJson(event));
    expect(event.data).toMatchObject({ leg: "gpu-2", model: "qwen3-32b", evidenceDropped: 0 });
    break;
  }
  expect(changes).toMatchObject([{ type: "failed_over", leg: "gpu-1", to: "gpu-2" }]);
  await team.stop();
  model.chain.close();
  await bus.close();

  const docs = readFileSync(new URL("../../docs/models.md", import.meta.url), "utf8");
  expect(docs).toContain('import { FailoverChatModel, RoleTeam, roleModels } from "hatrack";');
  expect(docs).toContain("new RoleTeam({ bus, model: roleModels(model), roles })");
});
