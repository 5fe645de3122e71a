/** Evidence as people read it: what is claimed, the words it rests on quoted as code, and where those stand. */
import type { RichTextSection } from "@slack/types";
import { z } from "zod";
import type { Evidence } from "../../src/events/vocabulary.ts";
import { code, section, text } from "../rich.ts";
import { ours, untrusted, type Shown } from "../text.ts";
import type { Steps } from "../traces.ts";
import * as say from "../words/evidence.ts";

export interface EvidenceSize {
  readonly quote: number;
  readonly claim: number;
}

/** In a thread: to be read at a glance. Whole under "All evidence". */
export const brief: EvidenceSize = { claim: 110, quote: 90 };
/** On a card, whose buttons must be in sight on a telephone. */
export const glance: EvidenceSize = { claim: 80, quote: 44 };
export const whole: EvidenceSize = { claim: 700, quote: 700 };

/** "It runs an encoded command: `-enc JABjAGwA` · command line" */
export function evidenceItem(
  { cites, quote, claim }: Evidence,
  steps: Steps,
  size: EvidenceSize,
): RichTextSection {
  const [said, quoted] =
    size !== whole
      ? [untrusted(claim, { brief: size.claim }), untrusted(inWords(quote), { brief: size.quote })]
      : [untrusted(claim, { max: size.claim }), untrusted(quote, { max: size.quote })];
  return section(text(said), text(ours` `), code(quoted), text(ours` · `), text(placeWords(cites, steps)));
}

/**
 * What a tool answered, as words: `"verdict": "malicious", "firstSeen": null` → "verdict malicious". Whole, it is
 * quoted as it stands; what is no piece of JSON is as it is.
 */
export function inWords(quote: string): string {
  const fields = [quote, `{${quote}}`, `{${quote.replace(/,\s*$/, "")}}`]
    .map(fieldsOf)
    .find((found) => found !== undefined);
  return fields === undefined || fields === "" ? quote : fields;
}

const Scalars = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

function fieldsOf(text: string): string | undefined {
  try {
    const fields = Scalars.parse(JSON.parse(text));
    return Object.entries(fields)
      .flatMap(([name, value]) =>
        value === null || value === "" ? [] : [`${partInWords(name)} ${String(value)}`],
      )
      .join(", ");
  } catch {
    // Not an object of plain values: it is shown as it stands.
    return undefined;
  }
}

/** "alert.process.commandLine" → "command line"; "step 3" → "step 3: indicator reputation". */
export function placeWords(cites: string, steps: Steps): Shown {
  const step = /^step (\d+)$/i.exec(cites)?.[1];
  if (step !== undefined) {
    const tool = steps.get(Number(step));
    return untrusted(tool === undefined ? `step ${step}` : `step ${step}: ${tool.replaceAll("_", " ")}`, {
      max: 120,
    });
  }
  return placesInWords[cites] ?? untrusted(spelt(cites), { max: 120 });
}

const placesInWords: Readonly<Record<string, Shown>> = {
  "alert.title": say.theAlertsTitle,
  "alert.description": say.theAlertsDescription,
  "alert.severity": say.theAlertsSeverity,
  "alert.disposition": say.whatTheSensorDid,
  "alert.rule.name": say.rule,
  "alert.rule.id": say.rule,
  "alert.tactic": say.tactic,
  "alert.techniques": say.attckTechniques,
  "alert.host.name": say.host,
  "alert.host.os": say.operatingSystem,
  "alert.host.ip": say.hostsAddress,
  "alert.user.name": say.user,
  "alert.indicators": say.indicatorsOfTheAlert,
  "alert.process.commandLine": say.commandLine,
  "alert.process.fileName": say.fileName,
  "alert.process.path": say.filePath,
  "alert.process.sha256": say.fileHash,
  "alert.process.parent": say.parentProcess,
  "alert.raw": say.theRawAlert,
  "triage.summary": say.sentinelsSummary,
  "investigation.summary": say.tier2sSummary,
  "plan.summary": say.irLeadsPlan,
  "intel.summary": say.threatIntelsReport,
};

/** A path that has no words of its own: "alert.raw.parent_details.cmdLine" → "raw alert, parent details, cmd line". */
function spelt(path: string): string {
  return path
    .replace(/^alert\.raw\./, `${say.rawAlert}.`)
    .replace(/^alert\./, "")
    .split(".")
    .map(partInWords)
    .join(", ");
}

function partInWords(part: string): string {
  return part
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .replaceAll("_", " ")
    .toLowerCase();
}
