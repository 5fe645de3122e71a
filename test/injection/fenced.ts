/** Whether a message keeps what strangers wrote inside its fence; written without the code that makes the fence. */
import { canary } from "./obeying.ts";

/** A line or two of ours, then one fence up to the end. */
export function isFencedCase(text: string, marker: string): boolean {
  const at = text.indexOf("<<data ");
  const lead = text.slice(0, Math.max(at, 0));
  return at > 0 && at < 400 && !lead.includes(canary) && isFence(text.slice(at), marker);
}

export function isFence(text: string, marker: string): boolean {
  const [first = "", ...rest] = text.split("\n");
  return (
    new RegExp(`^<<data ${marker} [\\w .-]+>>$`).test(first) &&
    rest.at(-1) === `<<end ${marker}>>` &&
    !rest.slice(0, -1).join("\n").includes(marker)
  );
}
