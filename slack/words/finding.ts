/** What a role found: its words. */
import { ours, type Ours } from "../text.ts";

export const unknownRole = ours`A role hatrack does not know`;
export const against = ours`Against`;
export const onlyAPersonCanAnswer = ours`Only a person can answer`;
export const triagedAs = (verdictWords: Ours, confidence: Ours, priority: number): Ours =>
  ours`${verdictWords}, confidence ${confidence}, priority ${priority}`;
export const escalated = ours`escalated`;
export const toClose = ours`to close`;
export const needsAPerson = ours`needs a person`;
export const was = (before: Ours): Ours => ours` (was ${before})`;
export const investigatedAs = (verdictWords: Ours, changed: Ours, confidence: Ours, decision: Ours): Ours =>
  ours`${verdictWords}${changed}, confidence ${confidence}, ${decision}`;
export const next = ours`Next`;
export const bridgeRequired = ours`, bridge required`;
export const containment = ours`Containment`;
export const eradication = ours`Eradication`;
export const recovery = ours`Recovery`;
export const notify = ours`Notify`;
export const advisesAHigherSev = ours`advises a higher SEV`;
export const keepsTheSev = ours`keeps the SEV`;
export const advisesALowerSev = ours`advises a lower SEV`;
export const likelyActor = ours`Likely actor`;
export const campaigns = ours`Campaigns`;
export const techniques = ours`Techniques`;
export const indicators = ours`Indicators`;
export const budgetSpent = ours`gave no answer: its budget was spent`;
export const didNotParse = ours`gave no answer: what it said did not parse`;
export const saidNothing = ours`gave no answer: it said nothing`;
export const toolFailed = ours`gave no answer: a tool failed`;
export const noModelAnswered = ours`gave no answer: no model answered in time`;
export const andMore = (amount: number): Ours => ours`and ${amount} more`;
export const moreUnderAllEvidence = (left: number): Ours => ours`${left} more under All evidence`;
export const evidence = ours`Evidence`;
export const of = (all: number): Ours => ours` of ${all}`;
export const oneClaimRemoved = (of: Ours, claims: Ours): Ours =>
  ours`1${of} ${claims} could not be tied to the record and was removed.`;
export const claim = ours`claim`;
export const claims = ours`claims`;
export const claimsRemoved = (dropped: number, of: Ours): Ours =>
  ours`${dropped}${of} claims could not be tied to the record and were removed.`;
export const right = (right: number): Ours => ours`right: ${right}`;
export const wrong = (amount: number): Ours => ours`wrong: ${amount}`;
export const peopleSay = (said: Ours): Ours => ours`People say ${said}`;
/** Of others too: shown as text of theirs. */
export const actorNamed = (name: string, confidence: string): string => `${name} (confidence ${confidence})`;
