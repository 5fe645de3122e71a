/** The actors and aliases that come with hatrack: reference/actors.json, read once, when first asked for. */
import { readFileSync } from "node:fs";
import { sha256 } from "../events/canonical.ts";
import { actorsFrom, type Actors } from "../indicators/actors.ts";

let shipped: { readonly actors: Actors; readonly digest: string } | undefined;

export function shippedActors(): Actors {
  return read().actors;
}

/** SHA-256 of the list: what was folded with another has other names in it. */
export function shippedActorsDigest(): string {
  return read().digest;
}

function read(): NonNullable<typeof shipped> {
  // From a checkout this file is src/memory/, in the published package dist/src/memory/: reference/ stands beside src/.
  const file = new URL("../../reference/actors.json", import.meta.url);
  if (shipped !== undefined) return shipped;
  const text = readFileSync(file, "utf8");
  shipped = { actors: actorsFrom(JSON.parse(text)), digest: sha256(text) };
  return shipped;
}
