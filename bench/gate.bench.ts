/**
 * What a person at a gate card waits for: from the press to its acknowledgement, and to the card that shows what they
 * did, with 50 cases in flight, on the local workspace. One press every 60 ms, whether or not the one before is
 * through; meanwhile every case gets a finding. The peer is a Bolt app on a workspace of its own that acknowledges and
 * calls chat.update, with no log, no gate and no signature behind it. Rounds are interleaved; the first warms up.
 */
import { setTimeout as sleep } from "node:timers/promises";
import { bareBolt, hatrack, type Contender } from "./gate-contenders.ts";
import { BenchWorkspace, type Press } from "./gate-workspace.ts";
import { alone, compared, type Options, type Row } from "./row.ts";

const everyMs = 60;
const rounds = 5;
const people = ["U0MIA", "U0PRIYA"] as const;

interface Contest {
  readonly workspace: BenchWorkspace;
  readonly contender: Contender;
  readonly presses: Press[];
}

export async function run({ cases = "50" }: Options): Promise<readonly Row[]> {
  const inFlight = Number(cases);
  if (!Number.isInteger(inFlight) || inFlight < 1)
    throw new Error(`--cases ${cases}: expected one number, such as 50`);
  const mine = await entered(hatrack, inFlight);
  const peer = await entered(bareBolt, inFlight);
  for (let round = 0; round <= rounds; round += 1) {
    for (const contest of [mine, peer]) await play(contest, round);
  }
  for (const { workspace, contender } of [mine, peer]) {
    await contender.close();
    await workspace.close();
  }
  return (["acknowledged", "updated"] as const).flatMap((what) => rowsOf(what, mine.presses, peer.presses));
}

async function entered(
  enter: (workspace: BenchWorkspace, cases: number) => Promise<Contender>,
  cases: number,
): Promise<Contest> {
  const workspace = await BenchWorkspace.start();
  return { workspace, contender: await enter(workspace, cases), presses: [] };
}

async function play({ workspace, contender, presses }: Contest, round: number): Promise<void> {
  globalThis.gc?.();
  const measured = await pressAll(workspace, contender, round);
  if (round > 0) presses.push(...measured);
  process.stderr.write(`${round === 0 ? "warm-up " : ""}${JSON.stringify(quantiles(measured, "updated"))}\n`);
}

/** Every card once, by the person who did not press it last. */
async function pressAll(workspace: BenchWorkspace, contender: Contender, round: number): Promise<Press[]> {
  const user = people[round % people.length] ?? people[0];
  await contender.stir(round);
  const pressed: Promise<Press>[] = [];
  for (const card of contender.cards) {
    pressed.push(workspace.press(user, contender.actionId, card));
    await sleep(everyMs);
  }
  return Promise.all(pressed);
}

const wording = { acknowledged: "press to acknowledgement", updated: "press to updated card" } as const;

function rowsOf(what: keyof Press, mine: readonly Press[], peers: readonly Press[]): Row[] {
  const [ours, theirs] = [quantiles(mine, what), quantiles(peers, what)];
  return (["p50", "p99"] as const).map((name) =>
    compared(alone(`${wording[what]}, ${name}`, ours[name], "ms"), {
      name: "bare Bolt: acknowledge, chat.update, no log",
      value: theirs[name],
    }),
  );
}

function quantiles(presses: readonly Press[], what: keyof Press): { p50: number; p99: number } {
  const sorted = presses.map((press) => press[what]).sort((a, b) => a - b);
  const at = (share: number): number =>
    Math.round((sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
