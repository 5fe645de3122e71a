/** A bar on stderr for work that takes longer than a second; nothing where nobody looks. */
import { systemClock, type Clock } from "../src/clock.ts";

export interface ProgressStream {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Progress {
  /** So many are done; `beside` stands behind the bar. */
  step(done: number, beside?: string): void;
  /** Takes the bar away. */
  end(): void;
}

const patienceMs = 1_000;
const everyMs = 100;
const width = 30;

export function progressBar(
  what: string,
  total: number,
  { stream = process.stderr, clock = systemClock }: { stream?: ProgressStream; clock?: Clock } = {},
): Progress {
  if (stream.isTTY !== true || total === 0) return { step: () => undefined, end: () => undefined };
  const started = clock.now();
  let drawn = 0;
  return {
    step: (done, beside = "") => {
      const now = clock.now();
      if (now - started < patienceMs || (now - drawn < everyMs && done < total)) return;
      drawn = now;
      const filled = Math.round((width * done) / total);
      const left = done === 0 ? "" : `  ${clockTime(((now - started) / done) * (total - done))} left`;
      const bar = "█".repeat(filled) + "░".repeat(width - filled);
      stream.write(
        `\r\u001b[2K${what} ${bar} ${done} of ${total}${left}${beside === "" ? "" : `  ${beside}`}`,
      );
    },
    end: () => {
      if (drawn > 0) stream.write("\r\u001b[2K");
    },
  };
}

/** "1:05", "2:00:09". */
function clockTime(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const two = (n: number): string => String(n).padStart(2, "0");
  const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
  return h > 0 ? `${h}:${two(m)}:${two(s)}` : `${m}:${two(s)}`;
}
