import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import type { Inventory } from "../inventory.ts";
import { sanctionedFor } from "./sanctioned.ts";

/** What the inventory knows of a host, and what is sanctioned on it at a time. */
export function hostDetails(inventory: Inventory): StructuredToolInterface {
  return defineTool({
    name: "host_details",
    description:
      "Look up a host in the organisation's inventory: class, owner, department, criticality, and sanctioned activities on it (tests, deployments, backups) with whether they cover the user and time given.",
    input: z.object({
      hostname: z.string().min(1).max(255).describe("the host's name, as the alert has it"),
      user: z.string().max(255).optional().describe("the account that acted"),
      time: z.iso.datetime({ offset: true }).optional().describe("when it happened, RFC 3339"),
    }),
    maxBytes: 8_000,
    run: ({ hostname, user, time }) => {
      const host = inventory.host(hostname);
      if (host === undefined) {
        const message = `no host "${hostname}" in the inventory of ${inventory.company}: treat it as unknown, not as unimportant`;
        return Promise.reject(new ToolError("not_found", message));
      }
      return Promise.resolve({
        ...host,
        ...sanctionedFor(inventory, { host: hostname, user, time }, "coversHost"),
      });
    },
  });
}
