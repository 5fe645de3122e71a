/** The benign infrastructure that comes with hatrack: reference/benign.json, read once, when first asked for. */
import { readFileSync } from "node:fs";
import { z } from "zod";
import { benignFrom, type Benign } from "../indicators/benign.ts";
import { ownBenignLists } from "../indicators/own-benign.ts";

let shipped: Benign | undefined;

export function shippedBenign(): Benign {
  shipped ??= benignFrom(shippedLists());
  return shipped;
}

/** @param own names, addresses, blocks and hashes beside it, as soc.yaml lists them */
export function benignWith(own: readonly string[]): Benign {
  if (own.length === 0) return shippedBenign();
  const { lists } = z.object({ lists: z.array(z.unknown()) }).parse(shippedLists());
  // One's own come first: of two lists with one value the first decides.
  return benignFrom({ lists: [...ownBenignLists(own), ...lists] });
}

function shippedLists(): unknown {
  // From a checkout this file is src/memory/, in the published package dist/src/memory/: reference/ stands beside src/.
  const file = new URL("../../reference/benign.json", import.meta.url);
  return JSON.parse(readFileSync(file, "utf8"));
}
