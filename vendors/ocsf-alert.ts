/**
 * An OCSF Detection Finding (class_uid 2004, schema 1.1 to 1.5) as hatrack's Alert. Pure and lenient, as for Falcon.
 * https://schema.ocsf.io/1.5.0/classes/detection_finding
 */
import { z } from "zod";
import { HatrackError } from "../src/errors.ts";
import type { Alert } from "../src/events/alert-events.ts";
import { caseIdOf } from "../src/events/ids.ts";
import type { Severity } from "../src/events/vocabulary.ts";
import { IndicatorList } from "./alert-indicators.ts";
import { fit } from "./fit.ts";
import { compact, first, isoTimeOf, list, number, part, techniquesOf, text, upTo } from "./lenient.ts";

const Hash = z.object({ algorithm_id: number, value: text });
const File = part({ name: text, path: text, hashes: list(Hash) });
const Endpoint = part({ hostname: text, name: text, uid: text, ip: text, os: part({ name: text }) });
const User = part({ name: text, uid: text });
const Process = part({
  ...{ name: text, cmd_line: text, file: File, user: User },
  parent_process: part({ cmd_line: text }),
});
const Actor = part({ user: User, process: Process });
const Attack = z.object({
  tactic: part({ name: text }),
  technique: part({ uid: text }),
  sub_technique: part({ uid: text }),
});

const Evidence = z.object({
  ...{ process: Process, actor: Actor, device: Endpoint, file: File, user: User },
  ...{ src_endpoint: Endpoint, dst_endpoint: Endpoint },
  ...{ url: part({ url_string: text }), query: part({ hostname: text }) },
});

const Finding = z.object({
  class_uid: number,
  metadata: part({ uid: text, product: part({ name: text }) }),
  finding_info: part({
    ...{ uid: text, title: text, desc: text, src_url: text, created_time: z.unknown().optional() },
    ...{ analytic: part({ uid: text, name: text }), attacks: list(Attack) },
  }),
  attacks: list(Attack),
  ...{ severity_id: number, message: text, disposition: text },
  ...{ time: z.unknown().optional(), time_dt: z.unknown().optional() },
  ...{ device: Endpoint, actor: Actor, evidences: list(Evidence) },
  observables: list(z.object({ type_id: number, value: text })),
});
type Finding = z.infer<typeof Finding>;

export const detectionFinding = 2004;

export function looksLikeOcsf(input: object): boolean {
  return "class_uid" in input;
}

/** @throws HatrackError `alert_invalid` when it is of another class, or has no id or no time */
export function ocsfAlert(raw: unknown, source?: string): Alert {
  const parsed = Finding.safeParse(raw);
  if (!parsed.success) throw invalid("expected an object", typeof raw);
  const { data } = parsed;
  if (data.class_uid !== detectionFinding) {
    throw invalid(`class_uid: expected ${detectionFinding} (Detection Finding)`, String(data.class_uid));
  }
  const from = source ?? sourceName(data.metadata?.product?.name);
  const key = { source: from, sourceId: idOf(data) };
  const rule = ruleOf(data);
  return fit({
    ...{ ...key, caseId: caseIdOf(key), time: timeOf(data), rule, severity: severityOf(data) },
    title: upTo(512, first(data.finding_info?.title, data.message)) ?? rule.name,
    ...{ techniques: techniques(data), indicators: indicators(data) },
    ...described(data),
    raw,
  });
}

function idOf({ finding_info: info, metadata }: Finding): string {
  const id = upTo(512, first(info?.uid, metadata?.uid));
  if (id === undefined) throw invalid("finding_info.uid: expected the finding's id", "none");
  return id;
}

function timeOf({ time_dt, time, finding_info: info }: Finding): string {
  const found = first(...[time_dt, time, info?.created_time].map(isoTimeOf));
  if (found === undefined)
    throw invalid("time: expected milliseconds since 1970", JSON.stringify(time ?? null));
  return found;
}

/** "Microsoft Defender XDR" → "microsoft-defender-xdr". */
function sourceName(product: string | undefined): string {
  const slug = (product ?? "")
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^[^a-z]+|-+$/g, "");
  return slug.slice(0, 32).replace(/-+$/, "") || "ocsf";
}

function ruleOf({ finding_info: info, message }: Finding): Alert["rule"] {
  const name = upTo(512, first(info?.analytic?.name, info?.title, message)) ?? "Detection Finding";
  return { id: upTo(256, info?.analytic?.uid) ?? upTo(256, name) ?? name, name };
}

/** severity_id: 1 informational … 5 critical, 6 fatal; 0 and 99 are unknown, which is not low. */
function severityOf({ severity_id }: Finding): Severity {
  const names = ["medium", "informational", "low", "medium", "high", "critical", "critical"] as const;
  return names[severity_id ?? 0] ?? "medium";
}

function described(data: Finding): Partial<Alert> | undefined {
  const { finding_info: info } = data;
  const process = first(...data.evidences.map((each) => each.process), processOf(data));
  const user = first(
    data.actor?.user,
    ...data.evidences.flatMap((each) => [each.actor?.user, each.user, each.process?.user]),
  );
  return compact({
    ...{ description: upTo(4000, info?.desc), host: hostOf(data), process: readProcess(process) },
    user:
      user?.name === undefined
        ? undefined
        : { name: user.name.slice(0, 255), ...compact({ id: upTo(255, user.uid) }) },
    tactic: upTo(128, first(...attacksOf(data).map((each) => each.tactic?.name))),
    ...{ disposition: upTo(255, data.disposition), link: upTo(2048, info?.src_url) },
  });
}

function processOf(data: Finding): z.infer<typeof Process> {
  return first(...data.evidences.map((each) => each.actor?.process), data.actor?.process);
}

function hostOf(data: Finding): Alert["host"] {
  const device = first(data.device, ...data.evidences.map((each) => each.device));
  const name = first(device?.hostname, device?.name);
  if (device === undefined || name === undefined) return undefined;
  const more = compact({
    id: upTo(255, device.uid),
    ip: upTo(64, device.ip),
    os: upTo(255, device.os?.name),
  });
  return { name: name.slice(0, 255), ...more };
}

function readProcess(process: z.infer<typeof Process>): Alert["process"] {
  if (process === undefined) return undefined;
  return compact({
    commandLine: upTo(16_000, process.cmd_line),
    fileName: upTo(1024, first(process.name, process.file?.name)),
    path: upTo(2048, process.file?.path),
    sha256: upTo(64, process.file?.hashes.find((hash) => hash.algorithm_id === 3)?.value),
    parent: upTo(16_000, process.parent_process?.cmd_line),
  });
}

function attacksOf(data: Finding): Finding["attacks"] {
  return [...(data.finding_info?.attacks ?? []), ...data.attacks];
}

function techniques(data: Finding): string[] {
  return techniquesOf(attacksOf(data).flatMap((each) => [each.sub_technique?.uid, each.technique?.uid]));
}

/** Observables that are file names, process names and the like are read by nobody: half of them look like names. */
const readableObservables: ReadonlySet<number> = new Set([2, 5, 6, 8, 18]);

function indicators(data: Finding): Alert["indicators"] {
  const host = hostOf(data);
  const found = new IndicatorList([host?.name, host?.ip]);
  for (const { type_id, value } of data.observables) {
    if (type_id !== undefined && readableObservables.has(type_id)) found.addPeer(value);
  }
  for (const each of data.evidences) addEvidence(found, each);
  addProcess(found, data.actor?.process);
  return found.list();
}

function addEvidence(found: IndicatorList, evidence: z.infer<typeof Evidence>): void {
  addProcess(found, evidence.process);
  addProcess(found, evidence.actor?.process);
  addFile(found, evidence.file);
  for (const endpoint of [evidence.src_endpoint, evidence.dst_endpoint]) {
    found.addPeer(endpoint?.ip);
    found.addPeer(endpoint?.hostname);
  }
  found.addText(evidence.url?.url_string);
  found.add("domain", evidence.query?.hostname);
}

function addProcess(found: IndicatorList, process: z.infer<typeof Process>): void {
  found.addText(process?.cmd_line);
  found.addText(process?.parent_process?.cmd_line);
  addFile(found, process?.file);
}

/** algorithm_id: 1 MD5, 2 SHA-1, 3 SHA-256. */
function addFile(found: IndicatorList, file: z.infer<typeof File>): void {
  const hash = (id: number): string | undefined =>
    file?.hashes.find((each) => each.algorithm_id === id)?.value;
  found.addFile({ sha256: hash(3), sha1: hash(2), md5: hash(1) });
}

function invalid(expected: string, got: string): HatrackError {
  return new HatrackError("alert_invalid", `OCSF finding ${expected}, got ${got}`);
}
