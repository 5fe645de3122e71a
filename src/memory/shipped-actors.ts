/** The actors and aliases that come with hatrack: reference/actors.json, read once, when first asked for. */
import { readFileSync } from "node:fs";
import { actorsFrom, type Actors } from "../indicators/actors.ts";

let shipped: Actors | undefined;

export function shippedActors(): Actors {
  // From a checkout this file is src/memory/, in the published package dist/src/memory/: reference/ stands beside src/.
  const file = new URL("../../reference/actors.json", import.meta.url);
  shipped ??= actorsFrom(JSON.parse(readFileSync(file, "utf8")));
  return shipped;
}
