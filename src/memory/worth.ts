/** What it says when two cases share an indicator, and from how many cases on it says nothing any more. */
import type { IndicatorType } from "../events/vocabulary.ts";

/** An indicator of more cases than this is a hub: a shared address of a whole office links nobody. */
export const hubCases = 20;

const weights: Readonly<Record<IndicatorType, number>> = {
  ...{ actor: 3, campaign: 3, md5: 3, sha1: 3, sha256: 3, sha512: 3 },
  ...{ cve: 2, domain: 2, ipv4: 2, ipv6: 2, url: 2 },
  ...{ email: 1, host: 1, registry_key: 1, technique: 1, user: 1 },
  rule: 0.5,
};

/** Weight × rarity: what ten cases share says a third of what two do. */
export function worthOf({ type, size }: { readonly type: IndicatorType; readonly size: number }): number {
  return Math.round((weights[type] / (1 + Math.log(Math.max(1, size)))) * parts) / parts;
}

/** Worth comes in parts of a power of two: then a sum of them is the same in whatever order they are added. */
const parts = 2 ** 30;
