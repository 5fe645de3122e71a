/** What people said of a case, as a line in its thread; what concerns the SOC itself, as a line in its operations channel. */
import type { RichTextElement } from "@slack/types";
import type { EventType } from "../../src/events/catalogue.ts";
import type { KnownEvent } from "../../src/events/envelope.ts";
import type { Message } from "../limits.ts";
import { bold, code, date, richText, section, text, who } from "../rich.ts";
import { caseRef, configured, fallback, ours, untrusted, type Ours } from "../text.ts";
import { verdicts } from "../wording.ts";

export const caseActTypes = [
  "case.assigned",
  "case.closed",
  "case.labelled",
  "case.linked",
  "case.reopened",
  "case.unlabelled",
] as const satisfies readonly EventType[];
export type CaseActEvent = KnownEvent<(typeof caseActTypes)[number]>;

export function caseNotice(event: CaseActEvent): Message {
  const { words, rest } = actWords(event);
  const because = "reason" in event.data ? reasonOf(event.data.reason) : [];
  const line = [who(event.data.by), text(ours` ${words}`), ...rest, ...because];
  return { text: fallback`${caseRef(event.subject)}: ${words}`, blocks: [richText(section(...line))] };
}

interface ActWords {
  readonly words: Ours;
  readonly rest: readonly RichTextElement[];
}

function actWords(event: CaseActEvent): ActWords {
  switch (event.type) {
    case "case.assigned":
      return { words: ours`gives this case to`, rest: [text(ours` `), who(event.data.to)] };
    case "case.closed":
      return { words: ours`closed this case`, rest: [] };
    case "case.labelled":
      return { words: ours`labelled this case`, rest: [text(ours` `), bold(verdicts[event.data.verdict])] };
    case "case.linked":
      return { words: ours`linked this case to`, rest: [text(ours` `), bold(caseRef(event.data.to))] };
    case "case.reopened":
      return { words: ours`reopened this case`, rest: [] };
    case "case.unlabelled":
      return { words: ours`withdrew the label of this case`, rest: [] };
  }
}

function reasonOf(reason: string): RichTextElement[] {
  return [text(ours`: `), text(untrusted(reason, { max: 1500, lines: true }))];
}

export const opsTypes = [
  "handoff.unposted",
  "model.failed_over",
  "model.recovered",
  "model.unavailable",
  "page.failed",
  "record.distrusted",
  "role.paused",
  "role.resumed",
  "suppression.set",
] as const satisfies readonly EventType[];
export type OpsEvent = KnownEvent<(typeof opsTypes)[number]>;

export function opsNotice(event: OpsEvent): Message {
  const { head, line } = opsWords(event);
  return { text: fallback`${head}`, blocks: [richText(section(bold(head), ...line))] };
}

interface OpsWords {
  readonly head: Ours;
  readonly line: readonly RichTextElement[];
}

function opsWords(event: OpsEvent): OpsWords {
  if (event.type === "role.paused" || event.type === "role.resumed") return roleWords(event);
  if (event.type === "suppression.set") return muteWords(event);
  return alarmWords(event);
}

function roleWords(event: Extract<OpsEvent, { type: "role.paused" | "role.resumed" }>): OpsWords {
  const role = code(untrusted(event.data.role, { max: 60 }));
  const by = [text(ours` `), role, text(ours` by `), who(event.data.by)];
  if (event.type === "role.resumed") return { head: ours`Resumed`, line: by };
  return { head: ours`Paused`, line: [...by, ...reasonOf(event.data.reason)] };
}

function muteWords({ data }: Extract<OpsEvent, { type: "suppression.set" }>): OpsWords {
  const host = data.host === undefined ? [] : [text(ours` on `), code(untrusted(data.host, { max: 255 }))];
  return {
    head: ours`Muted`,
    line: [
      ...[text(ours` `), code(untrusted(data.rule, { max: 300 })), ...host, text(ours` by `), who(data.by)],
      ...[text(ours` until `), date(data.until), ...reasonOf(data.reason)],
    ],
  };
}

type Alarm = Exclude<OpsEvent, { type: "role.paused" | "role.resumed" | "suppression.set" }>;

function alarmWords(event: Alarm): OpsWords {
  const because = (why: string): RichTextElement[] => [text(ours` `), text(untrusted(why, { max: 600 }))];
  switch (event.type) {
    case "handoff.unposted":
      return {
        head: ours`Alarm: a card was not posted.`,
        line: [
          text(ours` Nobody can answer it in Slack: ${caseRef(event.subject)}, asked `),
          date(event.data.askedAt),
        ],
      };
    case "page.failed":
      return { head: ours`Alarm: nobody's telephone rang.`, line: because(event.data.why) };
    case "record.distrusted":
      return {
        head: ours`Alarm: an entry of the log is not from whom it says.`,
        line: [
          text(ours` `),
          code(untrusted(`${event.data.type} ${event.data.eventId}`, { max: 200 })),
          ...because(event.data.why),
        ],
      };
    case "model.unavailable":
      return { head: ours`No model answers; work waits.`, line: because(event.data.why) };
    case "model.failed_over":
      return { head: ours`Another model has taken over.`, line: because(event.data.why) };
    case "model.recovered":
      return { head: configured("The model answers again."), line: because(event.data.why) };
  }
}
