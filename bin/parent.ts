/**
 * npm runs a script in a shell and, told to end, ends that shell alone: what the shell had started would go on unseen,
 * with its ports and its lock on the log.
 */
const lookMs = 500;

/** Calls `gone` once when the process that started this one has ended, if npm is behind it. Returns how to stop looking. */
export function whenNpmEnds(
  gone: () => void,
  { env, ppid }: { readonly env: NodeJS.ProcessEnv; readonly ppid: () => number } = {
    env: process.env,
    ppid: () => process.ppid,
  },
): () => void {
  if (env["npm_lifecycle_event"] === undefined) return () => undefined;
  const parent = ppid();
  const timer = setInterval(() => {
    if (ppid() === parent) return;
    clearInterval(timer);
    gone();
  }, lookMs);
  timer.unref();
  return () => {
    clearInterval(timer);
  };
}
