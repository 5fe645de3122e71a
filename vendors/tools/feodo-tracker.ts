import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import { isoTime } from "../../src/clock.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import { indicatorsIn } from "../../src/indicators/extract.ts";
import { feodoName, type FeodoList, type FeodoServer } from "../feodo-list.ts";
import type { KeptList } from "../kept-list.ts";
import { compact, upTo } from "../lenient.ts";
import { askProduct } from "./ask-product.ts";

export interface FeodoTool {
  readonly list: Pick<KeptList<FeodoList>, "current">;
  readonly diagnostics: Diagnostics;
}

const words = {
  list_missing: "could not be had so far",
  list_stale: "could not be brought up to date for too long",
};

/** Servers of one address that are shown. */
const most = 10;

/** Whether an address is a botnet's, by the list of abuse.ch. What is asked stays here: only the list is fetched. */
export function feodoTracker({ list, diagnostics }: FeodoTool): StructuredToolInterface {
  return defineTool({
    name: "feodo_tracker",
    description:
      "Whether an IP address is on abuse.ch's Feodo Tracker list of botnet command-and-control servers: malware, port, when it was last online. The list is short and names few kinds of malware: not listed means unknown, not clean. The list's date is given.",
    input: z.object({
      address: z.string().min(2).max(100).describe("one IP address; defanged forms are understood"),
    }),
    run: async ({ address }, { signal }) => {
      const asked = indicatorsIn(address).find(({ type }) => type === "ipv4" || type === "ipv6");
      if (asked === undefined)
        throw new ToolError("invalid_indicator", `"${address}" is no IP address; expected one`);
      const asking = { product: feodoName, diagnostics, words, ...(signal && { signal }) };
      const { value, ofMs } = await askProduct(asking, () => list.current());
      const servers = value.at(asked.value);
      return {
        ...{ address: asked.value, listed: servers.length > 0 },
        ...(servers.length > 0 ? { servers: servers.slice(0, most).map(show) } : { verdict: "unknown" }),
        list: { name: feodoName, of: isoTime(ofMs), entries: value.entries },
      };
    },
  });
}

function show({ port, status, malware, first_seen, last_online, ...rest }: FeodoServer): object {
  return {
    ...compact({ port, malware: upTo(100, malware), status: upTo(40, status) }),
    ...compact({ firstSeen: upTo(40, first_seen), lastOnline: upTo(40, last_online) }),
    ...compact({
      hostname: upTo(255, rest.hostname),
      network: upTo(100, rest.as_name),
      country: upTo(40, rest.country),
    }),
  };
}
