import type { StructuredToolInterface } from "@langchain/core/tools";
import { z } from "zod";
import { defineTool, ToolError } from "../../src/agent/define-tool.ts";
import type { Diagnostics } from "../../src/diagnostics.ts";
import type { FalconClient } from "../falcon-client.ts";
import { hostsById, hostsNamed, isPlainName, type FalconHost, type Hosts } from "../falcon-hosts.ts";
import { compact, isoTimeOf, upTo } from "../lenient.ts";
import { askProduct, falconAsking } from "./ask-product.ts";

export const deviceId = z
  .string()
  .regex(/^[0-9a-f]{32}$/, "expected a device id of Falcon, 32 hexadecimal digits, as alert.host.id has it");

export interface FalconTool {
  readonly client: FalconClient;
  readonly diagnostics: Diagnostics;
}

/** What Falcon's sensor says of a host at this moment. What the organisation says of it is host_details. */
export function falconHost({ client, diagnostics }: FalconTool): StructuredToolInterface {
  return defineTool({
    name: "falcon_host",
    description:
      "Look up a host in CrowdStrike Falcon as it is now: sensor, operating system, domain, addresses, first and last seen, whether it is contained. Give the device id where the alert has one (alert.host.id), else the name. A host without a sensor is not there: that says nothing of it.",
    input: z
      .object({ deviceId: deviceId.optional(), hostname: z.string().min(1).max(255).optional() })
      .refine(
        ({ deviceId: id, hostname }) => (id === undefined) !== (hostname === undefined),
        "expected either deviceId or hostname, one of the two",
      ),
    maxBytes: 8_000,
    run: async ({ deviceId: id, hostname = "" }, { signal }) => {
      const asking = falconAsking("Hosts: read", { diagnostics, ...(signal && { signal }) });
      if (id === undefined && !isPlainName(hostname)) throw new ToolError("not_found", strange);
      const { hosts, total } = await askProduct(asking, () =>
        id === undefined ? hostsNamed(client, hostname, signal) : byId(client, id, signal),
      );
      if (hosts.length > 0) return { total, hosts: hosts.map(show) };
      const message = `no host ${id ?? `"${hostname}"`} in Falcon: it has no sensor, or another name; treat it as unknown, not as unimportant`;
      throw new ToolError("not_found", message);
    },
  });
}

const strange =
  "no host can be looked up by that name; expected letters, digits, dots, dashes, underscores or spaces";

async function byId(client: FalconClient, id: string, signal: AbortSignal | undefined): Promise<Hosts> {
  const hosts = await hostsById(client, [id], signal);
  return { hosts, total: hosts.length };
}

function show(host: FalconHost): object {
  const { status, reduced_functionality_mode: reduced } = host;
  return {
    ...short({ deviceId: host.device_id, hostname: host.hostname, type: host.product_type_desc }),
    ...short({ os: host.os_version, platform: host.platform_name, domain: host.machine_domain }),
    ...short({ site: host.site_name, organisationalUnit: host.ou.join(", ") || undefined }),
    ...short({ localIp: host.local_ip, externalIp: host.external_ip, lastUser: host.last_login_user }),
    ...compact({ firstSeen: isoTimeOf(host.first_seen), lastSeen: isoTimeOf(host.last_seen) }),
    // "normal", "contained", "containment_pending" or "lift_containment_pending".
    ...short({ containment: status, sensor: host.agent_version, sensorReduced: reduced }),
    tags: host.tags.slice(0, 20).map((tag) => upTo(100, tag)),
  };
}

function short(fields: Readonly<Record<string, string | undefined>>): object {
  const entries = Object.entries(fields).map(([name, value]) => [name, upTo(255, value)] as const);
  return compact(Object.fromEntries(entries)) ?? {};
}
