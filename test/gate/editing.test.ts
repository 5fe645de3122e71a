import { describe, expect, it } from "vitest";
import { gateCode } from "../../src/events/ids.ts";
import { asked, Gate, members, minutes, only, onDomainController, person, refusal, user } from "./given.ts";

const authorise = { decision: "authorise" };

describe("editing", () => {
  const toDomainController = {
    ...{ decision: "edit", target: { type: "host", value: "NW-DC-01" }, parameters: {} },
    reason: "It is the domain controller.",
  };
  const toOtherHost = { ...toDomainController, target: { type: "host", value: "OPS-WS-031" } };

  it("asks anew under another digest, by the bar of what is asked now", () => {
    const gate = new Gate(asked());
    gate.posted();
    const { digest } = gate.handoff;
    const request = only(gate.decides("Mia", toDomainController), "handoff.requested").data;
    expect(request.digest).not.toBe(digest);
    expect(request.code).toBe(gateCode(request.digest));
    expect(request).toMatchObject({
      bar: { quorum: 2 },
      edited: { by: user("Mia"), reason: toDomainController.reason },
    });
    expect(gate.handoff.opened).toBeUndefined();
    expect(refusal(gate.decides("Mia", authorise, { digest }))).toBe("stale_card");
  });

  it("voids approvals, and counts no editor where two are needed", () => {
    const gate = new Gate(onDomainController);
    const directory = members(
      "Mia",
      "Priya",
      "Sam",
      person("MiaAdmin", { personId: "mia@northwind.example" }),
    );
    gate.decides("Priya", authorise, { directory });
    gate.decides("Mia", { ...toDomainController, parameters: { mode: "full" } }, { directory });
    expect(gate.handoff.approvals).toEqual([]);
    expect(refusal(gate.decides("Mia", authorise, { directory }))).toBe("editor");
    expect(refusal(gate.decides("MiaAdmin", authorise, { directory }))).toBe("editor");
    gate.decides("Priya", authorise, { directory });
    expect(gate.handoff.status).toBe("pending");
    gate.decides("Sam", authorise, { directory });
    expect(gate.handoff.status).toBe("authorised");
  });

  it("knows an editor by the human, also when the account that edited has left the group", () => {
    const gate = new Gate(onDomainController);
    const mia = person("MiaAdmin", { personId: "mia@northwind.example" });
    gate.decides("Mia", { ...toDomainController, parameters: { mode: "full" } });
    const directory = members(mia, "Priya");
    expect(refusal(gate.decides("MiaAdmin", authorise, { directory }))).toBe("editor");
  });

  it("does not count an approval whose account turns out to be the editor's", () => {
    const gate = new Gate(onDomainController);
    gate.decides("Mia", { ...toDomainController, parameters: { mode: "full" } });
    gate.decides("Priya", authorise, { directory: members("Priya", "Sam") });
    const directory = members(person("Priya", { personId: "mia@northwind.example" }), "Sam");
    expect(only(gate.decides("Sam", authorise, { directory }), "approval.recorded").data.have).toBe(1);
    expect(gate.handoff.status).toBe("pending");
  });

  it("lets who edited authorise where one is enough", () => {
    const gate = new Gate(asked());
    gate.decides("Mia", toOtherHost);
    gate.decides("Mia", authorise);
    expect(gate.handoff.status).toBe("authorised");
  });

  it("refuses an edit that changes nothing", () => {
    const same = { ...toOtherHost, target: { type: "host", value: "FIN-WS-042" } };
    expect(refusal(new Gate(asked()).decides("Mia", same))).toBe("nothing_changed");
  });

  it("keeps asking the tier that was being asked", () => {
    const gate = new Gate(asked());
    gate.posted();
    const past = minutes(31);
    gate.tell({ kind: "deadline", deadline: "expire", due: minutes(30), at: past, saidAt: past });
    const request = only(gate.decides("Elena", toOtherHost, { at: past }), "handoff.requested").data;
    expect(request.bar).toMatchObject({ addressed: { role: "soc-manager-oncall" }, nextTiers: [] });
  });
});
