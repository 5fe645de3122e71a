/** Explanations, and how often roles are right: its words. */
import { ours, fallback, type Ours } from "../text.ts";
import { counted } from "./shared.ts";

export const earlierEntries = (earlier: number): Ours =>
  earlier === 1 ? ours`1 earlier entry is not shown.` : ours`${earlier} earlier entries are not shown.`;
export const whatTheRecordSays = (caseId: Ours): string => fallback`What the record says of ${caseId}`;
export const oneSentenceWithheld = ours`1 sentence did not hold and was withheld.`;
export const sentencesWithheld = (count: number): Ours =>
  ours`${count} sentences did not hold and were withheld.`;
export const noneIsLabelled = (cases: number): Ours =>
  ours`0 of ${counted(cases, ours`case`)} are labelled: Right and Wrong… under a finding, or /soc label CASE, say what a case was.`;
export const areLabelled = (labelled: number, cases: number): Ours =>
  ours`${labelled} of ${counted(cases, ours`case`)} ${labelled === 1 ? ours`is` : ours`are`} labelled.`;
export const settleNothing = (unsettled: number): Ours =>
  ours`${counted(unsettled, ours`label`)} ${unsettled === 1 ? ours`settles` : ours`settle`} nothing: suspicious, or insufficient data.`;
export const recallMeasured = (rate: Ours, between: Ours, sampled: number, of: number): Ours =>
  ours`Of real attacks ${rate} were escalated (${between}), by ${sampled} random cases that were not, standing for ${of}.`;
export const recallIsNotMeasured = (why: Ours): Ours => ours`Recall is not measured: ${why}.`;
export const howOftenRight = ours`How often each role was right`;
export const howOftenRightSpoken = fallback`How often each role was right`;
export const role = ours`Role`;
export const precedent = ours`Precedent`;
export const cases = ours`Cases`;
export const right = ours`Right`;
export const band = ours`Band`;
export const to = (low: Ours, high: Ours): Ours => ours`${low} to ${high}`;
export const green = ours`● green`;
export const amber = ours`◐ amber`;
export const red = ours`○ red`;
export const tooFew = ours`too few`;
