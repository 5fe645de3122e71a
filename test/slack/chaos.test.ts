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

async function through(fault: Fault, name: string, before: Fault["before"] = steps): Promise<void> {
  const [caseId = ""] = caseIds.splice(0, 1);
  const outcome = await throughChaos(world, fault, { caseId, before });
  rows.push({ name, ...outcome });
  // The other connection stands in: nobody notices.
  const again = fault.chaos.disconnect === undefined ? {} : { again: 0 };
  expect(outcome, table(rows)).toMatchObject({ lost: 0, doubled: 0, decidedTwice: 0, ...again });
}

const short = faults.filter(({ before }) => before?.length !== 0);

it.each(short.map((fault) => [fault.name, fault] as const))(
  "%s in the middle of a case: no click is lost, no message is doubled, nothing is decided twice",
  async (name, fault) => {
    await through(fault, name, fault.before);
  },
  60_000,
);

const each = faults.flatMap((fault) => steps.map((step) => [fault.name, step, fault] as const));

it.runIf(isLong).each(each)(
  "%s, before the step '%s': nothing is lost, doubled or decided twice",
  async (name, step, fault) => {
    await through(fault, `${name}, before: ${step}`, [step]);
  },
  60_000,
);
