/**
 * A CrowdStrike Falcon alert (Alerts API v2) as hatrack's Alert. Pure. Lenient: real alerts carry dozens of fields no
 * schema names and leave out half of those it does; what is not read stays in `raw`.
 */
import { parse as parseName } from "tldts";
import { HatrackError } from "../src/errors.ts";
import type { Alert } from "../src/events/alert-events.ts";
import { caseIdOf } from "../src/events/ids.ts";
import type { Severity } from "../src/events/vocabulary.ts";
import { fit } from "./fit.ts";
import { IndicatorList } from "./alert-indicators.ts";
import { FalconAlert } from "./falcon-fields.ts";
import { withoutAftermath } from "./falcon-label.ts";
import { compact, first, isoTimeOf, techniquesOf, upTo } from "./lenient.ts";

export function looksLikeFalcon(input: object): boolean {
  return (
    "composite_id" in input ||
    ("product" in input && "id" in input && ("cid" in input || "pattern_id" in input))
  );
}

/** @throws HatrackError `alert_invalid` when it has no id or no time */
export function falconAlert(raw: unknown, source = "crowdstrike"): Alert {
  const parsed = FalconAlert.safeParse(raw);
  if (!parsed.success) throw invalid("expected an object", typeof raw);
  const { data } = parsed;
  const sourceId = upTo(512, data.composite_id ?? data.id);
  if (sourceId === undefined) throw invalid("composite_id: expected the alert's id", "none");
  const time = first(...[data.timestamp, data.context_timestamp, data.created_timestamp].map(isoTimeOf));
  if (time === undefined) {
    throw invalid(`${sourceId}: timestamp: expected RFC 3339`, JSON.stringify(data.timestamp ?? null));
  }
  const rule = ruleOf(data);
  const title = upTo(512, data.display_name ?? data.name) ?? rule.name;
  return fit({
    ...{ source, sourceId, caseId: caseIdOf({ source, sourceId }), time, rule, title },
    ...{ severity: severityOf(data), techniques: techniques(data), indicators: indicators(data) },
    ...described(data),
    raw: withoutAftermath(raw),
  });
}

function described(data: FalconAlert): Partial<Alert> | undefined {
  return compact({
    description: upTo(4000, first(data.description, data.threatgraph_indicators[0]?.description)),
    ...{ host: hostOf(data), user: userOf(data), process: processOf(data) },
    tactic: upTo(128, first(data.tactic, ...data.mitre_attack.map((each) => each.tactic))),
    ...{ disposition: dispositionOf(data), link: upTo(2048, data.falcon_host_link) },
  });
}

/** A lead's own name is "HOST at TIME": by that no rule would ever fire twice. */
function ruleOf(data: FalconAlert): Alert["rule"] {
  const own = data.type === "automated-lead" ? "AutomatedLead" : first(data.name, data.display_name);
  const name = upTo(512, own) ?? `${data.product ?? "falcon"} alert`;
  return { id: upTo(256, first(data.correlation_rule_id, data.pattern_id, data.policy_id)) ?? name, name };
}

/** By name where it is given; by Falcon's hundred steps otherwise; a lead has neither. */
function severityOf({ severity_name, severity }: FalconAlert): Severity {
  const named = severity_name?.toLowerCase();
  const known = (["informational", "low", "medium", "high", "critical"] as const).find(
    (each) => each === named,
  );
  if (known !== undefined) return known;
  if (severity === undefined) return "medium";
  const steps = [
    [80, "critical"],
    [60, "high"],
    [40, "medium"],
    [20, "low"],
  ] as const;
  return steps.find(([from]) => severity >= from)?.[1] ?? "informational";
}

function hostOf(data: FalconAlert): Alert["host"] {
  const { device = {} } = data;
  const lead = data.threatgraph_indicators.find((each) => each.hostname !== undefined) ?? {};
  const name = first(
    ...[device.hostname, data.source_endpoint_host_name, lead.hostname],
    data.source_hosts.find(isOurs),
  );
  if (name === undefined) return undefined;
  const id = upTo(255, first(device.device_id, data.source_endpoint_sensor_id, lead.host_id));
  const os = upTo(255, first(device.os_version, device.platform_name));
  return { name: name.slice(0, 255), ...compact({ id, ip: upTo(64, device.local_ip), os }) };
}

/** NG-SIEM calls any peer a source host, also one out on the Internet. */
function isOurs(name: string): boolean {
  return parseName(name).isIcann !== true;
}

function userOf(data: FalconAlert): Alert["user"] {
  const name = first(data.user_name, data.source_account_name, data.user_names[0], data.users[0]);
  if (name === undefined) return undefined;
  const id = first(data.user_id, data.source_account_object_sid, data.user_principal_id);
  return { name: name.slice(0, 255), ...compact({ id: upTo(255, id) }) };
}

function processOf(data: FalconAlert): Alert["process"] {
  return compact({
    commandLine: upTo(16_000, data.cmdline),
    fileName: upTo(1024, data.filename),
    path: upTo(2048, data.filepath),
    sha256: upTo(64, data.sha256),
    parent: upTo(16_000, data.parent_details?.cmdline),
  });
}

function techniques(data: FalconAlert): string[] {
  return techniquesOf([data.technique_id, ...data.mitre_attack.map((each) => each.technique_id)]);
}

/** What the sensor did, in Falcon's words; by its flags where the words are missing. */
function dispositionOf(data: FalconAlert): string | undefined {
  const words = data.pattern_disposition_description?.replace(/^"|"$/g, "");
  if (words !== undefined) return upTo(255, words);
  const flags = Object.entries(data.pattern_disposition_details ?? {}).filter(([, on]) => on === true);
  if (flags.length > 0) return upTo(255, flags.map(([flag]) => flag.replaceAll("_", " ")).join(", "));
  if (data.pattern_disposition === undefined) return undefined;
  return data.pattern_disposition === 0 ? "detected" : `pattern disposition ${data.pattern_disposition}`;
}

/** Falcon's ioc_type → ours; others are read as text. */
const iocTypes = { hash_sha256: "sha256", hash_sha1: "sha1", hash_md5: "md5", domain: "domain" } as const;

function addIoc(found: IndicatorList, type: string | undefined, value: string | undefined): void {
  const known = Object.entries(iocTypes).find(([name]) => name === type)?.[1];
  if (known === undefined) found.addText(value);
  else found.add(known, value);
}

function indicators(data: FalconAlert): Alert["indicators"] {
  const { device = {} } = data;
  // The host's own addresses are none either: its outside one is shared by the whole office (lesson 21).
  const own = [
    device.local_ip,
    device.external_ip,
    device.machine_domain,
    hostOf(data)?.name,
    data.user_name,
  ];
  const found = new IndicatorList(own);
  addIoc(found, data.ioc_type, data.ioc_value);
  for (const { domain_name } of data.dns_requests) found.add("domain", domain_name);
  for (const peer of peersOf(data)) found.addPeer(peer);
  const { cmdline, parent_details = {}, grandparent_details = {} } = data;
  for (const said of [cmdline, parent_details.cmdline, grandparent_details.cmdline]) found.addText(said);
  for (const value of data.ioc_values) found.addText(value);
  const files = [data, ...data.ioc_context, ...data.quarantined_files, ...data.associated_files];
  for (const file of files) found.addFile(file);
  return found.list();
}

function peersOf(data: FalconAlert): (string | undefined)[] {
  return [
    ...data.network_accesses.map((each) => each.remote_address),
    ...[data.source_ips, data.destination_ips, data.destination_hosts, data.source_hosts].flat(),
    first(data.source_endpoint_ip_address, data.source_endpoint_address_ip4),
    data.source_ip_address,
  ];
}

function invalid(expected: string, got: string): HatrackError {
  return new HatrackError("alert_invalid", `CrowdStrike alert ${expected}, got ${got}`);
}
