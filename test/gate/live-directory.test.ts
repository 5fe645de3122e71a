import { describe, expect, it } from "vitest";
import { isoTime, manualClock } from "../../src/clock.ts";
import type { Directory, DirectoryAnswer } from "../../src/gate/directory.ts";
import { LiveDirectory, type LiveOptions } from "../../src/gate/live-directory.ts";
import { staticDirectory } from "../../src/gate/static-directory.ts";
import { members, start, user } from "./given.ts";

/** A directory that counts its calls; who is on call is set by the test. */
function counted(options: Partial<LiveOptions> = {}) {
  const clock = manualClock(start);
  const calls: string[] = [];
  let onCall: string[] = ["Mia", "Priya"];
  let answer = (): Promise<DirectoryAnswer> =>
    Promise.resolve({ ...members(...onCall), askedAt: isoTime(clock.now()) });
  let changed = (): void => undefined;
  const directory: Directory = {
    onCall: (role) => {
      calls.push(role);
      return answer();
    },
    onChange: (listener) => {
      changed = listener;
    },
  };
  return {
    live: new LiveDirectory(directory, { clock, ...options }),
    ...{ clock, calls },
    set: (...names: string[]) => {
      onCall = names;
    },
    answers: (other: () => Promise<DirectoryAnswer>) => {
      answer = other;
    },
    tellChange: () => {
      changed();
    },
  };
}

const names = (answer: DirectoryAnswer): string[] =>
  answer.kind === "members" ? answer.members.map((person) => person.name) : [];
const role = "ir-lead-oncall";

describe("the live directory", () => {
  it("asks anew for each member's decision, so that who was removed a moment ago is gone", async () => {
    const { live, calls, set } = counted();
    expect(names(await live.ask(role, user("Mia")))).toEqual(["Mia", "Priya"]);
    set("Priya");
    expect(names(await live.ask(role, user("Priya")))).toEqual(["Priya"]);
    expect(calls).toHaveLength(2);
  });

  it("judges who is not in the last known list on that list, without a call", async () => {
    const { live, calls, clock } = counted();
    await live.ask(role, user("Mia"));
    for (let click = 0; click < 50; click += 1) {
      clock.advance(200);
      expect(names(await live.ask(role, user("Eve")))).not.toContain("Eve");
    }
    expect(calls).toHaveLength(1);
  });

  it("asks again for them once that list is older than ten seconds", async () => {
    const { live, calls, clock, set } = counted();
    await live.ask(role, user("Eve"));
    set("Eve");
    clock.advance(10_000);
    expect(names(await live.ask(role, user("Eve")))).not.toContain("Eve");
    clock.advance(1);
    expect(names(await live.ask(role, user("Eve")))).toEqual(["Eve"]);
    expect(calls).toHaveLength(2);
  });

  it("forgets what it knew when the directory says that groups have changed", async () => {
    const { live, set, tellChange } = counted();
    await live.ask(role, user("Eve"));
    set("Eve");
    tellChange();
    expect(names(await live.ask(role, user("Eve")))).toEqual(["Eve"]);
  });

  it("has one call in flight per group", async () => {
    const { live, calls } = counted();
    const answers = await Promise.all([
      ...Array.from({ length: 20 }, () => live.ask(role, user("Mia"))),
      live.ask("tier2-oncall", user("Mia")),
    ]);
    expect(calls).toEqual([role, "tier2-oncall"]);
    expect(answers.every((answer) => answer.kind === "members")).toBe(true);
  });

  it("does not keep an answer that was asked for before a change", async () => {
    const { live, calls, answers, tellChange, clock } = counted();
    let release: (answer: DirectoryAnswer) => void = () => undefined;
    answers(() => new Promise((resolve) => (release = resolve)));
    const before = live.ask(role, user("Mia"));
    tellChange();
    release({ ...members("Mia"), askedAt: isoTime(clock.now()) });
    await before;
    answers(() => Promise.resolve(members("Priya")));
    expect(names(await live.ask(role, user("Eve")))).toEqual(["Priya"]);
    expect(calls).toHaveLength(2);
  });

  it("rests on an answer at most ten seconds old once a minute's calls are spent", async () => {
    const { live, calls, clock } = counted({ callsAMinute: 3 });
    for (let click = 0; click < 30; click += 1) {
      clock.advance(100);
      await live.ask(role, user("Mia"));
    }
    expect(calls).toHaveLength(3);
    clock.advance(10_001);
    await live.ask(role, user("Mia"));
    expect(calls).toHaveLength(4);
  });

  it("says unavailable when the directory throws, hangs or answers with something old, and keeps that for 3 s", async () => {
    const { live, calls, answers, clock } = counted({ timeoutMs: 20 });
    answers(() => Promise.reject(new Error("ratelimited")));
    expect(await live.ask(role, user("Mia"))).toMatchObject({ kind: "unavailable", why: "ratelimited" });
    expect(await live.ask(role, user("Mia"))).toMatchObject({ kind: "unavailable" });
    expect(calls).toHaveLength(1);
    clock.advance(3_001);
    answers(() => new Promise(() => undefined));
    expect(await live.ask(role, user("Mia"))).toMatchObject({ why: "no answer in 20 ms" });
    clock.advance(3_001);
    answers(() => Promise.resolve(members("Mia")));
    clock.set(start + 10_001);
    expect(await live.ask(role, user("Mia"))).toMatchObject({ kind: "unavailable" });
    clock.advance(3_001);
    answers(() => Promise.resolve({ ...members("Mia"), askedAt: "no time" }));
    expect(await live.ask(role, user("Mia"))).toMatchObject({ kind: "unavailable" });
  });
});

describe("the directory of soc.yaml", () => {
  const clock = manualClock(start);
  const directory = staticDirectory({
    onCall: {
      "ir-lead-oncall": { title: "IR Lead On-Call", users: ["U1", "U2", "U3"] },
      "tier2-oncall": { title: "Tier 2 On-Call", group: "tier2-oncall" },
    },
    people: { "Dana Vale": ["U1", "U2"] },
    team: "T0HOME",
    clock,
  });

  it("lists the users of a role, and one human behind two ids as one", async () => {
    const answer = await directory.onCall("ir-lead-oncall");
    if (answer.kind !== "members") throw new Error(answer.why);
    expect(answer.members.map((person) => person.personId)).toEqual(["Dana Vale", "Dana Vale", "U3"]);
    expect(answer.members[0]?.principal).toEqual({ team: "T0HOME", user: "U1" });
  });

  it("is unavailable for a role that names a group, and for one nobody listed", async () => {
    for (const name of ["tier2-oncall", "nobody", "constructor"]) {
      expect(await directory.onCall(name)).toMatchObject({ kind: "unavailable", group: name });
    }
  });
});
