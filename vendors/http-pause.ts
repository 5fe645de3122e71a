/** How long a server asks to be left alone, milliseconds; undefined when it does not say. */
export function pauseAsked(
  { status, headers }: { readonly status: number; readonly headers: Headers },
  nowMs: number,
): number | undefined {
  if (status !== 429 && status !== 503) return undefined;
  // By the server's own clock where it says it: ours may be wrong.
  const served = Date.parse(headers.get("date") ?? "");
  const now = Number.isNaN(served) ? nowMs : served;
  const after = headers.get("retry-after");
  if (after !== null) return untilOf(after, now);
  // Falcon's own: the second, since the epoch, from which it answers again.
  const at = Number(headers.get("x-ratelimit-retryafter") ?? "");
  return Number.isFinite(at) && at > 0 ? Math.max(0, at * 1000 - now) : undefined;
}

/** Seconds, or a date. */
function untilOf(after: string, nowMs: number): number | undefined {
  const seconds = Number(after);
  if (Number.isFinite(seconds)) return Math.max(0, seconds * 1000);
  const at = Date.parse(after);
  return Number.isNaN(at) ? undefined : Math.max(0, at - nowMs);
}
