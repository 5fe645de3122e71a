import { afterEach, describe, expect, it } from "vitest";
import type { Draft } from "../../src/bus/bus.ts";
import { isoTime } from "../../src/clock.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { naturalId } from "../../src/events/ids.ts";
import { makeEvent } from "../../src/events/parse.ts";
import type { DirectoryAnswer } from "../../src/gate/directory.ts";
import type { Policy } from "../../src/gate/policy.ts";
import type { GateState } from "../../src/gate/state.ts";
import { decideTuning, isTuningAct, rolesForTuning } from "../../src/gate/tuning-acts.ts";
import { listTunings } from "../../src/memory/tuning-list.ts";
import { received } from "../memory/saying.ts";
import { members, minutes, person, policy, unavailable, user } from "./given.ts";
import { answersTo, gateOnABus, type GateOnABus } from "./on-a-bus.ts";

const tuningId = "TUNE-7K3F9QWM2T";
const withRights: Policy = { ...policy, rights: { tune: ["tier2-oncall"], mute: ["ir-lead-oncall"] } };
const accept = { decision: "accept_tuning", tuningId };
const decline = { decision: "decline_tuning", tuningId, reason: "The agent is being replaced." };

function submitted(words: object, who = "Mia", id = "d1"): KnownEvent<"decision.submitted"> {
  return makeEvent({
    ...{
      id,
      source: "/frontends/test",
      subject: "system",
      time: isoTime(minutes(1)),
      type: "decision.submitted",
    },
    data: { principal: user(who), surface: "slack", ...words },
  });
}

interface Given {
  readonly answers?: readonly DirectoryAnswer[];
  readonly proposed?: { rule: string; reportId: string } | undefined;
  readonly state?: GateState;
}

function told(words: object, given: Given = {}): Draft {
  const { id: decisionId, data: decision, subject: caseId } = submitted(words);
  const at = minutes(1);
  if (!isTuningAct(decision)) throw new Error(`${decision.decision} is of no tuning`);
  const { answers = [members("Mia")], state } = given;
  const proposed = "proposed" in given ? given.proposed : { rule: "Hive save", reportId: "r1" };
  const command = { kind: "decision", decisionId, caseId, decision, at, saidAt: at } as const;
  return decideTuning({ command, act: decision, answers, proposed, state }, withRights);
}

describe("an answer to a proposed tuning", () => {
  it.each([
    ["accepted", accept, {}],
    ["declined", decline, { reason: "The agent is being replaced." }],
  ])("is %s by whoever has the right, and rests on the directory's answer", (outcome, words, more) => {
    expect(told(words)).toMatchObject({
      type: "tuning.decided",
      data: {
        tuningId,
        outcome,
        rule: "Hive save",
        reportId: "r1",
        by: user("Mia"),
        directory: { members: 1 },
        ...more,
      },
    });
  });

  it.each<[string, string, Given]>([
    ["not_a_member", "is not in the group", { answers: [members("Priya")] }],
    ["directory_unavailable", "nobody can be looked up", { answers: [unavailable] }],
    ["guest", "is a guest", { answers: [members({ ...person("Mia"), guest: true })] }],
    ["no_right", "soc.yaml gives nobody the right", { answers: [] }],
    ["unknown_tuning", "nobody has proposed it", { proposed: undefined }],
    [
      "already_decided",
      "somebody has answered it",
      {
        state: {
          phase: "tuned",
          heard: [],
          outcome: "declined",
          settled: { by: [user("Priya")], at: isoTime(minutes(0)), why: "No." },
        },
      },
    ],
  ])("is refused as %s when whoever says it %s", (rule, _why, given) => {
    expect(told(accept, given)).toMatchObject({
      type: "decision.refused",
      data: { rule, decision: "accept_tuning" },
    });
  });

  it("is for whoever may tune, or else may mute, a rule", () => {
    expect(rolesForTuning(withRights)).toEqual(["tier2-oncall"]);
    expect(rolesForTuning({ ...policy, rights: { mute: ["ir-lead-oncall"] } })).toEqual(["ir-lead-oncall"]);
    expect(rolesForTuning(policy)).toEqual([]);
  });
});

describe("the gate, asked about a tuning", () => {
  let on: GateOnABus | undefined;
  afterEach(() => on?.close());

  const report = (id: string): KnownEvent<"tuning.reported"> =>
    makeEvent({
      ...{
        id,
        source: "/roles/detection-engineer",
        type: "tuning.reported",
        subject: "calendar:detection-engineer",
      },
      time: isoTime(minutes(0)),
      data: {
        window: { start: isoTime(minutes(-60)), end: isoTime(minutes(0)) },
        rules: [
          {
            ...{
              rule: "Hive save",
              alerts: 3,
              falsePositives: 3,
              benign: 0,
              proposal: "Exclude it.",
              caseIds: [],
            },
            ...{ tuningId, filter: { yaml: "title: x\n", covers: 3 } },
          },
        ],
      },
    });

  it("takes the first of many that answer at once, tells the others, and lists what was accepted", async () => {
    on = await gateOnABus({ rights: { tune: ["tier2-oncall"] } });
    const people = ["Mia", "Priya", "Sam", "Lena"];
    on.crowd.are(members(...people));
    await on.bus.publish([report("r1"), report("r2")]);
    const clicks = people.flatMap((who, i) =>
      [accept, decline].map((words, j) => submitted(words, who, naturalId("tune", i, j))),
    );
    await on.bus.publish(clicks);
    const said = (await answersTo(on, clicks)).flat();

    const decided = said.filter((event) => isEvent(event, "tuning.decided"));
    expect(decided).toMatchObject([{ data: { tuningId, reportId: "r2", rule: "Hive save" } }]);
    const refused = said.flatMap((event) => (isEvent(event, "decision.refused") ? [event.data.rule] : []));
    expect(refused).toEqual(Array.from({ length: clicks.length - 1 }, () => "already_decided"));

    await on.bus.publish([received("a", { rule: "Hive save" }), received("b", { rule: "Another" })]);
    const [tuning, more] = await listTunings(on.bus);
    expect(more).toBeUndefined();
    expect(tuning).toMatchObject({ tuningId, status: decided[0]?.data.outcome, by: decided[0]?.data.by });
    if (tuning?.status === "accepted") expect(tuning.alertsSince).toBe(1);
    else expect(tuning?.alertsSince).toBeUndefined();
  });
});
