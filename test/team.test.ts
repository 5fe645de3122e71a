import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { z } from "zod";
import humanGate from "../roles/human-gate.ts";
import type { Role } from "../src/agent/role.ts";
import { defineRole } from "../src/agent/define-role.ts";
import { LocalBus } from "../src/bus/local-bus.ts";
import { systemClock } from "../src/clock.ts";
import { silent } from "../src/diagnostics.ts";
import { HatrackError } from "../src/errors.ts";
import type { EventType } from "../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../src/events/envelope.ts";
import { Evidence } from "../src/events/vocabulary.ts";
import { loadNamedRole, loadRoles, shippedRoles } from "../src/load-roles.ts";
import { CannedModel } from "../src/models/canned-model.ts";
import {
  RoleTeam,
  type AlertInput,
  type PersonSays,
  type ProposedAction,
  type TeamOptions,
} from "../src/team.ts";
import { alertData, submit } from "./agent/scene.ts";
import { members, policy, user } from "./gate/given.ts";
import { Crowd } from "./gate/on-a-bus.ts";

const proposer = defineRole({
  name: "proposer",
  title: "Proposer",
  on: { "alert.received": true },
  tools: [],
  budget: { toolCalls: 0, seconds: 30 },
  answer: z.strictObject({ why: z.string().min(1), evidence: z.array(Evidence) }),
  prompt: "You isolate.",
  emit: ({ answer, casefile }) => [
    {
      type: "action.proposed",
      data: {
        verb: "isolate_host",
        target: { type: "host", value: casefile.alert?.host?.name ?? "" },
        parameters: {},
        rationale: answer.why,
        evidence: [],
        opinion: { reversible: true, blastRadius: "one host" },
      },
    },
  ],
  says: ["action.proposed"],
});

const answers = (): CannedModel =>
  new CannedModel({ role: "proposer", script: () => submit({ why: "It beacons.", evidence: [] }) });

function alert(sourceId: string): AlertInput {
  const { caseId: _, techniques: __, indicators: ___, ...input } = alertData({ sourceId });
  return input;
}

let bus: LocalBus;
let team: RoleTeam | undefined;
beforeEach(() => {
  bus = new LocalBus({ timings: { backoffMs: 1 } });
});
afterEach(async () => {
  await team?.stop().catch(() => undefined);
  team = undefined;
  await bus.close();
});

function teamOf(options: Partial<TeamOptions> = {}): RoleTeam {
  const directory = new Crowd(() => systemClock.now());
  directory.are(members("Mia"));
  const gate = { policy, directory };
  team = new RoleTeam({
    ...{ bus, roles: [proposer, humanGate], model: answers(), gate, diagnostics: silent },
    ...options,
  });
  return team;
}

async function first<T extends EventType>(type: T): Promise<KnownEvent<T>> {
  for await (const { event } of bus.follow({ types: [type], signal: AbortSignal.timeout(20_000) })) {
    if (isEvent(event, type)) return event;
  }
  throw new Error(`no ${type}`);
}

async function types(): Promise<string[]> {
  const found: string[] = [];
  for await (const { event } of bus.read()) found.push(event.type);
  return found;
}

const mia: PersonSays = { decision: "authorise", principal: user("Mia") };

describe("RoleTeam", () => {
  it("takes alerts from any iterable to a decision by a gate of one's own", async () => {
    const shown: ProposedAction[] = [];
    const one = teamOf();
    await one.consume([alert("1")]);
    one.onActionProposed((proposed) => {
      shown.push(proposed);
      return mia;
    });
    const { data, subject } = await first("action.decided");
    expect(data.outcome).toBe("authorised");
    expect(shown).toMatchObject([
      { verb: "isolate_host", target: { value: "FIN-WS-042" }, rationale: "It beacons.", caseId: subject },
    ]);
    expect((await first("role.worked")).data).toMatchObject({ model: "CannedModel", leg: "own" });
  });

  it("has a stranger's answer refused, whoever brings it", async () => {
    const one = teamOf();
    await one.consume([alert("1")]);
    one.onActionProposed(() => ({ ...mia, principal: { team: "T9", user: "U9" } }));
    expect((await first("decision.refused")).data.rule).toBe("stranger");
    expect(await types()).not.toContain("action.decided");
  });

  it("leaves a proposal that nobody decided as it is", async () => {
    const one = teamOf();
    const asked = Promise.withResolvers<undefined>();
    await one.consume([alert("1")]);
    one.onActionProposed(() => {
      asked.resolve(undefined);
      return undefined;
    });
    await asked.promise;
    await one.stop();
    expect(await types()).not.toContain("decision.submitted");
  });

  it("does not take a rejection without a reason", async () => {
    const one = teamOf();
    await one.consume([alert("1")]);
    one.onActionProposed(() => ({ ...mia, decision: "reject" }));
    const { data } = await first("entry.dead");
    expect(data).toMatchObject({ group: "own-gate" });
    expect((await bus.dead.list("own-gate"))[0]?.error).toContain("without saying why");
  });

  it("without policy and directory nothing is authorised: an answer is refused with what is missing", async () => {
    const { gate: _, ...options } = {
      bus,
      roles: [proposer, humanGate],
      model: answers(),
      diagnostics: silent,
      gate: 0,
    };
    team = new RoleTeam(options);
    await team.consume([alert("1")]);
    team.onActionProposed(() => mia);
    await first("entry.dead");
    const [dead] = await bus.dead.list("own-gate");
    expect(dead?.error).toContain("gate: { policy, directory }");
    expect(await types()).not.toContain("handoff.requested");
  });

  it("puts an alert that does not read on the log as rejected, and goes on", async () => {
    const one = teamOf();
    const broken = { ...alert("1"), time: "yesterday" };
    await one.consume([broken, alert("2")]);
    const { data } = await first("alert.rejected");
    expect(data).toMatchObject({ source: "own", line: 1, reason: expect.stringContaining("time") as string });
    expect((await first("alert.received")).data.sourceId).toBe("2");
  });

  it("publishes an alert once, however often it is handed over", async () => {
    const one = teamOf();
    await one.consume([alert("1"), alert("1")]);
    await one.consume([alert("1")]);
    expect((await types()).filter((type) => type === "alert.received")).toHaveLength(1);
  });

  it("stops reading alerts when it is told to", async () => {
    const stop = new AbortController();
    async function* endless(): AsyncGenerator<AlertInput> {
      for (let i = 0; ; i += 1) {
        if (i === 3) stop.abort();
        yield alert(String(i));
        await Promise.resolve();
        if (stop.signal.aborted) return;
      }
    }
    await teamOf().consume(endless(), stop.signal);
    expect((await types()).filter((type) => type === "alert.received").length).toBeLessThanOrEqual(4);
  });

  it("says so when a role stops for good", async () => {
    const why = new HatrackError("group_vanished", "the group proposer is gone");
    const gone: Role = {
      ...proposer,
      start: () => ({
        group: "proposer",
        status: () => "failed",
        stalledMs: () => 0,
        ended: Promise.reject(why),
        close: () => Promise.resolve(),
      }),
    };
    const one = teamOf({ roles: [gone] });
    await one.start();
    await expect(one.failed).rejects.toBe(why);
  });

  it("cannot be started on a log that another writes to", async () => {
    const folder = mkdtempSync(join(tmpdir(), "hatrack-team-"));
    const file = join(folder, "hatrack.db");
    const other = new LocalBus({ file });
    await other.open([]);
    bus = new LocalBus({ file });
    await expect(teamOf().consume([alert("1")])).rejects.toMatchObject({ code: "log_locked" });
    await other.close();
    rmSync(folder, { recursive: true });
  });

  it("leaves the bus open when it stops", async () => {
    const one = teamOf();
    await one.start();
    await one.stop();
    expect(await types()).toEqual([]);
  });
});

describe("roles from files", () => {
  it("are the eight that come with hatrack, each under its own name", async () => {
    expect((await loadRoles()).map(({ name }) => name)).toEqual(shippedRoles);
    for (const name of shippedRoles) expect((await loadNamedRole(name)).name).toBe(name);
  });

  it.each([
    ["nobody", "role_not_found", /"nobody": expected one of sentinel, .*my-role\.ts/],
    ["./no/such/file.ts", "role_not_found", /no\/such\/file\.ts: cannot be loaded/],
    ["./src/clock.ts", "role_invalid", /clock\.ts: its default export is not a role/],
  ])("%s is refused with what was expected", async (name, code, message) => {
    const loading = loadNamedRole(name);
    await expect(loading).rejects.toMatchObject({ code });
    await expect(loading).rejects.toThrow(message);
  });
});
