/** What concerns the SOC itself, as a line in its operations channel. */
import type { RichTextElement } from "@slack/types";
import type { EventData, EventType } from "../../src/events/catalogue.ts";
import { isEvent, type KnownEvent } from "../../src/events/envelope.ts";
import type { Message } from "../limits.ts";
import { bold, code, date, richText, section, text, who } from "../rich.ts";
import { caseRef, fallback, ours, untrusted, type Ours } from "../text.ts";
import { reasonOf } from "./case-notices.ts";
import * as say from "../words/ops-notices.ts";

/** A missed canary is the watch's to say: it must be heard when this lane is what stopped. */
export const opsTypes = [
  "entry.dead",
  "entry.redriven",
  "group.detached",
  "handoff.unposted",
  "log.erased",
  "log.verified",
  "model.budget_spent",
  "model.failed_over",
  "model.recovered",
  "model.unavailable",
  "page.failed",
  "record.distrusted",
  "role.paused",
  "role.resumed",
  "suppression.lifted",
  "suppression.set",
  "tools.changed",
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
  if (isEvent(event, ...logTypes)) return logWords(event);
  if (event.type === "role.paused" || event.type === "role.resumed") return roleWords(event);
  if (event.type === "suppression.set") return muteWords(event);
  if (event.type === "suppression.lifted") return liftedWords(event);
  if (event.type === "tools.changed") return toolsWords(event.data);
  return alarmWords(event);
}

function roleWords(event: Extract<OpsEvent, { type: "role.paused" | "role.resumed" }>): OpsWords {
  const role = code(untrusted(event.data.role, { max: 60 }));
  const by = [text(ours` `), role, text(say.by), who(event.data.by)];
  if (event.type === "role.resumed") return { head: say.resumed, line: by };
  return { head: say.paused, line: [...by, ...reasonOf(event.data.reason)] };
}

function liftedWords({ data }: KnownEvent<"suppression.lifted">): OpsWords {
  return { head: say.unmuted, line: [...scopeOf(data), text(say.by), who(data.by)] };
}

function scopeOf({
  rule,
  host,
}: {
  readonly rule: string;
  readonly host?: string | undefined;
}): RichTextElement[] {
  const on = host === undefined ? [] : [text(say.on), code(untrusted(host, { max: 255 }))];
  return [text(ours` `), code(untrusted(rule, { max: 300 })), ...on];
}

function muteWords({ data }: KnownEvent<"suppression.set">): OpsWords {
  return {
    head: say.muted,
    line: [
      ...[...scopeOf(data), text(say.by), who(data.by)],
      ...(data.critical === true ? [text(say.criticalAlertsToo)] : []),
      ...[text(say.until), date(data.until), ...reasonOf(data.reason)],
    ],
  };
}

/** What is out of use comes first: a person should see it. */
function toolsWords({ server, version, changes, more }: EventData<"tools.changed">): OpsWords {
  const out = changes.filter(({ usable }) => !usable);
  const lines = out.slice(0, 10).map(({ tool, why }) => `${tool}: ${why}`);
  const left = out.length - lines.length + more;
  const usable = changes.filter((change) => change.usable).map(({ tool }) => tool);
  const words = [
    ...(usable.length === 0 ? [] : [say.readOnly(usable.slice(0, 20))]),
    ...(lines.length === 0 ? [] : [say.notUsed(lines, left)]),
  ].join(" ");
  const name = code(untrusted(`${server} (${version})`, { max: 180 }));
  return {
    head: say.toolsHaveChanged,
    line: [text(ours` `), name, text(ours` `), text(untrusted(words, { max: 1500 }))],
  };
}

const logTypes = ["entry.dead", "entry.redriven", "group.detached", "log.erased", "log.verified"] as const;

/** What goes wrong between the log and those who read it. */
function logWords(event: Extract<OpsEvent, { type: (typeof logTypes)[number] }>): OpsWords {
  switch (event.type) {
    case "entry.dead":
      return { head: say.deadLetter, line: deadLine(event) };
    case "entry.redriven":
      return { head: say.redriven, line: because(say.triedAgain(event.data.group)) };
    case "log.verified":
      return verifiedWords(event);
    case "log.erased": {
      return { head: say.erased, line: because(say.erasedEntries(event.data)) };
    }
    case "group.detached": {
      return { head: say.detached, line: because(say.readsNoMore(event.data)) };
    }
  }
}

/** The heads stand here so that they stand somewhere that whoever changes the log cannot change. */
function verifiedWords({ data }: KnownEvent<"log.verified">): OpsWords {
  const { verdict, entries, heads, damage } = data;
  const counted = say.entryCount(entries);
  if (verdict === "damaged") {
    const head = say.logIsNotWhatItWas;
    return { head, line: because(say.auditSaysTheRest(counted, damage[0] ?? "")) };
  }
  const shown = heads.slice(0, 8).flatMap((head) => [text(ours` `), code(untrusted(head, { max: 120 }))]);
  const more = heads.length > 8 ? because(say.moreHeads(heads.length - 8)) : [];
  return { head: say.theLogIsWhole, line: [...because(say.entriesAndHead(counted)), ...shown, ...more] };
}

function deadLine({ data, subject }: DeadEntry): RichTextElement[] {
  return [
    ...[text(ours` `), code(untrusted(data.group, { max: 100 })), text(say.on)],
    ...[code(untrusted(subject, { max: 80 })), ...because(`${data.reason}: ${data.error}`)],
    text(say.see),
    code(say.hatrackDeadList),
  ];
}

export type DeadEntry = KnownEvent<"entry.dead">;

/** One line for many of one group: `latest` is the last of them. */
export function deadNotice(latest: DeadEntry, entries: number): Message {
  if (entries === 1) return opsNotice(latest);
  const head = say.deadLetters(entries);
  return { text: fallback`${head}`, blocks: [richText(section(bold(head), ...deadLine(latest)))] };
}

function because(why: string): RichTextElement[] {
  return [text(ours` `), text(untrusted(why, { max: 600 }))];
}

type Alarm = Exclude<
  OpsEvent,
  {
    type:
      | ("role.paused" | "role.resumed" | "suppression.lifted" | "suppression.set" | "tools.changed")
      | (typeof logTypes)[number];
  }
>;

function alarmWords(event: Alarm): OpsWords {
  switch (event.type) {
    case "handoff.unposted":
      return {
        head: say.alarmACardWasNotPosted,
        line: [text(say.nobodyCanAnswerIt(caseRef(event.subject))), date(event.data.askedAt)],
      };
    case "page.failed":
      return { head: say.nobodysTelephoneRang, line: because(event.data.why) };
    case "record.distrusted":
      return {
        head: say.alarmAnEntryOfTheLog,
        line: [
          text(ours` `),
          code(untrusted(`${event.data.type} ${event.data.eventId}`, { max: 200 })),
          ...because(event.data.why),
        ],
      };
    case "model.budget_spent": {
      return { head: say.aRoleHasSpentItsTokens, line: because(say.tokensSpent(event.data)) };
    }
    case "model.unavailable":
      return { head: say.noModelAnswersWorkWaits, line: because(event.data.why) };
    case "model.failed_over":
      return { head: say.modelHasTakenOver, line: because(event.data.why) };
    case "model.recovered":
      return { head: say.modelAnswersAgain, line: because(event.data.why) };
  }
}
