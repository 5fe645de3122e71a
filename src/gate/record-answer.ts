/**
 * What the record already holds on a person's question, put together without a model: the statements of the case
 * that share the question's words, each with who said it and where it stands. It is marked as from the record.
 */
import { isEvent, type AnyEvent } from "../events/envelope.ts";
import type { Evidence } from "../events/vocabulary.ts";
import type { RecordAnswer } from "./commands.ts";

interface Statement {
  readonly who: string;
  readonly text: string;
  /** Path into the case file. */
  readonly cites: string;
  readonly eventId: string;
}

const mostStatements = 5;

/** @param events the case in log order */
export function answerFromRecord(question: string, events: readonly AnyEvent[]): RecordAnswer {
  const asked = wordsOf(question);
  const statements = events.flatMap(statementsOf);
  const scored = statements
    .map((statement, at) => ({
      statement,
      at,
      score: overlap(asked, wordsOf(statement.text, statement.cites)),
    }))
    .filter(({ score }) => score > 0)
    .sort((a, b) => b.score - a.score || b.at - a.at);
  const chosen = distinct(scored.map(({ statement }) => statement)).slice(0, mostStatements);
  if (chosen.length === 0) return silence(statements);
  const lines = chosen.map(({ who, text }) => `${who}: ${cut(text, 600)}`);
  return {
    text: cut(`From the record:\n${lines.join("\n")}`, 4000),
    evidence: chosen.map(({ who, text, cites }): Evidence => {
      return { claim: `${who} on the record`, cites, quote: cut(text, 600) };
    }),
    eventIds: [...new Set(chosen.map(({ eventId }) => eventId))],
  };
}

function silence(statements: readonly Statement[]): RecordAnswer {
  const speakers = [...new Set(statements.map(({ who }) => who))].join(", ");
  const held =
    speakers === "" ? "It holds nothing of this case yet." : `It holds what was said by: ${speakers}.`;
  return { text: `The record does not speak to that. ${held}`, evidence: [], eventIds: [] };
}

function distinct(statements: readonly Statement[]): Statement[] {
  const texts = new Set<string>();
  return statements.filter(({ text }) => {
    const known = texts.has(text);
    texts.add(text);
    return !known;
  });
}

function statementsOf(event: AnyEvent): Statement[] {
  const of = (who: string, part: string, said: Readonly<Record<string, string | undefined>>): Statement[] =>
    Object.entries(said).flatMap(([name, text]) =>
      text === undefined || text === "" ? [] : [{ who, text, cites: `${part}.${name}`, eventId: event.id }],
    );
  if (isEvent(event, "alert.received")) return of("The alert", "alert", alertWords(event.data));
  if (isEvent(event, "alert.triaged")) {
    const { summary, riskFactors, mitigatingFactors, evidence } = event.data;
    const factors = {
      ...numbered("riskFactors", riskFactors),
      ...numbered("mitigatingFactors", mitigatingFactors),
    };
    return of("Sentinel", "triage", { summary, ...factors, ...claims(evidence) });
  }
  if (isEvent(event, "case.investigated")) {
    const { summary, nextSteps, evidence } = event.data;
    return of("Tier 2 Analyst", "investigation", {
      ...{ summary, ...numbered("nextSteps", nextSteps), ...claims(evidence) },
    });
  }
  if (isEvent(event, "response.planned")) {
    const { summary, containment, eradication, recovery, evidence } = event.data;
    const steps = numbered("steps", [...containment, ...eradication, ...recovery]);
    return of("IR Lead", "plan", { summary, ...steps, ...claims(evidence) });
  }
  if (isEvent(event, "action.proposed")) {
    const { rationale, against, evidence } = event.data;
    return of("IR Lead", "proposal", { rationale, against, ...claims(evidence) });
  }
  return isEvent(event, "intel.reported") ? of("Threat Intel", "intel", intelWords(event.data)) : [];
}

type Alert = Extract<AnyEvent, { type: "alert.received"; data: { sourceId: string } }>["data"];
type Intel = Extract<AnyEvent, { type: "intel.reported"; data: { summary: string } }>["data"];

function alertWords(alert: Alert): Record<string, string | undefined> {
  const { title, description, rule, severity, host, user, process, tactic, disposition, time } = alert;
  const label = (name: string, value: string | undefined): string | undefined => value && `${name} ${value}`;
  return {
    ...{ title, description, rule: label("rule", rule.name), severity: label("severity", severity) },
    host: label(
      "host",
      host && [host.name, host.ip, host.os].filter((each) => each !== undefined).join(", "),
    ),
    user: label("user", user?.name),
    process: label("command line", process?.commandLine),
    parent: label("parent process", process?.parent),
    ...{ tactic: label("tactic", tactic), disposition: label("disposition", disposition) },
    time: label("time", time),
  };
}

function intelWords({ summary, actor, indicators, evidence }: Intel): Record<string, string | undefined> {
  const seen = indicators.map(({ type, value, reputation }) => `${type} ${value}: ${reputation}`);
  const named = actor === undefined ? {} : { actor: `actor ${actor.name}, confidence ${actor.confidence}` };
  return { summary, ...named, ...numbered("indicators", seen), ...claims(evidence) };
}

function numbered(name: string, texts: readonly string[]): Record<string, string> {
  return Object.fromEntries(texts.map((text, at) => [`${name}.${at}`, text]));
}

function claims(evidence: readonly Evidence[]): Record<string, string> {
  return Object.fromEntries(
    evidence.map(({ claim, quote }, at) => [`evidence.${at}`, `${claim} ("${quote}")`]),
  );
}

/** Questions ask who, where and when; the record says user, host and time. */
const alike: Readonly<Record<string, readonly string[]>> = {
  who: ["user", "account", "actor"],
  where: ["host", "device"],
  machine: ["host"],
  when: ["time"],
  person: ["user"],
  command: ["process", "command"],
  blocked: ["disposition"],
  attacker: ["actor"],
};

const said = new Set(
  "the and for are was were has have had did does that this with from what which how why its not but can could will would any been there they their them then than about into our your you is it of on in to a an".split(
    " ",
  ),
);

function wordsOf(...texts: readonly string[]): ReadonlySet<string> {
  const words = texts
    .join(" ")
    .replace(/([a-z])([A-Z])/g, "$1 $2")
    .toLowerCase()
    .split(/[^a-z0-9]+/);
  const meant = words.filter((word) => word.length > 1 && !said.has(word));
  return new Set(meant.flatMap((word) => [stem(word), ...(alike[word] ?? []).map(stem)]));
}

function stem(word: string): string {
  return word.length > 4 ? word.replace(/(ing|ed|es|s)$/, "") : word;
}

function overlap(asked: ReadonlySet<string>, words: ReadonlySet<string>): number {
  return [...asked].filter((word) => words.has(word)).length;
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
