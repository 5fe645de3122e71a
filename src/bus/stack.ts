/** Where an error came from, for a dead letter: of it and of what caused it the words and the frames. */

const mostCauses = 5;
const mostFrames = 12;
const mostWords = 500;

/** undefined: what was thrown says nothing of where. */
export function stackOf(thrown: unknown): string | undefined {
  const parts: string[] = [];
  for (let error = thrown; error instanceof Error && parts.length < mostCauses; error = error.cause)
    parts.push(partOf(error));
  return parts.length === 0 ? undefined : parts.join("\ncaused by ");
}

/** A message may be as long as a payload, and stands in the stack before the frames. */
function partOf({ name, message, stack = "" }: Error): string {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return [`${name}: ${message.slice(0, mostWords)}`, ...frames.slice(0, mostFrames)].join("\n");
}
