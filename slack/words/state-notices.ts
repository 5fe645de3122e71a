/** What became of a proposal: its words. */
import { ours, type Ours } from "../text.ts";

export const expired = ours`Expired: nobody answered. It was not denied, and nothing was done.`;
export const superseded = ours`Superseded: the case has changed, so this is not asked any more.`;
export const code = (code: Ours): Ours => ours`code ${code}`;
export const lapsed = ours`Lapsed: nobody marked it done in time. Do not carry it out any more.`;
export const overdue = ours`Overdue: authorised, and nobody has marked it done.`;
export const revoked = ours`Revoked: the authorisation no longer holds. Do not carry it out.`;
export const rolledBackItWasDoneAnd = ours`Rolled back: it was done, and has been undone.`;
export const by = ours`by `;
