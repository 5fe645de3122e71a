/**
 * "Why did it contain that host?", from the record: the case's timeline, and the sentences that answer a question,
 * each with the events it rests on. A narrator may word them; what it says that the events do not is withheld.
 */
import { z } from "zod";
import type { Bus } from "../bus/bus.ts";
import { silent, type Diagnostics } from "../diagnostics.ts";
import { HatrackError, reasonOf } from "../errors.ts";
import type { AnyEvent } from "../events/envelope.ts";
import type { Fact } from "./explain-fact.ts";
import { factsOf } from "./explain-facts.ts";
import { answering } from "./explain-question.ts";
import { whyWithheld, type Sentence } from "./explain-check.ts";

export interface Explanation {
  readonly caseId: string;
  /** One that cites nothing says that the record does not say. */
  readonly sentences: readonly Sentence[];
  /** Sentences of the narrator that did not hold. */
  readonly withheld: number;
  readonly timeline: readonly (Sentence & { readonly time: string })[];
}

/** What a narrator is given to word: the question and the facts that answer it. */
export interface Narration {
  readonly caseId: string;
  readonly question: string;
  readonly facts: readonly Sentence[];
}

/** Hands back `{ sentences: [{ text, cites }] }`; whatever it hands back is checked. */
export type Narrator = (narration: Narration) => Promise<unknown>;

export interface Explaining {
  readonly question?: string | undefined;
  readonly narrator?: Narrator | undefined;
  /** Told when the narrator fails: the plain record is the answer then. */
  readonly diagnostics?: Pick<Diagnostics, "warn">;
}

export const unsaid: Sentence = { text: "The record does not say.", cites: [] };
const mostSentences = 12;

/**
 * Explains one case.
 * @throws HatrackError `case_not_found` for a case the log does not know
 */
export async function explain(
  bus: Pick<Bus, "read">,
  caseId: string,
  { question, narrator, diagnostics = silent }: Explaining = {},
): Promise<Explanation> {
  const events: AnyEvent[] = [];
  for await (const { event } of bus.read({ subject: caseId })) events.push(event);
  const plain = explainEvents(caseId, events, question);
  if (narrator === undefined || plain.sentences.includes(unsaid)) return plain;
  const asked = question ?? "What happened in this case?";
  try {
    const worded = Worded.parse(await narrator({ caseId, question: asked, facts: plain.sentences }));
    return held(plain, worded.sentences, events);
  } catch (error) {
    // A narrator that is down or answers nonsense costs its words, not the answer.
    diagnostics.warn({ caseId, error: reasonOf(error) }, "explain: the narrator's answer was not used");
    return plain;
  }
}

/** The plain record. Pure. */
export function explainEvents(caseId: string, events: readonly AnyEvent[], question?: string): Explanation {
  const facts = factsOf(events);
  if (facts.length === 0) {
    throw new HatrackError("case_not_found", `explain: the log knows no case ${caseId}`);
  }
  const main = facts.filter(({ detail }) => detail === undefined);
  const asked = question?.trim() ?? "";
  const chosen = asked === "" ? summary(main) : answering(asked, facts).slice(0, mostSentences);
  return {
    caseId,
    sentences: chosen.length === 0 ? [unsaid] : chosen.map(sentenceOf),
    withheld: 0,
    timeline: main.map((fact) => ({ time: fact.time, ...sentenceOf(fact) })),
  };
}

const sentenceOf = ({ text, cites }: Fact): Sentence => ({ text, cites });

/** What a case comes to: what was reported and found, what people decided, how it ended. */
const inSummary =
  /^(?:alert\.received|alert\.triaged|case\.(?:investigated|labelled|closed|reopened)|response\.planned|intel\.reported|action\.(?!proposed)|role\.failed)/;

function summary(main: readonly Fact[]): Fact[] {
  const chosen = main.filter(({ type }) => inSummary.test(type));
  return (chosen.length > 0 ? chosen : main).slice(-mostSentences);
}

const Worded = z.object({
  sentences: z
    .array(z.object({ text: z.string().min(1).max(1000), cites: z.array(z.string().max(64)).max(20) }))
    .max(40),
});

/** Keeps what holds; with nothing left the plain record is the answer. */
function held(plain: Explanation, worded: Sentence[], events: readonly AnyEvent[]): Explanation {
  const said = new Map(events.map((event) => [event.id, JSON.stringify(event)]));
  const standing = worded.filter((sentence) => whyWithheld(sentence, said) === undefined);
  const withheld = worded.length - standing.length;
  return { ...plain, sentences: standing.length === 0 ? plain.sentences : standing, withheld };
}
