/** The benign infrastructure that comes with hatrack: reference/benign.json, read once, when first asked for. */
import { readFileSync } from "node:fs";
import { benignFrom, type Benign } from "../indicators/benign.ts";

let shipped: Benign | undefined;

export function shippedBenign(): Benign {
  // From a checkout this file is src/memory/, in the published package dist/src/memory/: reference/ stands beside src/.
  const file = new URL("../../reference/benign.json", import.meta.url);
  shipped ??= benignFrom(JSON.parse(readFileSync(file, "utf8")));
  return shipped;
}
