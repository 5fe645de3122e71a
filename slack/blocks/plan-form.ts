/** One form for the proposals of a plan: each whole, with its own code and its own box. */
import type { KnownBlock, ModalView } from "@slack/types";
import { z } from "zod";
import { CaseId } from "../../src/events/vocabulary.ts";
import type { CaseThread, Request } from "../case-thread.ts";
import { fields, forms } from "../ids.ts";
import { richText, section, text } from "../rich.ts";
import { caseRef, configured, plain, type Ours } from "../text.ts";
import { footer } from "../words/shared.ts";
import { actionBlocks } from "./action-blocks.ts";
import { bounds } from "./bounds.ts";
import { area, form, tick } from "./form.ts";
import * as say from "../words/plan-form.ts";

/** The cards a plan's form was opened for: private_metadata holds 3,000 characters. */
export const PlanOrigin = z.strictObject({
  caseId: CaseId,
  channel: z.string().min(1).max(64),
  /** Proposal, the message of its card and the name of its reference, in the order of the form. */
  cards: z
    .array(z.tuple([z.string().min(1).max(64), z.string().min(1).max(64), z.string().min(1).max(32)]))
    .max(mostTogether()),
});
export type PlanOrigin = z.infer<typeof PlanOrigin>;

/** More would not fit a form; the rest is authorised card by card. */
export function mostTogether(): number {
  return 12;
}

export const boxOf = (at: number): string => `take.${at}`;

export function planForm(requests: readonly Request[], thread: CaseThread, origin: PlanOrigin): ModalView {
  const words = { callbackId: forms.authoriseAll, title: say.authoriseSeveral, submit: say.authoriseTicked };
  const head = section(text(caseRef(origin.caseId)), text(say.eachOfTheseIsADecision));
  return form(words, PlanOrigin.parse(origin), [
    richText(head),
    ...requests.flatMap((request, at) => entry(request, thread, at)),
    area({ field: fields.note, label: say.noteForTheRecord, required: false }),
    { type: "context", elements: [plain(footer)] },
  ]);
}

function entry(request: Request, thread: CaseThread, at: number): KnownBlock[] {
  const says: Ours = say.authoriseItCode(configured(request.handoff.code));
  return [
    { type: "divider" },
    ...actionBlocks(request),
    richText(section(...bounds(request, thread))),
    tick({ field: boxOf(at), label: say.untickToLeaveItOut, required: false, says }),
  ];
}
