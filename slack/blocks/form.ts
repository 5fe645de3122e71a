/** What every form is made of: its frame, its inputs, and what it remembers of where it was opened. */
import type { InputBlock, KnownBlock, ModalView, PlainTextOption } from "@slack/types";
import { z } from "zod";
import { CaseId } from "../../src/events/vocabulary.ts";
import { limits, viewWithinLimits } from "../limits.ts";
import { configured, plain, type Ours, type Shown } from "../text.ts";
import * as say from "../words/form.ts";

/** Which card a form was opened from. */
export const FormOrigin = z.strictObject({
  caseId: CaseId,
  proposalId: z.string().min(1).max(64),
  channel: z.string().min(1).max(64),
  ts: z.string().min(1).max(64),
  /** The name of the reference that was pressed. */
  ref: z.string().min(1).max(32),
});
export type FormOrigin = z.infer<typeof FormOrigin>;

export interface FormWords {
  readonly callbackId: string;
  readonly title: Ours;
  readonly submit: Ours;
}

/** `origin` comes back with the form: who submits it may have changed it, so it is only where to look. */
export function form(words: FormWords, origin: unknown, blocks: KnownBlock[]): ModalView {
  return viewWithinLimits({
    type: "modal",
    callback_id: words.callbackId,
    title: plain(words.title),
    submit: plain(words.submit),
    close: plain(say.cancel),
    private_metadata: JSON.stringify(origin),
    blocks,
  });
}

/** Only to be read. */
export function page(title: Ours, blocks: KnownBlock[]): ModalView {
  return viewWithinLimits({ type: "modal", title: plain(title), close: plain(say.close), blocks });
}

interface InputWords {
  readonly field: string;
  readonly label: Shown;
  readonly required: boolean;
  readonly hint?: Ours;
  /** What stands in it at first; not made inert, for it comes back as it is. */
  readonly initial?: string;
}

export function area({ field, label, required, hint, initial = "" }: InputWords): InputBlock {
  return {
    ...framed({ field, label, required, ...(hint === undefined ? {} : { hint }) }),
    element: {
      ...{ type: "plain_text_input", action_id: field, multiline: true, max_length: 2000 },
      ...(initial === "" ? {} : { initial_value: initial.slice(0, 2000) }),
    },
  };
}

export function line(words: InputWords & { readonly longest: number }): InputBlock {
  const { initial = "", longest, field } = words;
  return {
    ...framed(words),
    element: {
      ...{ type: "plain_text_input", action_id: field, max_length: Math.min(longest, limits.inputLength) },
      multiline: initial.includes("\n"),
      ...(initial === "" ? {} : { initial_value: initial.slice(0, limits.inputLength) }),
    },
  };
}

interface Choice {
  readonly value: string;
  readonly label: Ours;
}

export function choice(words: InputWords & { readonly options: readonly Choice[] }): InputBlock {
  const options = words.options.map(option);
  const chosen = options.find(({ value }) => value === words.initial);
  return {
    ...framed(words),
    element: {
      ...{ type: "static_select", action_id: words.field, options },
      placeholder: plain(say.chooseOne),
      ...(chosen === undefined ? {} : { initial_option: chosen }),
    },
  };
}

export function personPicker(words: InputWords): InputBlock {
  const { field, initial } = words;
  return {
    ...framed(words),
    element: {
      ...{ type: "users_select", action_id: field, placeholder: plain(say.chooseAPerson) },
      ...(initial === undefined ? {} : { initial_user: initial }),
    },
  };
}

/** One box, ticked at first. */
export function tick(words: InputWords & { readonly says: Ours }): InputBlock {
  const yes = option({ value: "yes", label: words.says });
  return {
    ...framed(words),
    element: { type: "checkboxes", action_id: words.field, options: [yes], initial_options: [yes] },
  };
}

function option({ value, label }: Choice): PlainTextOption {
  return { text: plain(configured(label.slice(0, limits.optionText))), value };
}

function framed({ field, label, required, hint }: InputWords): Omit<InputBlock, "element"> {
  return {
    ...{ type: "input", block_id: field, label: plain(label), optional: !required },
    ...(hint === undefined ? {} : { hint: plain(hint) }),
  };
}
