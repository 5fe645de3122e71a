import { afterAll, beforeAll, expect, it } from "vitest";
import { faults, steps, table, throughChaos, type Fault, type Outcome } from "./chaos-run.ts";
import { openWorld, type World } from "./world.ts";

const isLong = process.env["HATRACK_LONG"] === "1";

let world: World;
const rows: (Outcome & { name: string })[] = [];
beforeAll(async () => {
  world = await openWorld();
});
afterAll(async () => {
  await world.close();
  process.stdout.write(`\n${table(rows)}\n`);
});

const caseIds = Array.from({ length: 200 }, (_, at) => `CASE-CHA${String(at).padStart(3, "0")}QWM2`);

async function through(fault: Fault, name: string, before = fault.before ?? steps): Promise<void> {
  const [caseId = ""] = caseIds.splice(0, 1);
  const outcome = await throughChaos(world, fault, { caseId, before });
  rows.push({ name, ...outcome });
  expect(outcome, table(rows)).toMatchObject({ lost: 0, doubled: 0, decidedTwice: 0 });
}

it.each(faults.map((fault) => [fault.name, fault] as const))(
  "%s, before every step: no click is lost, no message is doubled, nothing is decided twice",
  async (name, fault) => {
    await through(fault, name);
  },
  60_000,
);

it
  .runIf(isLong)
  .each(
    faults.flatMap((fault) => steps.map((step) => [`${fault.name}, before: ${step}`, fault, step] as const)),
  )(
  "%s: nothing is lost or doubled",
  async (name, fault, step) => {
    await through(fault, name, [step]);
  },
  60_000,
);
