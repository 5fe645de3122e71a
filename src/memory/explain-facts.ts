/**
 * What the events of a case say, as plain sentences that each name the events they rest on. Deterministic: the same
 * log gives the same sentences, and they are what an explanation falls back on.
 */
import { z } from "zod";
import type { EventData } from "../events/catalogue.ts";
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { Evidence } from "../events/vocabulary.ts";
import { roleOf, titleOf, words, type Fact, type Proposed } from "./explain-fact.ts";
import { peopleFact } from "./explain-people.ts";

/** In log order; foreign events and the machinery's own say nothing. */
export function factsOf(events: Iterable<AnyEvent>): Fact[] {
  const proposals = new Map<string, Proposed>();
  const facts: Fact[] = [];
  for (const event of events) {
    if (isEvent(event, "action.proposed")) proposals.set(event.id, proposed(event.data, event.id));
    if (isEvent(event, "handoff.requested")) {
      proposals.set(event.data.proposalId, proposed(event.data.ask, event.id));
    }
    if ("foreign" in event) continue;
    facts.push(...(findingFacts(event) ?? peopleFact(event, proposals)));
  }
  return facts;
}

function proposed(
  ask: { readonly verb: string; readonly target: { readonly value: string } },
  eventId: string,
): Proposed {
  const { verb, target } = ask;
  return { verb, what: `${verb.replaceAll("_", " ")} ${target.value}`, eventId };
}

type Said = Omit<Fact, "cites" | "time" | "type">;

/** A fact of this event, which is what it rests on. */
function factsOfEvent(event: KnownEvent, said: readonly (Said | undefined)[]): Fact[] {
  return said.flatMap((one) =>
    one === undefined
      ? []
      : { type: event.type, time: event.time, cites: [event.id], role: roleOf(event), ...one },
  );
}

/** Undefined for what people and the gate say. */
function findingFacts(event: KnownEvent): Fact[] | undefined {
  if (isEvent(event, "alert.received")) return alertFacts(event);
  if (isEvent(event, "alert.triaged", "case.investigated")) return judgementFacts(event);
  if (isEvent(event, "response.planned")) return planFacts(event);
  if (isEvent(event, "intel.reported")) return intelFacts(event);
  return runFacts(event);
}

function alertFacts(event: KnownEvent<"alert.received">): Fact[] {
  const { title, rule, severity, host, user, process, indicators, techniques, disposition, source } =
    event.data;
  const where = host === undefined ? "" : ` on host ${host.name}`;
  const who = user === undefined ? "" : `, user ${user.name}`;
  const came = disposition === undefined ? "" : ` What the control did: ${disposition}.`;
  const command = process?.commandLine;
  return factsOfEvent(event, [
    {
      role: source,
      text: `${source} reported "${title}"${where}${who}: rule ${rule.name}, severity ${severity}.${came}`,
    },
    command === undefined ? undefined : { detail: "command", text: `The command was: ${command}` },
    listed(
      "indicators",
      "The alert holds",
      indicators.map(({ type, value }) => `${type} ${value}`),
    ),
    listed("techniques", "The alert names the techniques", techniques),
  ]);
}

function listed(
  detail: "indicators" | "techniques" | "steps",
  what: string,
  all: readonly string[],
): Said | undefined {
  if (all.length === 0) return undefined;
  const shown = all.slice(0, 12).join(", ");
  return { detail, text: `${what} ${shown}${all.length > 12 ? ", and more" : ""}.` };
}

function judgementFacts(event: KnownEvent<"alert.triaged" | "case.investigated">): Fact[] {
  const { verdict, summary, confidence, evidence } = event.data;
  const who = titleOf(roleOf(event));
  const then = isEvent(event, "case.investigated") ? `; it decided: ${words(event.data.decision)}` : "";
  return factsOfEvent(event, [
    { text: `${who} judged it ${words(verdict)}${then}. ${summary}` },
    { detail: "confidence", text: `${who} judged it ${words(verdict)} with confidence ${confidence}.` },
    ...evidenceFacts(who, evidence),
  ]);
}

function evidenceFacts(who: string, evidence: readonly Evidence[]): Said[] {
  return evidence.map(({ claim, quote, cites }) => ({
    detail: "evidence",
    text: `${who}'s evidence: ${claim}: "${quote}" (${cites}).`,
  }));
}

function planFacts(event: KnownEvent<"response.planned">): Fact[] {
  const { sev, summary, containment, evidence } = event.data;
  return factsOfEvent(event, [
    { text: `IR Lead planned a response of ${sev}. ${summary}` },
    { detail: "severity", text: `IR Lead set the severity to ${sev}.` },
    listed("steps", "To contain it IR Lead planned:", containment),
    ...evidenceFacts("IR Lead", evidence),
  ]);
}

function intelFacts(event: KnownEvent<"intel.reported">): Fact[] {
  const { summary, actor, indicators, techniques, severityAdvice, evidence } = event.data;
  const named =
    actor && `Threat Intel names ${actor.name} as the likely actor, with confidence ${actor.confidence}.`;
  return factsOfEvent(event, [
    {
      text: `${named === undefined ? "" : `${named} `}${summary}`,
      outcome: actor === undefined ? "no actor" : "actor",
    },
    { detail: "severity", text: `Threat Intel's advice on the severity: ${severityAdvice}.` },
    listed(
      "indicators",
      "Threat Intel examined",
      indicators.map((i) => `${i.type} ${i.value} (${i.reputation})`),
    ),
    listed("techniques", "Threat Intel names the techniques", techniques),
    ...evidenceFacts("Threat Intel", evidence),
  ]);
}

function runFacts(event: KnownEvent): Fact[] | undefined {
  if (isEvent(event, "case.escalated")) {
    const text = `${titleOf(roleOf(event))} escalated it to ${titleOf(event.data.toRole)}: ${event.data.why}`;
    return factsOfEvent(event, [{ text }]);
  }
  if (isEvent(event, "role.worked")) {
    const { role, model, steps, recallArm } = event.data;
    const looked = steps.map(lookedUp).join("; ");
    const recalled = recallArm === "on" ? " It was shown precedent." : "";
    const what = steps.length === 0 ? "looked nothing up" : `looked at: ${looked}`;
    return factsOfEvent(event, [{ role, text: `${titleOf(role)}, played by ${model}, ${what}.${recalled}` }]);
  }
  if (!isEvent(event, "role.failed")) return undefined;
  const { role, title, reason, detail } = event.data;
  return factsOfEvent(event, [
    { role, text: `${title} ended without a valid answer (${words(reason)}): ${detail}` },
  ]);
}

type Step = EventData<"role.worked">["steps"][number];
const Arguments = z.record(z.string(), z.unknown()).catch({});

/** "host_lookup (host WS-042)". What is more than plain words stays in quotes, as it was written. */
function lookedUp({ tool, arguments: given }: Pick<Step, "tool" | "arguments">): string {
  const plain = /^[\w.:/@-]+$/;
  const said = Object.entries(Arguments.parse(given)).map(([name, value]) => {
    return `${name} ${typeof value === "string" && plain.test(value) ? value : JSON.stringify(value)}`;
  });
  return said.length === 0 ? tool : `${tool} (${said.join(", ")})`;
}
