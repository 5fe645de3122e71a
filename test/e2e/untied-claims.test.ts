/** Claims that the record does not hold, from the model's answer to the card in Slack. */
import { expect, it } from "vitest";
import sentinel from "../../roles/sentinel.ts";
import { silent } from "../../src/diagnostics.ts";
import { CannedModel } from "../../src/models/canned-model.ts";
import { RoleTeam } from "../../src/team.ts";
import { alertData } from "../agent/scene.ts";
import { openWorld } from "../slack/world.ts";

it("are sent back once, then taken out, cap what the role is sure of, and are counted on the card", async () => {
  const world = await openWorld();
  // Two of these five stand nowhere on the record.
  const evidence = ["-enc", "powershell.exe", "x.ps1", "certutil", "mimikatz"].map((quote) => {
    return { claim: "It says so", cites: "alert.process.commandLine", quote };
  });
  const answer = {
    ...{ intent: "malicious", outcome: "succeeded", confidence: 0.9, priority: 8, evidence },
    ...{ summary: "Encoded PowerShell.", riskFactors: [], mitigatingFactors: [], questions: [] },
  };
  const handsIn = { calls: [{ tool: "submit", arguments: answer }] };
  const chat = new CannedModel({ role: "sentinel", script: [handsIn, handsIn] });
  const team = new RoleTeam({
    bus: world.bus,
    roles: [sentinel],
    model: () => ({ chat, name: "m", leg: "l" }),
    diagnostics: silent,
  });
  try {
    await team.consume([alertData()]);
    const { data } = await world.event("alert.triaged");
    expect([data.evidence.length, data.evidenceDropped, data.confidence]).toEqual([3, 2, 0.5]);
    const card = await world.seen(({ channels }) => {
      const replies = channels.flatMap(({ messages }) => messages.flatMap((message) => message.replies));
      return replies.find((reply) => reply.metadata?.event_payload.kind === "finding");
    });
    expect(JSON.stringify(card.blocks)).toContain(
      "2 of 5 claims could not be tied to the record and were removed.",
    );
    expect(JSON.stringify(card.blocks)).not.toContain("mimikatz");
    chat.assertDone();
  } finally {
    await team.stop();
    await world.close();
  }
});
