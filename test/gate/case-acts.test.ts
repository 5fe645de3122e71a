import { describe, expect, it } from "vitest";
import { isoTime } from "../../src/clock.ts";
import type { Draft } from "../../src/bus/bus.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import { makeEvent } from "../../src/events/parse.ts";
import { caseFacts, decideCaseAct, isCaseAct, rolesFor } from "../../src/gate/case-acts.ts";
import { actOnCase } from "../../src/gate/case-desk.ts";
import type { DirectoryAnswer } from "../../src/gate/directory.ts";
import type { Policy } from "../../src/gate/policy.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { caseOf, labelled, received } from "../memory/saying.ts";
import { members, minutes, person, policy, unavailable, user } from "./given.ts";

const caseId = caseOf("a");
const analysts = ["tier2-oncall", "ir-lead-oncall"];
const withRights: Policy = {
  ...policy,
  rights: {
    ...{ read: analysts, label: analysts, close: analysts, assign: analysts, mute: analysts },
    pause: ["soc-manager-oncall"],
  },
};
const untouched = { ...caseFacts([received("a")]), otherKnown: true };

interface Given {
  readonly answers?: readonly DirectoryAnswer[];
  readonly facts?: Partial<typeof untouched>;
  readonly subject?: string;
}

function submitted(words: object, subject = caseId): KnownEvent<"decision.submitted"> {
  return makeEvent({
    ...{
      id: "d1",
      source: "/frontends/test",
      subject,
      time: isoTime(minutes(1)),
      type: "decision.submitted",
    },
    data: { principal: user("Mia"), surface: "slack", ...words },
  });
}

function commandOf({ id, data, subject }: KnownEvent<"decision.submitted">) {
  return {
    kind: "decision",
    decisionId: id,
    caseId: subject,
    decision: data,
    at: minutes(1),
    saidAt: minutes(1),
  } as const;
}

function told(
  words: object,
  { answers = [members("Mia")], facts = {}, subject = caseId }: Given = {},
): Draft {
  const command = commandOf(submitted(words, subject));
  const act = command.decision;
  if (!isCaseAct(act)) throw new Error(`${act.decision} is about a proposal`);
  const drafts = decideCaseAct({ command, act, answers, facts: { ...untouched, ...facts } }, withRights);
  expect(drafts).toHaveLength(1);
  return drafts[0] ?? { type: "role.resumed", data: { role: "none", by: user("nobody") } };
}

function rule(draft: Draft): string {
  return draft.type === "decision.refused" ? draft.data.rule : draft.type;
}

const label = { decision: "label", caseId, verdict: "benign", reason: "A known job." };
const close = { decision: "close", caseId, reason: "Done." };
const mute = { decision: "mute", rule: "Noisy", until: isoTime(minutes(60)), reason: "Being tuned." };
const acts: readonly [string, object, Given?][] = [
  ["case.labelled", label],
  [
    "case.unlabelled",
    { decision: "withdraw_label", caseId, reason: "Wrong host." },
    { facts: { labelled: true } },
  ],
  ["case.closed", close],
  ["case.reopened", { ...close, decision: "reopen" }, { facts: { closed: true } }],
  [
    "case.assigned",
    { decision: "assign_case", caseId, to: user("Priya") },
    { answers: [members("Mia", "Priya")] },
  ],
  ["case.linked", { decision: "link", caseId, to: caseOf("b"), reason: "Same intruder." }],
  ["finding.rated", { decision: "rate", caseId, eventId: received("a").id, right: false }],
  ["suppression.set", mute],
  ["suppression.lifted", { decision: "unmute", rule: "Noisy", host: "FIN-WS-042" }],
  ["role.paused", { decision: "pause", role: "tier2", reason: "It loops." }],
  ["role.resumed", { decision: "resume", role: "tier2" }],
];

describe("what a person says of a case, a rule or a role", () => {
  it.each(acts)("becomes %s, with who said it and the answer their right rests on", (type, words, given) => {
    const draft = told(words, given);
    expect(draft).toMatchObject({ type, data: { by: user("Mia"), directory: { group: "S0IRLEAD" } } });
  });

  it("keeps where a label came from", () => {
    expect(told(label)).toMatchObject({
      data: { verdict: "benign", origin: "slack", reason: "A known job." },
    });
  });

  it("gives a mute an id of its own, the same when it is judged again", () => {
    const ids = [told(mute), told(mute)].map((d) =>
      d.type === "suppression.set" ? d.data.suppressionId : "",
    );
    expect(ids[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(ids[1]).toBe(ids[0]);
  });

  it.each(acts)(
    "refuses %s to whoever is in none of the groups, names who can, and changes nothing",
    (_, words) => {
      const draft = told(words, { answers: [members("Priya")] });
      expect(draft).toMatchObject({
        type: "decision.refused",
        data: { rule: "not_a_member", principal: user("Mia") },
      });
      expect(draft.type === "decision.refused" && draft.data.whoCan).toMatch(/On-Call/);
    },
  );

  it.each([
    ["a guest", [members(person("Mia", { guest: true }))], "guest"],
    [
      "a deactivated account",
      [members("Priya"), members(person("Mia", { deactivated: true }))],
      "deactivated",
    ],
    [
      "somebody of another workspace",
      [members({ ...person("Eve"), principal: user("Eve", "T0ELSE") })],
      "stranger",
    ],
    ["everybody while the directory does not answer", [unavailable], "directory_unavailable"],
    [
      "who may be in the group that was not answered for",
      [members("Priya"), unavailable],
      "directory_unavailable",
    ],
    ["everybody where an empty group answers", [members()], "directory_unavailable"],
    ["everybody where nobody is listed", [], "no_right"],
  ])("refuses %s", (_, answers, expected) => {
    expect(rule(told(label, { answers }))).toBe(expected);
  });

  it("entitles who is in any one of the groups", () => {
    expect(rule(told(label, { answers: [members("Priya"), unavailable, members("Mia")] }))).toBe(
      "case.labelled",
    );
  });

  it.each([
    ["a case nobody knows", label, { facts: { eventIds: new Set<string>() } }, "unknown_case"],
    ["a case it was not said under", label, { subject: caseOf("b") }, "wrong_case"],
    ["a second close", close, { facts: { closed: true } }, "already_closed"],
    ["a reopening of what is open", { ...close, decision: "reopen" }, {}, "not_closed"],
    ["a withdrawal of no label", { ...close, decision: "withdraw_label" }, {}, "not_labelled"],
    ["a link to itself", { decision: "link", caseId, to: caseId, reason: "x" }, {}, "same_case"],
    [
      "a link to nothing",
      { decision: "link", caseId, to: caseOf("b"), reason: "x" },
      { facts: { otherKnown: false } },
      "unknown_case",
    ],
    [
      "a rating of no finding",
      { decision: "rate", caseId, eventId: "nothing", right: true },
      {},
      "unknown_finding",
    ],
    [
      "an assignment to an outsider",
      { decision: "assign_case", caseId, to: user("Eve") },
      {},
      "bad_assignee",
    ],
    ["a mute that is over", { ...mute, until: isoTime(minutes(0)) }, {}, "until_out_of_range"],
    ["a mute for ever", { ...mute, until: isoTime(minutes(60 * 24 * 31)) }, {}, "until_out_of_range"],
    [
      "a pause of the gate itself",
      { decision: "pause", role: "human-gate", reason: "x" },
      {},
      "not_pausable",
    ],
  ] as const)("refuses %s", (_, words, given, expected) => {
    expect(rule(told(words, given))).toBe(expected);
  });

  it("asks the managers for a pause, and nobody without rights", () => {
    const act = submitted({ decision: "pause", role: "tier2", reason: "x" }).data;
    if (!isCaseAct(act)) throw new Error("a pause is about a role");
    expect(rolesFor(act, withRights)).toEqual(["soc-manager-oncall"]);
    expect(rolesFor(act, policy)).toEqual([]);
  });
});

describe("the desk that judges them", () => {
  async function judged(words: object, groups: Readonly<Record<string, DirectoryAnswer>>) {
    const bus = new LocalBus();
    await bus.open([]);
    await bus.publish([received("a"), labelled("a", "benign"), received("b")]);
    const asked: string[] = [];
    const ask = (role: string): Promise<DirectoryAnswer> => {
      asked.push(role);
      return Promise.resolve(groups[role] ?? unavailable);
    };
    const command = commandOf(submitted(words));
    const act = command.decision;
    if (!isCaseAct(act)) throw new Error("about a proposal");
    const [draft] = await actOnCase({ bus, directory: { ask }, policy: withRights }, command, act);
    await bus.close();
    return { draft, asked };
  }

  it("reads how the case stands from the log", async () => {
    const groups = { "tier2-oncall": members("Mia") };
    const { draft } = await judged({ decision: "withdraw_label", caseId, reason: "x" }, groups);
    expect(draft?.type).toBe("case.unlabelled");
    const link = { decision: "link", caseId, reason: "x" };
    expect((await judged({ ...link, to: caseOf("b") }, groups)).draft?.type).toBe("case.linked");
    expect((await judged({ ...link, to: caseOf("nowhere") }, groups)).draft?.type).toBe("decision.refused");
  });

  it("asks for group after group until one holds the person", async () => {
    const first = await judged(label, { "tier2-oncall": members("Mia") });
    expect(first.asked).toEqual(["tier2-oncall"]);
    const second = await judged(label, {
      "tier2-oncall": members("Priya"),
      "ir-lead-oncall": members("Mia"),
    });
    expect(second).toMatchObject({ asked: analysts, draft: { type: "case.labelled" } });
  });

  it("takes no decision of somebody else's for a case that exists", async () => {
    const { draft } = await judged(
      { ...label, caseId: caseOf("nowhere") },
      { "tier2-oncall": members("Mia") },
    );
    expect(draft).toMatchObject({ type: "decision.refused", data: { rule: "wrong_case" } });
  });
});
