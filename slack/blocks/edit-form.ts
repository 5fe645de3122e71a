/** Edit and authorise: a form made from the action's own schema. What it yields is a new request with a new digest. */
import type { ModalView } from "@slack/types";
import { z } from "zod";
import type { Ask } from "../../src/events/gate-events.ts";
import { ActionTarget } from "../../src/events/vocabulary.ts";
import { refang } from "../../src/indicators/defang.ts";
import { fields, forms } from "../ids.ts";
import { richText, section, text } from "../rich.ts";
import { untrusted } from "../text.ts";
import { area, line } from "./form.ts";
import { onCard, type FormContext } from "./modals.ts";
import * as say from "../words/edit-form.ts";

/** What a target and a parameter may be long, from the schema the gate parses them by. */
const Lengths = z.object({ properties: z.object({ value: z.object({ maxLength: z.number() }) }) });
const longestTarget = Lengths.parse(z.toJSONSchema(ActionTarget)).properties.value.maxLength;
const longestParameter = 512;

/** One input per parameter, by its place: a parameter's name is untrusted and no id. */
const parameterField = (at: number): string => `parameter.${at}`;

export function editForm(context: FormContext): ModalView {
  const { ask } = context.request.handoff;
  const parameters = parametersOf(ask).map(([name, value], at) =>
    line({
      ...{ field: parameterField(at), label: untrusted(name, { max: 64 }), required: false },
      ...{ initial: value, longest: longestParameter },
    }),
  );
  const what = say.whatAnEditDoes;
  return onCard({ callbackId: forms.edit, title: say.edit, submit: say.askAnew }, context, [
    line({
      ...{ field: fields.target, label: say.target, required: true },
      ...{ initial: ask.target.value, longest: longestTarget },
    }),
    ...parameters,
    area({ field: fields.reason, label: say.whyDoYouChangeIt, required: true }),
    richText(section(text(what))),
  ]);
}

/** The edited target and parameters; a parameter that was emptied is gone. */
export function editedBy(ask: Ask, field: (name: string) => string): Pick<Ask, "target" | "parameters"> {
  const typed = field(fields.target);
  const value = ask.target.type === "indicator" ? refang(typed) : typed;
  const parameters = parametersOf(ask).map(
    ([name, before], at) => [name, same(field(parameterField(at)), before)] as const,
  );
  return {
    target: { ...ask.target, value: same(value, ask.target.value) },
    parameters: Object.fromEntries(parameters.filter(([, now]) => now !== "")),
  };
}

/** A field gives back what is typed without the white space around it: that alone is no change. */
function same(now: string, before: string): string {
  return now === before.trim() ? before : now;
}

function parametersOf({ parameters }: Ask): [string, string][] {
  return Object.entries(parameters).sort(([a], [b]) => (a < b ? -1 : 1));
}
