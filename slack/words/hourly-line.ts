/** What needed no thread: its words. */
import { ours, type Ours } from "../text.ts";

export const neededNoThread = (alerts: Ours): Ours => ours`${alerts} needed no thread`;
export const groupedWithEarlierOnes = (grouped: number): Ours => ours`${grouped} grouped with earlier ones`;
export const muted = (suppressed: number): Ours => ours`${suppressed} muted`;
export const by = (cases: number): Ours => ours`${cases} by `;
export const allOfItBy = ours`all of it by `;
export const socCase = (caseId: Ours): Ours => ours`/soc case ${caseId}`;
