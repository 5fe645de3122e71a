/** What became of a proposed tuning: said by the gate, on a person's word. Nothing here changes a rule anywhere. */
import { z } from "zod";
import { TuningId } from "./calendar-events.ts";
import { event } from "./define-event.ts";
import { Reason } from "./decision.ts";
import { DirectoryRecord } from "./gate-events.ts";
import { Principal } from "./vocabulary.ts";

export const tuningEvents = {
  "tuning.decided": event({
    saidBy: ["gate"],
    data: z.strictObject({
      tuningId: TuningId,
      outcome: z.enum(["accepted", "declined"]),
      rule: z.string().min(1).max(512),
      /** The `tuning.reported` that proposed it last. */
      reportId: z.string().min(1).max(64),
      by: Principal,
      directory: DirectoryRecord.optional(),
      reason: Reason.optional(),
    }),
  }),
};
