/** The shape of soc.yaml: people, places and policy. What must hold beyond it is in soc-checks.ts. */
import { z } from "zod";
import { ActionVerb, Priority, RoleName } from "./events/vocabulary.ts";
import { OnCallRole, PolicyRule } from "./gate/policy.ts";
import { Veto } from "./gate/vetoes.ts";
import { Freeze } from "./gate/windows.ts";

const ChannelName = z
  .string()
  .regex(/^([a-z0-9_-]{1,80}|[CG][A-Z0-9]{2,20})$/, "expected a channel's name without #, or its id");
const ConsoleHost = z
  .string()
  .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "expected a host name alone, without https:// or a path");
const Roles = z.array(RoleName).min(1);

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
  rights: z.strictObject({
    read: Roles,
    label: Roles,
    close: Roles,
    assign: Roles,
    mute: Roles,
    pause: Roles,
  }),
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
  /** The only hosts a link of a card may lead to. */
  consoleHosts: z.array(ConsoleHost),
  posting: z.strictObject({
    /** A case of this priority or more has a thread of its own, whatever its verdict. */
    threadPriority: Priority,
  }),
});
export type SocFile = z.infer<typeof SocFile>;
