/**
 * A storm of 1,000 alerts with 20 gates in it, all in one channel that takes one message a second with a short burst, as
 * Slack does: from each proposal to its card in the channel. The storm's own roots and findings wait in the same channel
 * meanwhile. The peer is a bare WebClient that has nothing to post but the same gates' roots and cards, one a second.
 * Once the cards stand the limit is lifted, so that the storm's rest can be counted: nothing of it may be missing.
 */
import { BenchWorkspace } from "./gate-workspace.ts";
import { alone, compared, type Options, type Row } from "./row.ts";
import { bareClientWeathers, hatrackWeathers, type Storm } from "./slack-storm.ts";

const gates = 20;

export async function run({ cases = "1000" }: Options): Promise<readonly Row[]> {
  const alerts = Number(cases);
  if (!Number.isInteger(alerts) || alerts < gates)
    throw new Error(`--cases ${cases}: expected one number, ${gates} or more, such as 1000`);
  const storm: Storm = { alerts, gates };
  const mine = await on((workspace) => hatrackWeathers(workspace, storm));
  const peer = await on((workspace) => bareClientWeathers(workspace, storm));
  const beyond = mine.toCard.map((ms, at) => ms - (mine.allowed[at] ?? 0));
  const name = "bare WebClient: the same gates and nothing else";
  return [
    ...([0.5, 0.99] as const).map((share) =>
      compared(alone(`proposal to gate card, ${percentile(share)}`, seconds(mine.toCard, share), "s"), {
        name,
        value: seconds(peer.toCard, share),
      }),
    ),
    alone("beyond what a message a second allows, p50", seconds(beyond, 0.5), "s"),
    alone("beyond what a message a second allows, p99", seconds(beyond, 0.99), "s"),
    alone("messages per case", Math.round((mine.messages / alerts) * 100) / 100, "messages"),
    alone("drops", mine.drops, "messages"),
    alone("refused with 429", mine.refused, "calls"),
  ];
}

async function on<T>(work: (workspace: BenchWorkspace) => Promise<T>): Promise<T> {
  const workspace = await BenchWorkspace.start();
  try {
    return await work(workspace);
  } finally {
    await workspace.close();
  }
}

function percentile(share: number): string {
  return `p${share * 100}`;
}

function seconds(ms: readonly number[], share: number): number {
  const sorted = ms.toSorted((a, b) => a - b);
  const at = sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return Math.round(at / 10) / 100;
}
