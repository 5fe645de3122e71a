import { describe, expect, it } from "vitest";
import { findingMessage } from "../../slack/blocks/finding.ts";
import { gateCard } from "../../slack/blocks/gate-card.ts";
import { rootMessage, worthThread } from "../../slack/blocks/root.ts";
import { slackActions } from "../../slack/ids.ts";
import { isoTime } from "../../src/clock.ts";
import type { CaseThread } from "../../slack/case-thread.ts";
import type { AnyEvent } from "../../src/events/envelope.ts";
import { card, fold, found, last, look, opened, requested } from "./folded.ts";
import { alert, asked, caseId, mia, openedAt, priya, said, triage } from "./given.ts";
import { buttonsOf, reads } from "./reads.ts";

describe("the root", () => {
  it("says at a glance what it is, how bad, who looked and who is waited for", () => {
    const planned = said("response.planned", {
      sev: "SEV-2",
      summary: "contain",
      ...{ containment: [], eradication: [], recovery: [], notifications: [] },
      ...{ bridgeRequired: false, evidence: [], evidenceDropped: 0 },
    });
    const message = rootMessage(fold(opened, found, planned, requested()), look);
    expect(reads(message.blocks).trim().split("\n")).toEqual([
      "● *SEV-2 · CASE-7K3F9QWM2T*Open in Falcon",
      "",
      "Encoded PowerShell on FIN-WS-042",
      "True positive, succeeded · confidence 0.86 · priority 9",
      "finance · j.doe · opened 2026-03-02T10:00:00.000Z",
      "",
      "✓ Sentinel  ✓ IR Lead  … Threat Intel · *1 approval waiting* for <!subteam^S0IRLEAD>",
    ]);
    expect(message.text).toBe("CASE-7K3F9QWM2T: SEV-2");
  });

  it("links to the console only over https and to a host that is listed", () => {
    const links = (link: string): string[] =>
      buttonsOf(rootMessage(fold(said("alert.received", alert({ link })), found), look).blocks);
    expect(links("https://falcon.crowdstrike.com/x")).toEqual(["open.console"]);
    for (const link of [
      "http://falcon.crowdstrike.com/x",
      "https://falcon.crowdstrike.com.evil.example/x",
      "https://falcon.crowdstrike.com@evil.example/",
      "https://user:pass@falcon.crowdstrike.com/",
      "https://falcon.crowdstrike.com:8443/",
      "javascript:alert(1)",
      "not a link",
    ]) {
      expect(links(link), link).toEqual([]);
    }
  });

  it("is stamped when rules played the roles", () => {
    const worked = said("role.worked", {
      role: "sentinel",
      promptVersion: "0".repeat(64),
      model: "baseline",
      leg: "embedded",
      ...{ steps: [], modelCalls: 1, tokens: { input: 0, output: 0 }, milliseconds: 1 },
      ...{ evidenceDropped: 0, recallArm: "off", positions: {} },
    });
    expect(reads(rootMessage(fold(opened, found, worked), look).blocks)).toContain(
      "played by rules (baseline)",
    );
    expect(reads(rootMessage(fold(opened, found), look).blocks)).not.toContain("baseline");
  });

  it("shows a person's verdict before any role's", () => {
    const labelled = said("case.labelled", { verdict: "benign", by: mia, reason: "test", origin: "slack" });
    const words = reads(rootMessage(fold(opened, found, labelled), look).blocks);
    expect(words).toContain("○ *Benign · CASE-7K3F9QWM2T*");
    expect(words).toContain("confirmed by a person");
  });

  it("is wanted for what is suspicious or worse, urgent, or asked of a person, and for nothing else", () => {
    const worth = (over: Parameters<typeof triage>[0], ...more: AnyEvent[]): boolean =>
      worthThread(fold(opened, said("alert.triaged", triage(over)), ...more), 5);
    expect(worth({ verdict: "suspicious", priority: 2 })).toBe(true);
    expect(worth({ verdict: "insufficient_data", priority: 1 })).toBe(true);
    expect(worth({ verdict: "benign", priority: 5 })).toBe(true);
    expect(worth({ verdict: "benign", priority: 4 })).toBe(false);
    expect(worth({ verdict: "false_positive", priority: 1 })).toBe(false);
    expect(worth({ verdict: "benign", priority: 1 }, requested())).toBe(true);
    expect(worthThread(fold(opened), 5)).toBe(false);
  });
});

describe("the head of a case that waits for a model", () => {
  it("says so while none answers, and not when nobody is at work on it", () => {
    const words = (thread: CaseThread): string =>
      reads(rootMessage(thread, { ...look, modelDown: true }).blocks);
    const atWork = fold(
      opened,
      said("alert.triaged", triage()),
      said("case.escalated", { toRole: "tier2", why: "look", priority: 7 }),
    );
    expect(words(atWork)).toContain("waits: no model answers");
    expect(reads(rootMessage(atWork, look).blocks)).not.toContain("waits");
    expect(words(fold(opened, said("alert.triaged", triage())))).not.toContain("waits");
  });
});

describe("the head of a case that waits for a paused role", () => {
  const words = (thread: CaseThread, waits: Partial<typeof look>): string =>
    reads(rootMessage(thread, { ...look, ...waits }).blocks);
  const asked = (...roles: string[]): CaseThread =>
    fold(
      opened,
      said("alert.triaged", triage()),
      ...roles.map((toRole) => said("case.escalated", { toRole, why: "look", priority: 7 })),
    );

  it("names each that was asked and has not answered, and no other", () => {
    expect(words(asked("tier2"), { paused: ["tier2", "ir-lead"] })).toContain("waits: Tier 2 is paused");
    expect(words(asked("tier2"), { paused: ["tier2", "ir-lead"] })).not.toContain("IR Lead is paused");
    expect(words(asked("tier2"), { paused: ["sentinel"] })).not.toContain("paused");
    expect(words(asked(), { paused: ["tier2"] })).not.toContain("paused");
  });

  it("says of the model only where a role would ask one", () => {
    const both = { paused: ["tier2"], modelDown: true } as const;
    expect(words(asked("tier2"), both)).toMatch(/waits: Tier 2 is paused(?!.*no model)/s);
    expect(words(asked("tier2", "ir-lead"), both)).toContain("waits: Tier 2 is paused, no model answers");
  });
});

describe("a finding", () => {
  it("stands under its hat's title, with the record it rests on", () => {
    const finding = said("alert.triaged", triage({ evidenceDropped: 2 }), { source: "/roles/sentinel" });
    const message = findingMessage(finding, fold(opened, finding));
    const words = reads(message.blocks);
    expect(words).toContain("Sentinel · True positive, succeeded, confidence 0.86, priority 9");
    expect(words).toContain("Beacon to 203[.]0[.]113[.]7 every 60 s");
    expect(words).toContain("encoded -enc JABjAGwA · step 3");
    expect(words).toContain("2 of 3 claims could not be tied to the record and were removed.");
    expect(buttonsOf(message.blocks)).toEqual([
      slackActions.right,
      slackActions.wrong,
      slackActions.evidence,
    ]);
  });

  it("says so when a role gave no answer", () => {
    const failed = said("role.failed", {
      ...{ role: "tier2", title: "Tier 2 Analyst", reason: "empty_output", detail: "no text" },
      ...{ steps: [], model: "m" },
    });
    expect(reads(findingMessage(failed, fold(opened, failed)).blocks)).toContain(
      "Tier 2 Analyst · gave no answer: it said nothing",
    );
  });
});

describe("a gate card", () => {
  it("opens with who is asked, then what, why, what bounds it, and the buttons", () => {
    const message = card(requested());
    const words = reads(message.blocks);
    expect(words.split("\n")[0]).toBe("*Action required from: IR Lead On-Call* <!subteam^S0IRLEAD>");
    expect(words).toContain("Isolate host FIN-WS-042\n");
    expect(words).toContain(
      "Why confirmed beacon; credential access\nencoded -enc JABjAGwA · step 3\nAgainst no second host",
    );
    expect(words).toContain(
      "one workstation. Reversible.\nAnswer within 30 minutes; then SOC Manager On-Call is asked.",
    );
    expect(buttonsOf(message.blocks)).toEqual([
      "gate.authorise",
      "gate.reject",
      "gate.need_info",
      "gate.assign",
      "gate.more",
    ]);
    expect(words.trim().split("\n").at(-1)).toBe(
      `CASE-7K3F9QWM2T · code *${asked("p1").code}*hatrack proposes and never executes: a person carries this out.`,
    );
    expect(message.text).toBe("Action required from IR Lead On-Call: Isolate host, CASE-7K3F9QWM2T");
  });

  it("counts approvals where two are needed, and forgets them when the request changes", () => {
    const two = { bar: { quorum: 2, reversible: false } };
    const first = asked("p1", two);
    const directory = {
      group: "g",
      askedAt: "2026-03-02T10:00:00.000Z",
      members: 2,
      membersDigest: "0".repeat(64),
    };
    const approval = { proposalId: "p1", by: mia, digest: first.digest, directory, have: 1, need: 2 };
    expect(reads(card(requested("p1", two)).blocks)).toContain("Not reversible");
    expect(reads(card(requested("p1", two)).blocks)).toContain("2 people must authorise it; 0 so far");
    const after = card(requested("p1", two), said("approval.recorded", approval));
    expect(reads(after.blocks)).toContain("2 people must authorise it; 1 so far");
    const edited = card(
      requested("p1", two),
      said("approval.recorded", approval),
      requested("p1", { ...two, ask: { target: { type: "host", value: "OPS-WS-031" } } }),
    );
    expect(reads(edited.blocks)).toContain("2 people must authorise it; 0 so far");
  });

  it("flags whoever joined the group after it was asked, while it is open and once it is authorised", () => {
    const { digest } = asked("p1");
    const two = requested("p1", { bar: { quorum: 2 } });
    const directory = { group: "S0", askedAt: isoTime(openedAt), members: 2, membersDigest: "0".repeat(64) };
    const joined = { joinedAfter: isoTime(openedAt) };
    const approval = said("approval.recorded", {
      ...{ proposalId: "p1", by: priya, digest, directory, have: 1, need: 2, ...joined },
    });
    const flag = "@U0PRIYA (joined the group after this was asked)";
    expect(reads(card(two, approval).blocks)).toContain(`1 so far: ${flag}`);
    const by = [priya, mia];
    const decided = said("action.decided", {
      proposalId: "p1",
      outcome: "authorised",
      by,
      why: "2 of 2",
      digest,
    });
    expect(reads(card(two, approval, decided).blocks)).toContain(`Authorised by ${flag}`);
  });

  it("mentions the group once for the proposals of one plan", () => {
    const thread = fold(opened, requested("p1"), requested("p2"), requested("p3"));
    expect(thread.requests.map(({ mentions }) => mentions)).toEqual([true, false, false]);
    const second = thread.requests[1];
    if (second === undefined) throw new Error("no second request");
    expect(reads(gateCard(second, { thread, look }).blocks)).not.toContain("<!subteam");
    const later = said("handoff.requested", asked("p4"), { at: openedAt + 3_600_000 });
    expect(last(fold(opened, requested("p1"), later)).mentions).toBe(true);
  });

  it("has no Authorise button when it cannot show the whole action", () => {
    const parameters = Object.fromEntries(Array.from({ length: 9 }, (_, i) => [`key${i}`, "value"]));
    for (const ask of [
      { parameters },
      { parameters: { script: "x".repeat(512).replaceAll("x", "\u202E").slice(0, 512) } },
    ]) {
      const message = card(requested("p1", { ask }));
      expect(buttonsOf(message.blocks)).toEqual([
        "gate.reject",
        "gate.need_info",
        "gate.assign",
        "gate.more",
      ]);
      expect(reads(message.blocks)).toContain("too long to show whole");
    }
    const long = { target: { type: "file" as const, value: `C:\\${"a".repeat(300)}.exe` } };
    const message = card(requested("p1", { ask: long }));
    expect(reads(message.blocks)).toContain(`C:\\${"a".repeat(300)}.exe`);
    expect(buttonsOf(message.blocks)).toContain("gate.authorise");
  });

  it("words a review as one", () => {
    const ask = { verb: "review_case" as const, target: { type: "case" as const, value: caseId } };
    expect(reads(card(requested("p1", { ask })).blocks)).toContain("Take the review…");
  });

  it("hands its buttons on when the next tier is asked", () => {
    const bar = {
      ...asked("p1").bar,
      addressed: { role: "soc-manager-oncall", title: "SOC Manager On-Call" },
    };
    const rerouted = said("handoff.rerouted", {
      ...{ proposalId: "p1", tier: 1, bar, digest: "1".repeat(64), code: "AA-BB", why: "nobody answered" },
    });
    const thread = fold(opened, requested("p1"), rerouted);
    const [before, after] = thread.requests;
    if (before === undefined || after === undefined) throw new Error("two requests expected");
    const old = gateCard(before, { thread, look });
    expect(buttonsOf(old.blocks)).toEqual([]);
    expect(reads(old.blocks)).toContain("Now asked: SOC Manager On-Call");
    expect(reads(gateCard(after, { thread, look }).blocks)).toContain(
      "Action required from: SOC Manager On-Call",
    );
  });

  it.each([
    ["rejected", "Rejected", "because"],
    ["expired", "Expired: nobody answered, nothing was decided", "because"],
    ["cancelled", "Cancelled", "because"],
    ["superseded", "Superseded", "because"],
  ] as const)("closes without buttons when it is %s", (outcome, head, why) => {
    const decided = { proposalId: "p1", outcome, by: [mia], why, digest: asked("p1").digest };
    const message = card(requested(), said("action.decided", decided));
    expect(reads(message.blocks)).toContain(`*${head}* · CASE-7K3F9QWM2T`);
    expect(reads(message.blocks)).toContain("because");
    expect(buttonsOf(message.blocks)).toEqual([]);
  });

  it("says authorised, not done, until a person says what came of it", () => {
    const { digest } = asked("p1");
    const by = [mia, priya];
    const decided = said("action.decided", { proposalId: "p1", outcome: "authorised", by, why: "x", digest });
    expect(reads(card(requested(), decided).blocks)).toContain("Now to do: Isolate FIN-WS-042 in Falcon");
    const gone = said("action.abandoned", { proposalId: "p1", by: mia, why: "sensor offline" });
    const message = card(requested(), decided, gone);
    expect(reads(message.blocks)).toContain("*Could not be done*");
    expect(reads(message.blocks)).toContain("sensor offline");
    expect(buttonsOf(message.blocks)).toEqual([]);
  });
});
