/** Which indicators link two cases, and which only add to a score. */
import type { IndicatorType } from "../events/vocabulary.ts";

export type Strength = "strong" | "weak";

/** Strong: alone enough to say that two cases have to do with each other, unless it is benign infrastructure. */
const strengths: Readonly<Record<IndicatorType, Strength>> = {
  actor: "strong",
  campaign: "strong",
  cve: "strong",
  domain: "strong",
  email: "weak",
  host: "weak",
  ipv4: "strong",
  ipv6: "strong",
  md5: "strong",
  registry_key: "weak",
  rule: "weak",
  sha1: "strong",
  sha256: "strong",
  sha512: "strong",
  technique: "weak",
  url: "strong",
  user: "weak",
};

export function strengthOf(type: IndicatorType): Strength {
  return strengths[type];
}
