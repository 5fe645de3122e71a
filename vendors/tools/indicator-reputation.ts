import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import type { Indicator } from "../../src/events/vocabulary.ts";
import type { Benign } from "../../src/indicators/benign.ts";
import { indicatorsIn } from "../../src/indicators/extract.ts";
import { normaliseIndicator } from "../../src/indicators/normalise.ts";
import type { Reputation } from "../reputation.ts";

/** What the feed says of an indicator, and of the name or address behind a link. */
export function indicatorReputation(reputation: Reputation, benign: Benign): StructuredToolInterface {
  return defineTool({
    name: "indicator_reputation",
    description:
      "Look up the reputation of one indicator: domain, IP address, URL or file hash. Not listed means unknown, not clean. benign: it is everybody's infrastructure and links nothing.",
    input: z.object({
      indicator: z.string().min(1).max(2048).describe("one value; defanged forms are understood"),
    }),
    maxBytes: 8_000,
    run: ({ indicator }) => {
      const found = readIndicator(indicator);
      const [first] = found;
      if (first === undefined) {
        const message = `"${indicator.slice(0, 200)}" is no domain, IP address, URL or file hash`;
        return Promise.reject(new ToolError("invalid_indicator", message));
      }
      const [itself, ...behind] = found.slice(0, 3).map((each) => say(each, reputation, benign));
      return Promise.resolve(behind.length === 0 ? itself : { ...itself, behind });
    },
  });
}

/** A bare word with a dot is asked about as a name, whatever running text would make of it. */
function readIndicator(text: string): readonly Indicator[] {
  const found = indicatorsIn(text).filter(({ type }) => type !== "registry_key" && type !== "technique");
  if (found.length > 0 || !/^[\w-]+(?:\.[\w-]+)+$/.test(text.trim())) return found;
  const name = normaliseIndicator("domain", text);
  return name === undefined ? [] : [name];
}

function say(indicator: Indicator, reputation: Reputation, benign: Benign): object {
  const entry = reputation.find(indicator);
  const list = benign.listOf(indicator);
  const infrastructure = list === undefined ? {} : { benign: list };
  if (entry === undefined) return { ...indicator, listed: false, verdict: "unknown", ...infrastructure };
  const { verdict, source, first_seen, tags, actor } = entry;
  return {
    ...indicator,
    listed: true,
    verdict,
    source,
    first_seen,
    tags,
    ...(actor && { actor }),
    ...infrastructure,
  };
}
