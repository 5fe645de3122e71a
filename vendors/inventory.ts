/**
 * Hosts, users and sanctioned activities of the organisation: where the gate's target classes come from. What is not
 * listed is "unknown", which policy treats as the strictest; names match whole, so that `FIN-WS-042.evil.example` is
 * not the workstation it pretends to be.
 */
import { z } from "zod";
import { HatrackError } from "../src/errors.ts";

const Name = z.string().min(1).max(255);

export const InventoryHost = z.strictObject({
  hostname: Name,
  class: z
    .string()
    .regex(/^[a-z][a-z_]{0,39}$/, 'expected a class such as "workstation" or "domain_controller"'),
  owner: Name,
  department: z.string(),
  criticality: z.enum(["low", "medium", "high", "critical"]),
  os: z.string(),
  notes: z.string(),
});
export type InventoryHost = z.infer<typeof InventoryHost>;

export const InventoryUser = z.strictObject({
  name: Name,
  title: z.string(),
  department: z.string(),
  privileged: z.boolean(),
  vip: z.boolean(),
  notes: z.string(),
});
export type InventoryUser = z.infer<typeof InventoryUser>;

/** Sanctioned only for one of these users on one of these hosts between these times, both inclusive. */
export const SanctionedActivity = z.strictObject({
  what: z.string().min(1),
  who: z.array(Name).min(1),
  hosts: z.array(Name).min(1),
  from: z.iso.datetime({ offset: true }),
  to: z.iso.datetime({ offset: true }),
  ticket: z.string().min(1),
});
export type SanctionedActivity = z.infer<typeof SanctionedActivity>;

const InventoryFile = z
  .strictObject({
    company: z.string(),
    hosts: z.array(InventoryHost),
    users: z.array(InventoryUser),
    sanctioned: z.array(SanctionedActivity),
  })
  .superRefine((file, context) => {
    noneTwice(
      file.hosts.map((host) => host.hostname),
      ["hosts"],
      context,
    );
    noneTwice(
      file.users.map((user) => user.name),
      ["users"],
      context,
    );
    for (const [i, { from, to }] of file.sanctioned.entries()) {
      if (Date.parse(from) > Date.parse(to)) {
        context.addIssue({
          code: "custom",
          path: ["sanctioned", i, "to"],
          message: `expected a time after ${from}`,
        });
      }
    }
  });

function noneTwice(names: readonly string[], path: string[], context: z.RefinementCtx): void {
  const twice = names.find((name, i) => names.findIndex((other) => key(other) === key(name)) !== i);
  if (twice !== undefined) context.addIssue({ code: "custom", path, message: `"${twice}" is listed twice` });
}

/** How one activity relates to what an alert says. */
export interface Coverage {
  readonly activity: SanctionedActivity;
  readonly coversHost: boolean;
  readonly coversUser: boolean;
  readonly coversTime: boolean;
}

export interface Inventory {
  readonly company: string;
  host(name: string): InventoryHost | undefined;
  user(name: string): InventoryUser | undefined;
  departmentOf(host: string): string | undefined;
  /** Activities that name this host or this user; `sanctioned` only when all three hold. */
  activities(asked: {
    host?: string | undefined;
    user?: string | undefined;
    time?: string | undefined;
  }): Coverage[];
  /** For the gate's policy: a host's class; "user", "privileged_user" or "vip_user"; else "unknown". */
  classOf(target: { type: string; value: string }): string;
}

/**
 * @param where names the file in the error
 * @throws HatrackError `inventory_invalid` with path and reason
 */
export function parseInventory(input: unknown, where = "inventory"): Inventory {
  const parsed = InventoryFile.safeParse(input);
  if (!parsed.success) {
    const issues = parsed.error.issues
      .slice(0, 5)
      .map((issue) => `${issue.path.map(String).join(".")}: ${issue.message}`);
    throw new HatrackError("inventory_invalid", `inventory ${where}: ${issues.join("; ")}`, {
      cause: parsed.error,
    });
  }
  const { company, hosts, users, sanctioned } = parsed.data;
  const byHost = new Map(hosts.map((host) => [key(host.hostname), host]));
  const byUser = new Map(users.map((user) => [key(user.name), user]));
  return {
    company,
    host: (name) => byHost.get(key(name)),
    user: (name) => byUser.get(key(name)),
    departmentOf: (name) => byHost.get(key(name))?.department,
    activities: (asked) => sanctioned.map((activity) => coverage(activity, asked)).filter(isAbout),
    classOf: ({ type, value }) => {
      if (type === "host") return byHost.get(key(value))?.class ?? "unknown";
      if (type !== "user") return "unknown";
      return classOfUser(byUser.get(key(value)));
    },
  };
}

function classOfUser(user: InventoryUser | undefined): string {
  if (user === undefined) return "unknown";
  if (user.vip) return "vip_user";
  return user.privileged ? "privileged_user" : "user";
}

function coverage(
  activity: SanctionedActivity,
  { host, user, time }: Parameters<Inventory["activities"]>[0],
): Coverage {
  const names = (list: readonly string[], name: string | undefined): boolean =>
    name !== undefined && list.some((each) => key(each) === key(name));
  const at = time === undefined ? NaN : Date.parse(time);
  return {
    activity,
    coversHost: names(activity.hosts, host),
    coversUser: names(activity.who, user),
    coversTime: Date.parse(activity.from) <= at && at <= Date.parse(activity.to),
  };
}

function isAbout({ coversHost, coversUser }: Coverage): boolean {
  return coversHost || coversUser;
}

/** Names are compared without case; nothing is stripped. */
function key(name: string): string {
  return name.trim().toLowerCase();
}
