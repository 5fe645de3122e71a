/**
 * Which facts of a case answer a question in free words. A question is read by what it asks for (its topic), by what
 * it is about (a role, a kind of action, a name or number), and by whatever else it says: a word that no topic knows
 * must occur in what is answered, so that a question the record cannot answer gets no answer.
 */
import type { Fact } from "./explain-fact.ts";
import { rolesNamed, topics, verbsNamed, type Topic } from "./explain-topics.ts";

/** The facts that speak to it, in log order; none: the record does not say. */
export function answering(question: string, facts: readonly Fact[]): Fact[] {
  const asked = question.toLowerCase().slice(0, 1000);
  const topic = topics.find(({ asks }) => asks.test(asked));
  if (topic === undefined) return onlyWords(asked, facts);
  const chosen = topic.pick(aboutWhat(asked, facts, topic));
  const left = leftOver(asked, topic);
  return chosen.length > 0 && left.every((word) => saysWord(chosen, word)) ? narrowed(chosen, left) : [];
}

/** Facts of the roles and the kinds of action the question names; all, where it names none. */
function aboutWhat(asked: string, facts: readonly Fact[], { byRole }: Topic): Fact[] {
  const roles = byRole === true ? rolesNamed(asked) : [];
  const verbs = verbsNamed(asked);
  return facts.filter(
    ({ role, verb }) =>
      (roles.length === 0 || (role !== undefined && roles.includes(role))) &&
      (verbs.length === 0 || (verb !== undefined && verbs.includes(verb))),
  );
}

/** Of several facts those that name what the question names. */
function narrowed(chosen: readonly Fact[], left: readonly string[]): Fact[] {
  const named = left.filter((word) => /[\d.]/.test(word));
  const exact = chosen.filter((fact) => named.every((word) => holds(fact, word)));
  return exact.length > 0 ? exact : [...chosen];
}

/**
 * A question of no topic is a search in what was reported and found: one fact must hold every word that says
 * something; one short word says too little.
 */
function onlyWords(asked: string, facts: readonly Fact[]): Fact[] {
  const left = leftOver(asked, undefined);
  if (left.join("").length < 6) return [];
  const found = facts.filter(({ type }) => !/^(?:handoff|decision|approval|info)\./.test(type));
  return found.filter((fact) => left.every((word) => holds(fact, word)));
}

/** Words that neither the topic nor ordinary speech accounts for. */
function leftOver(asked: string, topic: Topic | undefined): string[] {
  const rest = asked
    .replace(new RegExp(topic?.asks ?? /(?!)/, "g"), " ")
    .replace(topic?.words ?? /(?!)/g, " ")
    .replace(speech, " ");
  const tokens = rest.match(/[\p{L}\p{N}][\p{L}\p{N}._@:\\/-]*/gu) ?? [];
  return tokens.map((token) => token.replace(/[.:]+$/, "")).filter((token) => token.length > 1);
}

/** What says nothing by itself, and what names roles and actions, which `aboutWhat` has heeded. */
const speech = new RegExp(
  String.raw`(?<![\w.-])(?:a|an|and|any|anybody|anyone|anything|are|as|at|be|been|but|by|can|case|did|do|does|for|from|had|has|have|he|` +
    String.raw`her|him|his|how|i|if|in|incident|is|it|its|many|may|me|much|of|on|or|our|out|please|she|so|some|somebody|something|` +
    String.raw`someone|tell|that|the|their|them|then|there|these|they|this|those|to|was|we|were|what|when|where|which|` +
    String.raw`who|whom|whose|why|will|with|would|you|s|` +
    String.raw`sentinel|tier|tier2|tier-2|2|ir|lead|ir-lead|threat|intel|hunter|analyst|role|` +
    String.raw`isolat\w*|contain\w*|block\w*|reset\w*|password\w*|credentials?|disabl\w*|revok\w*|sessions?|quarantin\w*|` +
    String.raw`kill\w*|forensics?|host|machine|account|user|address|ip|action|request|proposal|response)(?![\w-])(?:['’]s)?`,
  "g",
);

function saysWord(facts: readonly Fact[], word: string): boolean {
  return facts.some((fact) => holds(fact, word));
}

/** A name or a number as it stands; of a word its beginning, so that "beacons" is found in "beacon". */
function holds({ text }: Fact, word: string): boolean {
  const said = text.toLowerCase();
  if (/[\d.]/.test(word)) return said.includes(word);
  const stem = word.length > 5 ? word.slice(0, Math.max(5, word.length - 3)) : word;
  return new RegExp(String.raw`(?<![\p{L}\p{N}])${stem.replace(/[^\p{L}\p{N}]/gu, "\\$&")}`, "u").test(said);
}
