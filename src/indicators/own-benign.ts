/** Infrastructure that a company names itself, as a list beside the shipped ones. */
import ipaddr from "ipaddr.js";

export type BenignKind = "address" | "domain" | "hash";

/** What one entry is; undefined for what is none. */
export function benignKind(value: string): BenignKind | undefined {
  if (/^(?:[0-9a-f]{32}|[0-9a-f]{40}|[0-9a-f]{64}|[0-9a-f]{128})$/i.test(value)) return "hash";
  if (value.includes("/") ? ipaddr.isValidCIDR(value) : ipaddr.isValid(value)) return "address";
  return /^\.?(?:[a-z0-9_-]{1,63}\.)+[a-z][a-z0-9-]{0,62}$/i.test(value) ? "domain" : undefined;
}

interface OwnList {
  readonly id: string;
  readonly name: string;
  readonly kind: BenignKind;
  readonly links: "never";
  readonly values: string[];
}

/** In the shape of `reference/benign.json`: what stands here never links, whatever another list says. */
export function ownBenignLists(values: readonly string[], name = "soc.yaml"): OwnList[] {
  return (["address", "domain", "hash"] as const).map((kind) => ({
    ...{ id: `own-${kind}`, name, kind, links: "never" as const },
    values: values.filter((value) => benignKind(value) === kind),
  }));
}
