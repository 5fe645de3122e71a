/**
 * The words of hatrack. Code, docs and Slack use these and no others.
 *
 *   alert       a detection handed to us, immutable (OCSF Detection Finding)
 *   case        what gathers an alert, its findings and its proposals (OCSF Incident Finding); `caseId` in code
 *   finding     what a role established, with evidence
 *   observable  a value seen; an indicator is one that says something (STIX)
 *   verdict     is it real (OCSF verdict_id). OCSF's disposition is what a control did: blocked, quarantined
 *   proposal    a response step a role recommends; an action is one that a person carried out
 *   handoff     the asking of one on-call role to decide a proposal; a decision is what a person said to it
 *   role        a definition in roles/; a run is one role's loop for one event
 *   precedent   a past case shown to a role, with what matched and who confirmed it
 *   projection  code that folds the log, and what it yields
 *
 * proposal → handoff → decision → action: what a role recommends → asking one on-call role → what a person
 * said → what a person did.
 */
import { z } from "zod";

/** Is it real? OCSF verdict_id, snake case. */
export const Verdict = z.enum([
  "true_positive",
  "false_positive",
  "benign",
  "suspicious",
  "insufficient_data",
]);
export type Verdict = z.infer<typeof Verdict>;

/** What whoever did it meant. */
export const Intent = z.enum(["malicious", "benign", "unknown"]);
export type Intent = z.infer<typeof Intent>;

/** What came of it. `false_alarm`: what the alert describes did not happen. */
export const Outcome = z.enum(["succeeded", "attempted", "blocked", "false_alarm", "unknown"]);
export type Outcome = z.infer<typeof Outcome>;

/** The alert's own severity, OCSF severity_id. */
export const Severity = z.enum(["informational", "low", "medium", "high", "critical"]);
export type Severity = z.infer<typeof Severity>;

/** The incident's severity as the IR Lead sees it: SEV-1 is the worst. */
export const Sev = z.enum(["SEV-1", "SEV-2", "SEV-3", "SEV-4"]);
export type Sev = z.infer<typeof Sev>;

/** How sure, 0 to 1. */
export const Confidence = z.number().min(0).max(1);

/** How soon a person should look: 10 is now. */
export const Priority = z.int().min(1).max(10);

/** ATT&CK technique id: T1059 or T1059.001. */
export const Technique = z.string().regex(/^T\d{4}(\.\d{3})?$/, "expected an ATT&CK id such as T1059.001");

export const IndicatorType = z.enum([
  "actor",
  "campaign",
  "cve",
  "domain",
  "email",
  "host",
  "ipv4",
  "ipv6",
  "md5",
  "registry_key",
  "rule",
  "sha1",
  "sha256",
  "sha512",
  "technique",
  "url",
  "user",
]);
export type IndicatorType = z.infer<typeof IndicatorType>;

/** A value that says something, refanged and normalised. */
export const Indicator = z.strictObject({ type: IndicatorType, value: z.string().min(1).max(2048) });
export type Indicator = z.infer<typeof Indicator>;

/**
 * One claim tied to the record. `cites` is a path into the case file ("alert.process.commandLine") or a step of
 * the run's trace ("step 3"); `quote` must occur there, and code checks that it does.
 */
export const Evidence = z.strictObject({
  claim: z.string().min(1).max(600),
  cites: z
    .string()
    .regex(
      /^(step [1-9]\d{0,2}|[a-z]\w*(\.\w+)*)$/i,
      'expected "step 3" or a path such as "alert.rule.name"',
    ),
  quote: z.string().min(1).max(600),
});
export type Evidence = z.infer<typeof Evidence>;

/** A response step's verb. Policy decides who is asked for each; nothing here executes one. */
export const ActionVerb = z.enum([
  "isolate_host",
  "disable_account",
  "reset_credentials",
  "revoke_sessions",
  "block_indicator",
  "quarantine_file",
  "kill_process",
  "remove_persistence",
  "collect_forensics",
  "review_case",
]);
export type ActionVerb = z.infer<typeof ActionVerb>;

export const ActionTarget = z.strictObject({
  type: z.enum(["host", "user", "indicator", "file", "process", "case"]),
  value: z.string().min(1).max(512),
});
export type ActionTarget = z.infer<typeof ActionTarget>;

/** A person as a front end saw them: never taken from a payload's own claim. */
export const Principal = z.strictObject({
  team: z.string().min(1).max(64),
  user: z.string().min(1).max(64),
});
export type Principal = z.infer<typeof Principal>;

/** Lower-case kebab, as in the file name under roles/. */
export const RoleName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,39}$/, 'expected a role name such as "tier2" or "ir-lead"');

export const CaseId = z.string().regex(/^CASE-[0-9A-Z]{10}$/, 'expected a case id such as "CASE-7K3F9QWM2T"');
export const IsoTime = z.iso.datetime({ offset: true });
/** SHA-256 in hex. */
export const Digest = z.string().regex(/^[0-9a-f]{64}$/, "expected a SHA-256 in hex");
export const Text = z.string().min(1).max(4000);
