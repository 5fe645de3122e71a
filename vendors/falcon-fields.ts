/** The fields of a Falcon alert (Alerts API v2) that are read, of all its kinds; any of them may be missing. */
import { z } from "zod";
import { list, number, part, text, texts } from "./lenient.ts";

const File = z.object({ sha256: text, sha1: text, md5: text });

export const FalconAlert = z.object({
  ...{ composite_id: text, id: text, product: text, type: text, pattern_id: text },
  ...{ name: text, display_name: text, description: text, falcon_host_link: text },
  ...{ correlation_rule_id: text, policy_id: text, severity: number, severity_name: text },
  ...{
    timestamp: z.unknown().optional(),
    context_timestamp: z.unknown().optional(),
    created_timestamp: z.unknown().optional(),
  },
  ...{ status: text, resolution: text, tags: texts, seconds_to_resolved: number },
  ...{ updated_timestamp: z.unknown().optional(), assigned_to_name: text, assigned_to_uid: text },
  ...{ cmdline: text, filename: text, filepath: text, sha256: text, sha1: text, md5: text },
  ...{ parent_details: part({ cmdline: text }), grandparent_details: part({ cmdline: text }) },
  device: part({
    ...{ hostname: text, device_id: text, local_ip: text, external_ip: text, os_version: text },
    ...{ platform_name: text, machine_domain: text },
  }),
  ...{ user_name: text, user_id: text, user_names: texts, users: texts, user_principal_id: text },
  ...{ source_account_name: text, source_account_object_sid: text },
  ...{ source_endpoint_host_name: text, source_endpoint_sensor_id: text, source_endpoint_ip_address: text },
  ...{ source_endpoint_address_ip4: text, source_ip_address: text },
  ...{ source_hosts: texts, source_ips: texts, destination_hosts: texts, destination_ips: texts },
  ...{ tactic: text, technique_id: text, mitre_attack: list(z.object({ technique_id: text, tactic: text })) },
  ...{ pattern_disposition: number, pattern_disposition_description: text },
  pattern_disposition_details: z.record(z.string(), z.unknown()).optional().catch(undefined),
  ...{ ioc_type: text, ioc_value: text, ioc_values: texts },
  ioc_context: list(File.extend({ ioc_type: text, ioc_value: text })),
  ...{ quarantined_files: list(File), associated_files: list(File) },
  network_accesses: list(z.object({ remote_address: text })),
  dns_requests: list(z.object({ domain_name: text })),
  threatgraph_indicators: list(
    z.object({ display_name: text, description: text, hostname: text, host_id: text }),
  ),
});
export type FalconAlert = z.infer<typeof FalconAlert>;
