/** A person's question, answered by the role that proposed what they are asked: who looks, and what came of it. Pure. */
import { isEvent, type AnyEvent, type KnownEvent } from "../events/envelope.ts";
import type { RecordAnswer } from "./commands.ts";
import { answerFromRecord } from "./record-answer.ts";

/** Whoever proposed it, where a model plays it: rules answer no question. @param events the case in log order */
export function whoLooks(proposedBy: string, events: readonly AnyEvent[]): string | undefined {
  const ran = events.findLast((event) => isEvent(event, "role.worked") && event.data.role === proposedBy);
  const model = ran !== undefined && isEvent(ran, "role.worked") ? ran.data.model : "baseline";
  return model === "baseline" ? undefined : proposedBy;
}

/** What the role found; with nothing found, what the record holds. Undefined for a question that nobody asked. */
export function answerOf(
  found: KnownEvent<"info.found">,
  events: readonly AnyEvent[],
): RecordAnswer | undefined {
  const { requestId, role: name, title, evidence, why = "it found nothing that settles it" } = found.data;
  const asked = events.find(({ id }) => id === requestId);
  if (asked === undefined || !isEvent(asked, "info.requested")) return undefined;
  if (evidence.length > 0) {
    const text = evidence.map(({ claim }) => claim).join("\n");
    return { text, role: { name, title }, evidence, eventIds: [found.id] };
  }
  const record = answerFromRecord(asked.data.question, events);
  return { ...record, text: `${record.text}\n${title} looked into it too: ${why}.`.slice(0, 4000) };
}
