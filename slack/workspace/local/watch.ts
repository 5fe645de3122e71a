/** Gathers what Slack would have shown one person while the app worked on what they did. */
import type { Change } from "../feed.ts";
import type { Receipt } from "../sockets.ts";
import { slackMessage } from "../wire-views.ts";
import type { View } from "../wire.ts";
import type { World } from "../world.ts";

/** How long it must be quiet before an answer is given, unless the request says otherwise. */
const QUIET_MS = 300;
/** And how long an answer is held back at most. */
const LONGEST_MS = 3000;

export interface Shown {
  ok: boolean;
  /** Slack's code and words for what went wrong, if something did. */
  error?: string;
  reason?: string;
  ack: { acked: boolean; ms: number; payload: unknown } | null;
  /** Messages only this person sees that came up meanwhile. */
  ephemerals: Record<string, unknown>[];
  /** What was posted, updated or deleted meanwhile, in order. */
  messages: { channel: string; ts: string; change: string }[];
  /** The modal now on top of this person's screen. */
  view: View | null;
  /** Errors under the fields of the modal, by block id. */
  errors: Record<string, string>;
}

export function startWatch(
  world: World,
  user: string,
): (settleMs?: number) => Promise<Omit<Shown, "ok" | "ack" | "errors">> {
  const changes: Change[] = [];
  let last = performance.now();
  const stop = world.feed.listen((change) => {
    changes.push(change);
    last = performance.now();
  });
  return async (settleMs = QUIET_MS) => {
    const began = performance.now();
    last = began;
    while (performance.now() - last < settleMs && performance.now() - began < LONGEST_MS)
      await new Promise((resolve) => setTimeout(resolve, Math.max(1, settleMs - (performance.now() - last))));
    stop();
    return { ...gathered(world, user, changes), view: world.views.top(user) ?? null };
  };
}

function gathered(
  world: World,
  user: string,
  changes: readonly Change[],
): Pick<Shown, "ephemerals" | "messages"> {
  const ephemerals = new Map<string, Record<string, unknown>>();
  const messages: Shown["messages"] = [];
  for (const change of changes) {
    if (change.kind !== "message") continue;
    const { channel, ts, onlyFor } = change;
    const stored = world.messages.get(channel, ts);
    if (onlyFor === undefined) messages.push({ channel, ts, change: change.change });
    else if (onlyFor === user && stored !== undefined)
      ephemerals.set(ts, { ...slackMessage(world, stored, true), channel });
  }
  return { ephemerals: [...ephemerals.values()], messages };
}

export function ackOf(receipt: Receipt): Shown["ack"] {
  return { acked: receipt.outcome === "acked", ms: receipt.ms, payload: receipt.payload ?? null };
}
