/**
 * How people closed a Falcon alert, as a label: by its resolution, or by the tag it was closed with. Comments are never
 * read: what somebody wrote about an alert says nothing that code could hold against a verdict.
 */
import type { Verdict } from "../src/events/vocabulary.ts";
import type { ClosingLabel } from "../src/seams/alert-source.ts";
import { FalconAlert } from "./falcon-fields.ts";
import { first, isoTimeOf, upTo } from "./lenient.ts";

/** "Ignored" says that nobody will act on it, a red team's work too: it does not say what it was. */
const verdicts: Readonly<Record<string, Verdict>> = {
  true_positive: "true_positive",
  false_positive: "false_positive",
  ignored: "insufficient_data",
};

/** Falcon Complete closes with tags such as "FC-TP-No Remediation Required - PUP". */
const complete = /^fc-(tp|fp)-/i;

/** Undefined: it is not closed, nothing says as what, or its tags contradict each other. */
export function falconLabel(raw: unknown, source = "crowdstrike"): ClosingLabel | undefined {
  const parsed = FalconAlert.safeParse(raw);
  if (!parsed.success) return undefined;
  const { data } = parsed;
  const sourceId = upTo(512, data.composite_id ?? data.id);
  const closedAs = closedAsOf(data);
  const closedAt = closedAtOf(data);
  if (sourceId === undefined || closedAs === undefined || closedAt === undefined) return undefined;
  const person = upTo(255, first(data.assigned_to_uid, data.assigned_to_name));
  return {
    ...{ source, sourceId, verdict: closedAs.verdict, closedAt },
    reason: `Closed in the console as "${closedAs.word}".`,
    ...(person === undefined ? {} : { person }),
  };
}

function closedAsOf({ status, resolution, tags }: FalconAlert): ClosedAs | undefined {
  const state = tokenOf(status ?? "");
  // Older alerts have the verdict for a status.
  const own =
    verdictNamed(state) ?? (state === "closed" ? verdictNamed(tokenOf(resolution ?? "")) : undefined);
  if (own !== undefined || state !== "closed") return own;
  const tagged = tags.flatMap((tag) => verdictNamed(meantBy(tag)) ?? []);
  return new Set(tagged.map(({ verdict }) => verdict)).size === 1 ? tagged[0] : undefined;
}

interface ClosedAs {
  readonly word: string;
  readonly verdict: Verdict;
}

function verdictNamed(word: string): ClosedAs | undefined {
  const verdict = Object.hasOwn(verdicts, word) ? verdicts[word] : undefined;
  return verdict === undefined ? undefined : { word, verdict };
}

/** "True Positive" → "true_positive". */
function tokenOf(word: string): string {
  return word.trim().toLowerCase().replaceAll(/[ -]/g, "_");
}

function meantBy(tag: string): string {
  const [, letters] = complete.exec(tag) ?? [];
  if (letters === undefined) return tokenOf(tag);
  return letters.toLowerCase() === "tp" ? "true_positive" : "false_positive";
}

/** Comments and tags that are added later move `updated_timestamp`, never this. */
function closedAtOf({
  created_timestamp,
  updated_timestamp,
  seconds_to_resolved,
}: FalconAlert): string | undefined {
  const created = isoTimeOf(created_timestamp);
  if (created === undefined || seconds_to_resolved === undefined || seconds_to_resolved <= 0)
    return isoTimeOf(updated_timestamp);
  return isoTimeOf(Date.parse(created) + seconds_to_resolved * 1000);
}

/** What people made of the alert is no part of the detection: a role that read it would be told its own answer. */
const afterwards = new Set([
  ...["assigned_to_name", "assigned_to_uid", "assigned_to_uuid", "comment", "comments", "resolution"],
  ...["seconds_to_resolved", "seconds_to_triaged"],
]);

/** The alert as it was detected: without how people worked on it and closed it. */
export function withoutAftermath(raw: unknown): unknown {
  if (typeof raw !== "object" || raw === null) return raw;
  const entries = Object.entries(raw).flatMap(([key, value]: [string, unknown]): [string, unknown][] => {
    // A count of none says nothing, and the alert stays as it was sent.
    if ((afterwards.has(key) && value !== 0) || (key === "status" && value !== "new")) return [];
    if (key !== "tags" || !Array.isArray(value)) return [[key, value]];
    return [
      [key, value.filter((tag) => typeof tag !== "string" || verdictNamed(meantBy(tag)) === undefined)],
    ];
  });
  return Object.fromEntries(entries);
}
