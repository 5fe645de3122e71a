/** The shape of soc.yaml: people, places and policy. What must hold beyond it is in soc-checks.ts. */
import { z } from "zod";
import { OwnShape } from "./agent/own-shapes.ts";
import { ActionVerb, Priority, RoleName } from "./events/vocabulary.ts";
import { benignKind } from "./indicators/own-benign.ts";
import { McpShape } from "./mcp-shape.ts";
import { OnCallRole, PolicyRule } from "./gate/policy.ts";
import { Veto } from "./gate/vetoes.ts";
import { Freeze } from "./gate/windows.ts";

const ChannelName = z
  .string()
  .regex(/^([a-z0-9_-]{1,80}|[CG][A-Z0-9]{2,20})$/, "expected a channel's name without #, or its id");
const ConsoleHost = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "expected a host name alone, without https:// or a path");
/** The line itself is read by whoever fires it: the kernel knows no cron. */
const ScheduleOverride = z.strictObject({
  cron: z.string().min(1).max(200).optional(),
  zone: z.string().min(1).max(64).optional(),
  window: z.union([z.literal("since-last"), z.strictObject({ hours: z.number().positive() })]).optional(),
  off: z.boolean().optional(),
});
const Roles = z.array(RoleName).min(1);
const OwnBenign = z
  .string()
  .max(300)
  .refine((value) => benignKind(value) !== undefined, {
    error: 'expected a name, ".corp.example", an address, a block such as 198.51.100.0/24, or a hash',
  });

export const SocFile = z.strictObject({
  version: z.literal(1),
  /** Where a case's thread goes, by severity; the hourly digest; what concerns the SOC itself. */
  channels: z.strictObject({
    critical: ChannelName,
    high: ChannelName,
    medium: ChannelName,
    low: ChannelName,
    digest: ChannelName,
    ops: ChannelName,
  }),
  /** Roles people stand behind; `group` or `users`, one of the two. */
  onCall: z.record(RoleName, OnCallRole),
  /** Name → ids of one human who has several accounts: they count once. */
  people: z.record(z.string().min(1).max(100), z.array(z.string().min(1).max(64)).min(1)).default({}),
  /** Which of the roles of `onCall` may do what. */
  rights: z
    .strictObject({
      read: Roles,
      label: Roles,
      close: Roles,
      assign: Roles,
      mute: Roles,
      /** Who accepts or declines a proposed tuning of a rule; left out, whoever may mute one. */
      tune: Roles.optional(),
      pause: Roles,
    })
    .transform((rights) => ({ ...rights, tune: rights.tune ?? rights.mute })),
  policy: z.strictObject({
    rules: z.array(PolicyRule).min(1),
    /** Role → who reviews what it could not settle; "*" is any other. */
    reviewers: z.record(z.string().min(1), RoleName),
    /** What may never be proposed. */
    never: z.array(Veto).default([]),
    /** When something may not be authorised, or by more people only. */
    freezes: z.array(Freeze).default([]),
    /** Verb → targets within an hour; one more makes each further one a target of class "wide". */
    maxTargetsPerHour: z.partialRecord(ActionVerb, z.int().min(1)).default({}),
    /** How long a card may take to be posted before that is an alarm, minutes. */
    unpostedMinutes: z.number().positive().max(1440).default(5),
  }),
  /** When the calendar roles wake; what is left out is as in schedules/definitions/. */
  schedules: z
    .strictObject({
      /** IANA name, of every schedule that names none. */
      zone: z.string().min(1).default("UTC"),
      /** How far back what was missed is caught up at start. */
      catchUpHours: z.number().min(0).max(144).default(26),
      /** How many days of the log are kept, where it is trimmed; left out: all of it. */
      retentionDays: z.number().positive().optional(),
      roles: z.record(RoleName, ScheduleOverride).default({}),
    })
    .prefault({}),
  /** The only hosts a link of a card may lead to. */
  consoleHosts: z.array(ConsoleHost),
  /**
   * Infrastructure of one's own that links no cases, beside the lists that come with hatrack: a name, ".name" for it and
   * all below it, an address, a CIDR block or a hash.
   */
  benign: z.array(OwnBenign).max(10_000).default([]),
  /** Repeats of one rule on one host count in the case of the first, so long and so many; 0 minutes: never. */
  grouping: z
    .strictObject({
      minutes: z.number().min(0).max(1440).default(60),
      most: z.int().min(2).max(10_000).default(500),
    })
    .prefault({}),
  /** Secrets of one's own, taken out beside those that hatrack knows. */
  redact: z.strictObject({ patterns: z.array(OwnShape).max(50).default([]) }).prefault({}),
  /** Role → the look-ups over the network that come with hatrack and that it may make. */
  lookups: z
    .record(RoleName, z.array(z.string().regex(/^[a-z][a-z0-9_]{0,39}$/, "expected a look-up's name")).min(1))
    .default({}),
  /** Servers of read-only tools, and which role may use which of them. */
  mcp: McpShape,
  posting: z.strictObject({
    /** A case of this priority or more has a thread of its own, whatever its verdict. */
    threadPriority: Priority,
  }),
});
export type SocFile = z.infer<typeof SocFile>;
