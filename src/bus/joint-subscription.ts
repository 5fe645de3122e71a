/** The workers of one group on each partition, as one subscription. */
import type { Subscription, SubscriptionStatus } from "./bus.ts";

const worstFirst: readonly SubscriptionStatus[] = ["failed", "paused", "running", "closed"];

export function jointSubscription(group: string, parts: readonly Subscription[]): Subscription {
  const only = parts[0];
  if (only !== undefined && parts.length === 1) return only;
  const ended = endOf(parts);
  // Who awaits `ended` hears of the failure; who does not finds it in status() and in the diagnostics.
  ended.catch(() => undefined);
  return {
    group,
    ended,
    status: () => worstFirst.find((status) => parts.some((part) => part.status() === status)) ?? "closed",
    stalledMs: () => Math.max(0, ...parts.map((part) => part.stalledMs())),
    close: async (graceMs) => {
      await Promise.all(parts.map((part) => part.close(graceMs)));
    },
  };
}

/** A group that works on some of its partitions only would look alive: one that fails ends them all. */
async function endOf(parts: readonly Subscription[]): Promise<void> {
  try {
    await Promise.all(parts.map(({ ended }) => ended));
  } catch (error) {
    await Promise.all(parts.map((part) => part.close()));
    throw error;
  }
}
