/** Random histories of append, claim, commit, hand-back, take-over and crash, told by the adapter and by a model. */
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Claim, GroupStore } from "../../../src/bus/group-store.ts";
import { needed, take } from "./claims.ts";
import {
  all,
  canary,
  outputFor,
  quick,
  statusOf,
  type Harness,
  type MakeHarness,
  type Suite,
  type SuiteBus,
} from "./harness.ts";

const types = ["canary.sent"] as const;
const consumers = ["a", "b", "c"] as const;
/** Whatever is claimed may be taken over at once: when, is the history's choice. */
const timings = { ...quick, reclaimIdleMs: 0 };

interface Held {
  readonly id: string;
  readonly deliveries: number;
}

/** The contract in its simplest form: arrays. */
class Model {
  readonly log: { id: string; subject: string; isCanary: boolean }[] = [];
  readonly pending = new Map<string, { owner: string; deliveries: number }>();
  #cursor = 0;

  publish(id: string, subject: string, isCanary = true): void {
    if (!this.log.some((entry) => entry.id === id)) this.log.push({ id, subject, isCanary });
  }

  take(owner: string, max: number): Held[] {
    const back = this.#inOrder((claim) => claim.deliveries === 0).slice(0, max);
    const taken = [...back];
    while (taken.length < max && this.#cursor < this.log.length) {
      const entry = needed(this.log[this.#cursor++]);
      if (entry.isCanary) taken.push(entry.id);
    }
    for (const id of taken) this.pending.set(id, { owner, deliveries: 1 });
    return taken.map((id) => ({ id, deliveries: 1 }));
  }

  reclaim(owner: string): Held | undefined {
    const [id] = this.#inOrder((claim) => claim.deliveries > 0);
    if (id === undefined) return undefined;
    const deliveries = needed(this.pending.get(id)).deliveries + 1;
    this.pending.set(id, { owner, deliveries });
    return { id, deliveries };
  }

  holds(owner: string, { id, deliveries }: Held): boolean {
    const claim = this.pending.get(id);
    return claim?.owner === owner && claim.deliveries === deliveries;
  }

  commit(owner: string, held: Held, output: string): "ok" | "settled" {
    if (!this.holds(owner, held)) return "settled";
    this.pending.delete(held.id);
    const subject = needed(this.log.find(({ id }) => id === held.id)).subject;
    this.log.push({ id: output, subject, isCanary: false });
    return "ok";
  }

  handBack(owner: string, held: readonly Held[]): void {
    for (const { id, deliveries } of held.filter((claim) => this.holds(owner, claim))) {
      this.pending.set(id, { owner: "", deliveries: deliveries - 1 });
    }
  }

  get toCome(): number {
    return this.log.slice(this.#cursor).filter(({ isCanary }) => isCanary).length;
  }

  #inOrder(wanted: (claim: { deliveries: number }) => boolean): string[] {
    const position = (id: string): number => this.log.findIndex((entry) => entry.id === id);
    const found = [...this.pending].filter(([, claim]) => wanted(claim)).map(([id]) => id);
    return found.sort((x, y) => position(x) - position(y));
  }
}

class Real {
  readonly #harness: Harness;
  readonly model = new Model();
  readonly #claims = new Map<string, { owner: string; claim: Claim; held: Held }>();
  #stores = new Map<string, GroupStore>();
  bus: SuiteBus;

  constructor(harness: Harness, bus: SuiteBus) {
    this.#harness = harness;
    this.bus = bus;
  }

  store(consumer: string): GroupStore {
    const known = this.#stores.get(consumer);
    if (known !== undefined) return known;
    const store = this.bus.groupStore({ group: "g", types, consumer });
    this.#stores.set(consumer, store);
    return store;
  }

  remember(owner: string, claims: readonly Claim[]): Held[] {
    return claims.map((claim) => {
      const { id } = JSON.parse(needed(claim.text)) as { id: string };
      const held = { id, deliveries: claim.deliveries };
      this.#claims.set(`${owner} ${id} ${claim.deliveries}`, { owner, claim, held });
      return held;
    });
  }

  /** The n-th claim anybody ever held in this life, settled, lost or not: stale ones are the point. */
  nth(n: number): { owner: string; claim: Claim; held: Held } | undefined {
    const known = [...this.#claims.values()];
    return known[n % Math.max(1, known.length)];
  }

  async crash(): Promise<void> {
    if (this.#harness.crash === undefined) return;
    await this.#harness.crash(this.bus);
    this.#claims.clear();
    this.#stores = new Map();
    this.bus = await this.#harness.start({ timings });
    await this.bus.open(["g"]);
  }
}

type Step = (real: Real) => Promise<void>;

const publish = fc.tuple(fc.nat(15), fc.nat(2)).map(([id, subject]): Step => async ({ bus, model }) => {
  await bus.publish([canary(`e${id}`, `case ${subject}`)]);
  model.publish(`e${id}`, `case ${subject}`);
});

const takeSome = fc
  .tuple(fc.constantFrom(...consumers), fc.integer({ min: 1, max: 4 }))
  .map(([consumer, max]): Step => async (real) => {
    const claims = await take(real.store(consumer), max);
    expect(real.remember(consumer, claims)).toEqual(real.model.take(consumer, max));
  });

const reclaim = fc.constantFrom(...consumers).map((consumer): Step => async (real) => {
  const claim = await real.store(consumer).reclaim();
  const found = claim === undefined ? undefined : real.remember(consumer, [claim])[0];
  expect(found).toEqual(real.model.reclaim(consumer));
});

const commit = fc.nat(50).map((n): Step => async (real) => {
  const known = real.nth(n);
  if (known === undefined) return;
  const { owner, claim, held } = known;
  const cause = (await all(real.bus.read())).find(({ event }) => event.id === held.id);
  const output = outputFor(needed(cause).event, "g", `${owner} ${held.deliveries}`);
  const result = await real.store(owner).commit({ claim, outputs: [output] });
  expect(result).toBe(real.model.commit(owner, held, output.event.id));
});

const renew = fc.nat(50).map((n): Step => async (real) => {
  const known = real.nth(n);
  if (known === undefined) return;
  const lost = await real.store(known.owner).renew([known.claim]);
  expect(lost.length === 0).toBe(real.model.holds(known.owner, known.held));
});

const handBack = fc.nat(50).map((n): Step => async (real) => {
  const known = real.nth(n);
  if (known === undefined) return;
  await real.store(known.owner).handBack([known.claim]);
  real.model.handBack(known.owner, [known.held]);
});

const crash = fc.constant<Step>((real) => real.crash());

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: publish },
    { weight: 5, arbitrary: takeSome },
    { weight: 3, arbitrary: reclaim },
    { weight: 5, arbitrary: commit },
    { weight: 2, arbitrary: renew },
    { weight: 2, arbitrary: handBack },
    { weight: 1, arbitrary: crash },
  ),
  { minLength: 5, maxLength: 40 },
);

export function historyCases(make: MakeHarness, suite: Suite): void {
  it(
    "tells the same log as the model after any history of append, claim, commit, hand-back, take-over and crash",
    () =>
      fc.assert(
        fc.asyncProperty(steps, async (history) => {
          await withHistory(make, history);
        }),
        { numRuns: suite.histories ?? 40 },
      ),
    120_000,
  );
}

async function withHistory(make: MakeHarness, history: readonly Step[]): Promise<void> {
  const harness = await make();
  try {
    const real = new Real(harness, await harness.start({ timings }));
    await real.bus.open(["g"]);
    for (const step of history) await step(real);
    const told = (await all(real.bus.read())).map(({ event }) => `${event.subject}: ${event.id}`);
    expect(told).toEqual(real.model.log.map(({ id, subject }) => `${subject}: ${id}`));
    const { pending } = await statusOf(real.bus, "g");
    const { model } = real;
    expect(pending).toBe([...model.pending.values()].filter(({ deliveries }) => deliveries > 0).length);
  } finally {
    await harness.end();
  }
}
