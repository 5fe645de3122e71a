import { expect, it } from "vitest";
import { z } from "zod";
import { says, skip, type Handler, type StateOf } from "../../../src/bus/bus.ts";
import { canonicalJson } from "../../../src/events/canonical.ts";
import { isEvent } from "../../../src/events/envelope.ts";
import { needed } from "./claims.ts";
import { advanced, all, canary, count, eventually, idle, missed, until, withBus } from "./harness.ts";
import type { MakeHarness, Suite, SuiteBus } from "./harness.ts";

const source = "/roles/tester";

/** The first command of a key wins, the others are refused; the key is the event's subject. */
const Race = z.strictObject({ winner: z.string().optional(), refused: z.array(z.string()) });
type Race = z.infer<typeof Race>;

const race: StateOf<"canary.sent", Race> = {
  key: (event) => event.subject,
  evolve: (state = { refused: [] }, output) => {
    if (isEvent(output, "canary.missed")) return { ...state, winner: output.data.canaryId };
    if (isEvent(output, "source.advanced"))
      return { ...state, refused: [...state.refused, output.data.cursor] };
    return state;
  },
  parse: (value) => Race.parse(value),
};

/** Thinks for a random while, so that two of a key overlap. */
const decide: Handler<"canary.sent", Race> = async ({ event, state }) => {
  const turns = Math.floor(Math.random() * 4);
  for (let i = 0; i < turns; i++) await new Promise(setImmediate);
  const { canaryId } = event.data;
  return state?.winner === undefined ? says(missed(canaryId)) : says(advanced("refused", canaryId));
};

export function stateCases(make: MakeHarness, suite: Suite): void {
  const keys = suite.races ?? 1_000;

  it(`lets one of two raced commands win on each of ${keys} keys, and keeps what a refold of the log gives`, () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      for (const consumer of ["a", "b"]) {
        bus.subscribe("g", ["canary.sent"], decide, { source, state: race, consumer, concurrency: 16 });
      }
      const subjects = Array.from({ length: keys }, (_, i) => `key ${i}`);
      await bus.publish(subjects.flatMap((key) => [canary(`${key} yes`, key), canary(`${key} no`, key)]));
      const answers = (type: "canary.missed" | "source.advanced") => count(type, keys);
      const seen = await until(
        bus,
        (log) => answers("canary.missed")(log) && answers("source.advanced")(log),
      );
      await idle(bus, "g");
      expect((await all(bus.read())).length).toBe(4 * keys);
      const refolded = new Map<string, Race>();
      for (const { event } of seen) {
        if (!isEvent(event, "canary.missed", "source.advanced")) continue;
        refolded.set(event.subject, race.evolve(refolded.get(event.subject), event));
      }
      for (const key of subjects) expect(refolded.get(key)?.refused.length).toBe(1);
      await expectKept(bus, refolded);
    }));

  it("hands each handling the state the one before it left, and none at first", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      const states: unknown[] = [];
      const handler: typeof decide = (delivery) => {
        states.push(delivery.state);
        return decide(delivery);
      };
      bus.subscribe("g", ["canary.sent"], handler, { source, state: race, concurrency: 1 });
      await bus.publish([canary("1", "k"), canary("2", "k"), canary("3", "other"), canary("4", "k")]);
      await until(bus, (log) => log.length === 8);
      expect(states).toEqual([
        undefined,
        { winner: "1", refused: [] },
        undefined,
        { winner: "1", refused: ["2"] },
      ]);
    }));

  it("runs a handler again that found nothing to say on a state another has replaced", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      const slow = Promise.withResolvers<undefined>();
      const states: unknown[] = [];
      const handler: typeof decide = async (delivery) => {
        if (delivery.event.id === "fast") return decide(delivery);
        states.push(delivery.state);
        await slow.promise;
        return skip("nothing to say");
      };
      bus.subscribe("g", ["canary.sent"], handler, { source, state: race, concurrency: 2 });
      await bus.publish([canary("slow", "k")]);
      await eventually(() => {
        expect(states).toEqual([undefined]);
      });
      await bus.publish([canary("fast", "k")]);
      await until(bus, count("canary.missed", 1));
      slow.resolve(undefined);
      await idle(bus, "g");
      expect(states).toEqual([undefined, { winner: "fast", refused: [] }]);
    }));

  it("buries an entry whose kept state does not parse, and leaves the state as it is", () =>
    withBus(make, async (bus) => {
      await bus.open(["g"]);
      let isStrict = false;
      const picky: typeof race = {
        ...race,
        parse: (value) => {
          if (isStrict) throw new Error("state of another shape");
          return race.parse(value);
        },
      };
      bus.subscribe("g", ["canary.sent"], decide, { source, state: picky });
      await bus.publish([canary("1", "k")]);
      await until(bus, count("canary.missed", 1));
      isStrict = true;
      await bus.publish([canary("2", "k")]);
      await until(bus, count("entry.dead", 1));
      await expectKept(bus, new Map([["k", { winner: "1", refused: [] }]]));
    }));
}

async function expectKept(bus: SuiteBus, folded: ReadonlyMap<string, Race>): Promise<void> {
  const store = bus.groupStore({ group: "g", types: ["canary.sent"], consumer: "reader" });
  const [stored] = await all(bus.read());
  const { position, partition, event } = needed(stored);
  const claim = { position, partition, deliveries: 1, type: event.type, text: "" };
  for (const [key, state] of folded) expect(await store.readState(claim, key)).toBe(canonicalJson(state));
}
