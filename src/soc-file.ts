/**
 * soc.yaml: people and places. Which channel a case goes to, who is on call, who may do what, and the gate's
 * policy. Parsed once, at start; a mistake is named with its line, its path and an example.
 */
import { readFile } from "node:fs/promises";
import { isNode, LineCounter, parseDocument, type Document } from "yaml";
import type { z } from "zod";
import { HatrackError, reasonOf } from "./errors.ts";
import type { Policy } from "./gate/policy.ts";
import { crossChecks, type Fault } from "./soc-checks.ts";
import { SocFile } from "./soc-schema.ts";

/** @throws HatrackError `soc_file_missing` or `soc_file_invalid`, naming line, path and an example */
export async function loadSocFile(path: string): Promise<SocFile> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new HatrackError(
      "soc_file_missing",
      `${path}: cannot be read (${reasonOf(cause)}); expected the SOC's people, places and policy, as in the soc.yaml that comes with hatrack`,
      { cause },
    );
  }
  return parseSocFile(text, path);
}

/** `where` names the file in messages. */
export function parseSocFile(text: string, where: string): SocFile {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const broken = document.errors.map((error) => {
    const { line } = lines.linePos(error.pos[0]);
    return `${where}:${line}: ${error.message}`;
  });
  if (broken.length > 0) throw invalid(broken);
  const parsed = SocFile.safeParse(document.toJS());
  const faults = parsed.success ? crossChecks(parsed.data) : parsed.error.issues.map(faultOf);
  if (parsed.success && faults.length === 0) return parsed.data;
  throw invalid(faults.map((fault) => `${where}:${lineOf(document, lines, fault.path)}: ${worded(fault)}`));
}

/** What the gate needs of it; `classOf` comes from the inventory. */
export function policyOf(soc: SocFile, classOf: Policy["classOf"]): Policy {
  const { rules, reviewers, never, freezes, maxTargetsPerHour, unpostedMinutes } = soc.policy;
  return {
    ...{ never, freezes, maxTargetsPerHour, unpostedMinutes },
    ...{ rules, onCall: soc.onCall, classOf, rights: soc.rights },
    reviewerOf: (role) => (Object.hasOwn(reviewers, role) ? reviewers[role] : reviewers["*"]) ?? "",
  };
}

function invalid(problems: readonly string[]): HatrackError {
  const more = problems.length > 8 ? `\n… and ${problems.length - 8} more` : "";
  return new HatrackError("soc_file_invalid", problems.slice(0, 8).join("\n") + more);
}

function faultOf(issue: z.core.$ZodIssue): Fault {
  const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
  const [surplus] = issue.code === "unrecognized_keys" ? issue.keys : [];
  return { path: surplus === undefined ? path : [...path, surplus], message: issue.message };
}

function worded({ path, message, example }: Fault): string {
  const shown = example ?? examples[String(path[0])];
  return `${path.join(".") || "(whole)"}: ${message}${shown === undefined ? "" : `; for example ${shown}`}`;
}

const examples: Readonly<Record<string, string>> = {
  version: "version: 1",
  channels: "channels: { critical: soc-critical, high: soc-cases, … }",
  onCall: 'onCall: { ir-lead-oncall: { title: "IR Lead On-Call", group: ir-lead-oncall } }',
  people: 'people: { "Dana Vale": [U0DANA, U0DANA2] }',
  rights: "rights: { read: [analysts], pause: [soc-manager-oncall], … }",
  policy:
    '- { verbs: [isolate_host], classes: ["*"], ask: ir-lead-oncall, quorum: 2, reversible: false, ' +
    'blastRadius: "one host", expiresMinutes: 30, carryOutMinutes: 60 }',
  consoleHosts: "consoleHosts: [falcon.crowdstrike.com]",
  posting: "posting: { threadPriority: 5 }",
};

/** Line of the value, or of the nearest thing that holds it when it is not there. From 1. */
function lineOf(document: Document, lines: LineCounter, path: Fault["path"]): number {
  for (let length = path.length; length > 0; length -= 1) {
    const node: unknown = document.getIn(path.slice(0, length), true);
    if (isNode(node) && node.range) return lines.linePos(node.range[0]).line;
  }
  return 1;
}
