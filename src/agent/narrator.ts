/**
 * A chat model that words an explanation. What it says is checked against the record by who asked for it
 * (src/memory/explain-check.ts): the prompt asks for citations, code holds it to them.
 */
import { HumanMessage, SystemMessage } from "@langchain/core/messages";
import { HatrackError } from "../errors.ts";
import type { Narrator } from "../memory/explain.ts";
import { fence } from "./fence.ts";
import { dataRule } from "./prompt.ts";
import { leakOf } from "./prompt-leak.ts";
import { shippedRedactor, type Redactor } from "./redact.ts";
import type { RoleModel } from "./role.ts";
import { untilAborted } from "./until-aborted.ts";

const prompt = `You answer a question about one security case from its record, for an analyst.

# Rules of this house
- ${dataRule}
- Answer in one to six short sentences. Use only the facts you are given; add nothing, guess nothing.
- Each sentence cites the ids of the facts it rests on. Numbers, names and quotes are copied from them exactly.
- Code checks each sentence; one with a number, a name or a quote that its facts do not hold is not shown.
- If the facts do not answer the question, answer with an empty list.
- Answer with JSON alone: {"sentences": [{"text": "…", "cites": ["id", …]}]}`;

const leaks = leakOf(prompt);

/** How long it may take; the plain record is there at once. Milliseconds. */
const patienceMs = 60_000;

/** @param redactor the facts hold no secrets any more; a question is what a person just typed */
export function narratorOf(
  model: Pick<RoleModel, "chat">,
  marker: () => string,
  redactor: Redactor = shippedRedactor,
): Narrator {
  return async (narration) => {
    const clean = JSON.stringify(redactor.value(narration));
    const facts = fence(marker(), { label: "question and facts", text: clean });
    const messages = [new SystemMessage(prompt), new HumanMessage(facts)];
    const signal = AbortSignal.timeout(patienceMs);
    const said = await untilAborted(model.chat.invoke(messages, { signal }), signal);
    const answer = jsonIn(said.text);
    if (!leaks(answer, narration)) return answer;
    throw new HatrackError("narrator_invalid", "narrator: it repeats its instructions word for word");
  };
}

/** The outermost object of the reply: models like to put a word before it. */
function jsonIn(text: string): unknown {
  const from = text.indexOf("{");
  const to = text.lastIndexOf("}");
  if (from < 0 || to < from) {
    throw new HatrackError("narrator_invalid", `narrator: expected JSON, got "${text.slice(0, 200)}"`);
  }
  return JSON.parse(text.slice(from, to + 1));
}
