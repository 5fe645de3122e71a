import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import type { Inventory } from "../inventory.ts";
import { sanctionedFor } from "./sanctioned.ts";

/** What the inventory knows of an account, and what its owner is sanctioned to do at a time. */
export function userDetails(inventory: Inventory): StructuredToolInterface {
  return defineTool({
    name: "user_details",
    description:
      "Look up a user or service account in the organisation's inventory: title, department, privileged, VIP, and activities sanctioned for it with whether they cover the host and time given.",
    input: z.object({
      user: z.string().min(1).max(255).describe("the account's name, as the alert has it"),
      host: z.string().max(255).optional().describe("the host it acted on"),
      time: z.iso.datetime({ offset: true }).optional().describe("when it happened, RFC 3339"),
    }),
    maxBytes: 8_000,
    run: ({ user, host, time }) => {
      const known = inventory.user(user);
      if (known === undefined) {
        const message = `no user "${user}" in the inventory of ${inventory.company}: a system account, or unknown`;
        return Promise.reject(new ToolError("not_found", message));
      }
      return Promise.resolve({ ...known, ...sanctionedFor(inventory, { host, user, time }, "coversUser") });
    },
  });
}
