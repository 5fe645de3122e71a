/** Hosts as Falcon's sensors report them: found by name or id, read in full. Scope "Hosts: read". */
import { z } from "zod";
import { parsed, type FalconClient } from "./falcon-client.ts";
import { mustList, text, texts } from "./lenient.ts";

export const FalconHost = z.object({
  ...{ device_id: z.string().min(1), hostname: text, product_type_desc: text, status: text },
  ...{ os_version: text, platform_name: text, machine_domain: text, ou: texts, site_name: text },
  ...{ local_ip: text, external_ip: text, first_seen: text, last_seen: text, last_login_user: text },
  ...{ agent_version: text, reduced_functionality_mode: text, tags: texts },
});
export type FalconHost = z.infer<typeof FalconHost>;

/** Hosts of one name that are read: those seen last. */
const most = 5;

export interface Hosts {
  readonly hosts: readonly FalconHost[];
  /** Of that name, those that are not read included. */
  readonly total: number;
}

const Ids = z.object({
  resources: mustList(z.string().min(1)),
  meta: z
    .object({ pagination: z.object({ total: z.number() }) })
    .optional()
    .catch(undefined),
});
const Entities = z.object({ resources: mustList(FalconHost) });

/** @param name as `isPlainName` has it. @throws HatrackError of FalconClient */
export async function hostsNamed(client: FalconClient, name: string, signal?: AbortSignal): Promise<Hosts> {
  const path = "/devices/queries/devices/v1";
  const query = { filter: `hostname:'${name}'`, sort: "last_seen.desc", limit: String(most) };
  const { resources: ids, meta } = parsed(Ids, (await client.read({ path, query, signal })).body, path);
  // A name may match others in Falcon's own way: none that was not asked for is taken.
  const hosts = (await hostsById(client, ids, signal)).filter(
    ({ hostname }) => hostname?.toLowerCase() === name.toLowerCase(),
  );
  return { hosts, total: Math.max(hosts.length, meta?.pagination.total ?? 0) };
}

/** In the order asked for; nothing else is taken. @throws HatrackError of FalconClient */
export async function hostsById(
  client: FalconClient,
  ids: readonly string[],
  signal?: AbortSignal,
): Promise<FalconHost[]> {
  if (ids.length === 0) return [];
  const path = "/devices/entities/devices/v2";
  const { body } = await client.read({ method: "POST", path, body: JSON.stringify({ ids }), signal });
  const found = parsed(Entities, body, path).resources;
  return ids.flatMap((id) => found.find((host) => host.device_id === id) ?? []);
}

/** Fit to stand in a filter: no quote, no wildcard, nothing that could begin another condition. */
export function isPlainName(name: string): boolean {
  return /^[\p{L}\p{N}][\p{L}\p{N} ._-]{0,254}$/u.test(name);
}
