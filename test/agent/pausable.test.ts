/** A paused role takes nothing in any process, also after a restart, until somebody resumes it. */
import { EventEmitter, once } from "node:events";
import { setImmediate as turn } from "node:timers/promises";
import fc from "fast-check";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { pausable } from "../../src/agent/pausable.ts";
import { Pauses } from "../../src/agent/pauses.ts";
import type { Role } from "../../src/agent/role.ts";
import { says, type Subscription } from "../../src/bus/bus.ts";
import { LocalBus } from "../../src/bus/local-bus.ts";
import { silent } from "../../src/diagnostics.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../../src/events/envelope.ts";
import { RoleTeam } from "../../src/team.ts";
import { TrustedBus } from "../../src/gate/trusted-bus.ts";
import { freshKeys } from "../gate/signing.ts";
import { received, said } from "../memory/saying.ts";

const by = { team: "T1", user: "U1" };
let sequence = 0;
const paused = (role: string): KnownEvent =>
  said("role.paused", "system", { data: { role, by, reason: `Because ${(sequence += 1)}.` } });
const resumed = (role: string): KnownEvent =>
  said("role.resumed", "system", { source: `/n/${(sequence += 1)}`, data: { role, by } });

/** Says that it has seen an alert. */
function watcher(name: string): Role {
  const start: Role["start"] = ({ bus }) =>
    bus.subscribe(
      name,
      ["alert.received"],
      () => says({ type: "case.escalated", data: { toRole: name, why: "Seen.", priority: 5 } }),
      { source: `/roles/${name}` },
    );
  return { name, title: name, on: ["alert.received"], says: ["case.escalated"], start };
}

let bus: LocalBus;
let teams: RoleTeam[];
const notes = new EventEmitter();
const diagnostics = { ...silent, info: (_: object, message: string) => void notes.emit(message) };
const noted = (message: string): Promise<unknown> =>
  once(notes, message, { signal: AbortSignal.timeout(10_000) });
beforeEach(() => {
  bus = new LocalBus({ timings: { backoffMs: 1 } });
  teams = [];
});
afterEach(async () => {
  await Promise.all(teams.map((team) => team.stop()));
  await bus.close();
});

async function started(...names: string[]): Promise<RoleTeam> {
  const team = new RoleTeam({ bus, roles: names.map(watcher), model: () => undefined, diagnostics });
  teams.push(team);
  await team.start();
  return team;
}

const sees = (name: string, alert: KnownEvent) => (event: AnyEvent) =>
  isEvent(event, "case.escalated") && event.data.toRole === name && event.subject === alert.subject;

async function heard(is: (event: AnyEvent) => boolean): Promise<void> {
  for await (const { event } of bus.follow({ signal: AbortSignal.timeout(10_000) })) if (is(event)) return;
  throw new Error("it never came");
}

/** It has claimed nothing, and said nothing of this alert. */
async function isIdle(group: string, alert: KnownEvent): Promise<boolean> {
  for await (const { event } of bus.read()) if (sees(group, alert)(event)) return false;
  return (await bus.groups()).find((one) => one.group === group)?.pending === 0;
}

describe("a paused role", () => {
  it("takes nothing while another goes on, and on from where it stopped when it is resumed", async () => {
    await started("a", "b");
    const [first, second] = [received("1"), received("2")];
    await bus.publish([first]);
    await heard(sees("a", first));
    const isPaused = noted("role a is paused");
    await bus.publish([paused("a")]);
    await isPaused;
    await bus.publish([second]);
    await heard(sees("b", second));
    expect(await isIdle("a", second)).toBe(true);
    await bus.publish([resumed("a")]);
    await heard(sees("a", second));
  });

  it("is paused in a process that starts later, and stays so over a restart", async () => {
    await bus.open(["a", "b"]);
    await bus.publish([paused("a"), paused("b"), resumed("b")]);
    const team = await started("a", "b");
    const alert = received("1");
    await bus.publish([alert]);
    await heard(sees("b", alert));
    expect(await isIdle("a", alert)).toBe(true);
    await team.stop();
    await started("a");
    await bus.publish([resumed("a")]);
    await heard(sees("a", alert));
  });

  it("is paused by what the gate has signed alone", async () => {
    const keys = freshKeys();
    await bus.open([]);
    await bus.publish([paused("a"), keys.gate.sign(paused("b"))]);
    const pauses = await Pauses.of(new TrustedBus(bus, keys), silent);
    expect([pauses.isPaused("a"), pauses.isPaused("b")]).toEqual([false, true]);
    pauses.close();
    await pauses.ended;
  });

  it("ends up as the last word said, however fast people change their minds", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.boolean(), { maxLength: 12 }), async (words) => {
        const stage = staged();
        for (const [i, pause] of words.entries()) {
          stage.say(pause);
          if (i % 3 === 0) await turn();
        }
        for (let i = 0; i < 40; i += 1) await turn();
        const last = words.at(-1) ?? false;
        expect(stage.subscription.status()).toBe(last ? "paused" : "running");
        expect(stage.open()).toBe(last ? 0 : 1);
        await stage.subscription.close();
        expect(stage.open()).toBe(0);
      }),
      { numRuns: 60 },
    );
  });
});

/** A role whose subscriptions are counted. */
function staged(): { say(pause: boolean): void; open(): number; subscription: Subscription } {
  let [isPaused, open] = [false, 0];
  let told: (paused: boolean) => void = () => undefined;
  const start = (): Subscription => {
    open += 1;
    const end = Promise.withResolvers<undefined>();
    const close = async (): Promise<void> => {
      await turn();
      open -= 1;
      end.resolve(undefined);
    };
    return { group: "a", status: () => "running", stalledMs: () => 0, ended: end.promise, close };
  };
  const pauses = {
    isPaused: () => isPaused,
    watch: (_: string, tell: (paused: boolean) => void) => {
      told = tell;
    },
  };
  const subscription = pausable({ role: "a", pauses, diagnostics: silent, start });
  const say = (pause: boolean): void => {
    isPaused = pause;
    told(pause);
  };
  return { say, open: () => open, subscription };
}
