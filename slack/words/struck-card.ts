/** A card without a record: its words. */
import { ours, fallback } from "../text.ts";

export const noRecordStandsBehindIt = ours`\nNo record stands behind this card. It decides nothing; tell the SOC about it.`;
export const noRecordSpoken = fallback`No record stands behind this card`;
export const struckThrough = ours`Struck through: `;
