/**
 * A person at the gate asks something before they decide, and the role that proposed it looks it up: the same loop with
 * the role's own read-only tools, and an answer of which each sentence is evidence, so that code holds it to the record.
 * It always says something: the card shows that somebody is at work until it does.
 */
import { z } from "zod";
import { says, type Delivery, type Draft, type Handled } from "../bus/bus.ts";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type KnownEvent } from "../events/envelope.ts";
import { Evidence } from "../events/vocabulary.ts";
import { answerSchemaOf, issuesOf } from "./answer-schema.ts";
import type { Hat, Parsed } from "./hat.ts";
import { promptVersion } from "./prompt.ts";
import { handlerOf, type RunnerDeps } from "./runner.ts";

const Answer = z.strictObject({ evidence: z.array(Evidence).max(6) });
type Asked = KnownEvent<"info.requested">;
type Failed = EventData<"role.failed">;

const promptOf = (
  title: string,
): string => `You are the ${title} of a security operations centre. You proposed a response step \
in this case. The person who decides about it wants to know something first: it stands in \`question\`, with the step it is \
about. Look up what the case file does not hold, then answer.

Hand in \`evidence\`: one to six entries that together answer the question, the most direct first. Each \`claim\` is one short \
sentence to that person, in words of your own around what its \`quote\` says. Answer what is asked and nothing else; do not \
argue for your proposal. If neither the case file nor a look-up settles it, hand in an empty list: a person will answer.`;

/** The hat as it answers: its name and its tools, a smaller budget, and a prompt of its own. */
export function answeringHat({ name, title, tools, budget }: Hat): Hat {
  return {
    ...{ name, title, tools, recall: false, rules: undefined },
    on: ["info.requested"],
    wants: (event) => isAskedOf(name, event),
    budget: { toolCalls: Math.min(budget.toolCalls, 10), seconds: Math.min(budget.seconds, 180) },
    prompt: promptOf(title),
    says: ["info.found"],
    answerSchema: answerSchemaOf(Answer),
    parse: (answer) => parse(answer, { name, title }),
    // Nothing found is an answer here: then the record speaks, or a person.
    isEmpty: () => false,
  };
}

function parse(raw: unknown, hat: Pick<Hat, "name" | "title">): Parsed {
  const answer = Answer.safeParse(raw);
  if (!answer.success) return { ok: false, error: issuesOf(answer.error) };
  const { evidence } = answer.data;
  const emit = ({ event }: { event: KnownEvent }): Draft[] =>
    isEvent(event, "info.requested") ? [found(event, hat, { evidence })] : [];
  return { ok: true, emit };
}

function found(
  { id: requestId, data: { proposalId } }: Asked,
  { name: role, title }: Pick<Hat, "name" | "title">,
  said: Pick<EventData<"info.found">, "evidence" | "why">,
): Draft {
  return { type: "info.found", data: { proposalId, requestId, role, title, ...said } };
}

/** This role is asked. */
export function isAskedOf(role: string, event: KnownEvent): event is Asked {
  return isEvent(event, "info.requested") && event.data.asks === role;
}

/** The handler of questions that people ask of what a hat proposed. */
export function answererOf(
  hat: Hat,
  deps: RunnerDeps,
): (delivery: Delivery, asked: Asked) => Promise<Handled> {
  // What is missing of its tools was said as the hat itself was made.
  const tools = hat.tools.filter((name) => deps.tools.some((tool) => tool.name === name));
  const answering = answeringHat({ ...hat, tools });
  const handle = handlerOf(answering, deps);
  return async (delivery, asked) => {
    const handled = await handle(delivery);
    const nothing = (why: string): Draft => found(asked, hat, { evidence: [], why: why.slice(0, 2000) });
    if ("skip" in handled) return says(nothing("the case is closed"));
    // A person waits: what the record holds is told at once. The role's other work waits for a model, as ever.
    if ("stop" in handled) return says(nothing("no model could answer now"));
    const failed = handled.events.find((draft) => draft.type === "role.failed");
    if (failed === undefined) return handled;
    const { reason } = failed.data;
    return says(
      nothing(`no valid answer (${reason.replaceAll("_", " ")})`),
      ran(answering, failed.data, delivery),
    );
  };
}

/** It cost what it cost. The case has no failure on its record: nobody's finding depends on a question. */
function ran(hat: Hat, failed: Failed, { partition, position }: Delivery): Draft {
  const { role, model, leg = "none", steps, modelCalls = 0, milliseconds = 0, servers } = failed;
  const { tokens = { input: 0, output: 0 } } = failed;
  return {
    type: "role.worked",
    data: {
      ...{ role, model, leg, steps, modelCalls, tokens, milliseconds, evidenceDropped: 0, recallArm: "off" },
      promptVersion: promptVersion(hat, "submit"),
      positions: { [String(partition)]: position },
      ...(servers === undefined ? {} : { servers }),
    },
  };
}
