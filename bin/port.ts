import { HatrackError } from "../src/errors.ts";

/** A port as it was typed; none: 0, which takes any free one. */
export function portOf(option: string, value: string | undefined): number {
  const port = Number(value ?? 0);
  if (Number.isInteger(port) && port >= 0 && port <= 65_535) return port;
  throw new HatrackError("usage", `${option} ${value ?? ""}: expected a whole number from 0 to 65535`);
}
