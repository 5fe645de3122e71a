/** Forms on a case, a rule or a role: its words. */
import { ours, type Ours } from "../text.ts";

export const howALabelCounts = ours`A label counts before every role's verdict, and roles are measured by it.`;
export const whatIsRight = ours`What is right?`;
export const label = ours`Label`;
export const verdict = ours`Verdict`;
export const howDoYouKnow = ours`How do you know?`;
export const closeTheCase = ours`Close the case`;
export const closeIt = ours`Close it`;
export const stillWaiting = (requests: number): Ours =>
  requests === 1
    ? ours`One request of this case still waits for people. Closing the case does not answer it.`
    : ours`${requests} requests of this case still wait for people. Closing the case does not answer them.`;
export const whyCanItBeClosed = ours`Why can it be closed?`;
export const assignTheCase = ours`Assign the case`;
export const assign = ours`Assign`;
export const toWhom = ours`To whom`;
export const itsIdAsOnItsCard = ours`Its id, as on its card: CASE-7K3F9QWM2T`;
export const inNoCasesThread = ours`This message stands in no case's thread: name both cases.`;
export const oneCase = ours`Case`;
export const thisMessageIsOf = ours`This message is of `;
export const sameCase = ours`That is the same case.`;
export const attachToCase = ours`Attach to case`;
export const link = ours`Link`;
export const linkItTo = ours`Link it to`;
export const whyDoTheyBelongTogether = ours`Why do they belong together?`;
export const fourHours = ours`4 hours`;
export const aDay = ours`A day`;
export const aWeek = ours`A week`;
export const thirtyDays = ours`30 days`;
export const muteARule = ours`Mute a rule`;
export const mute = ours`Mute`;
export const rule = ours`Rule`;
export const onlyOnThisHost = ours`Only on this host`;
export const whichAlerts = ours`Which alerts`;
export const allButCriticalOnes = ours`All but critical ones`;
export const criticalOnesToo = ours`Critical ones too`;
export const forHowLong = ours`For how long`;
export const whyIsItNoise = ours`Why is it noise?`;
export const pauseARole = ours`Pause a role`;
export const pause = ours`Pause`;
export const takesNothingNew = ours` takes nothing new until somebody resumes it.`;
export const why = ours`Why?`;
export const noAlert = ours`(no alert)`;
export const noVerdictYet = ours`no verdict yet`;
export const now = ours`now: `;
