/**
 * Who is on call, from Slack's user groups (or the user ids of soc.yaml), with a read-only client of its own. It
 * answers anew each time it is asked; how often that is, is the gate's business. Anything that is not a clear
 * answer is `unavailable`, and everyone is refused.
 */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import { isoTime, type Clock } from "../src/clock.ts";
import { reasonOf } from "../src/errors.ts";
import type { Directory, DirectoryAnswer, Person } from "../src/gate/directory.ts";
import type { OnCallRole } from "../src/gate/policy.ts";
import type { UserGroups } from "./groups.ts";
import * as say from "./words/directory.ts";

export interface SlackDirectoryOptions {
  /** Reads only: usergroups.users.list and users.info. */
  readonly client: WebClient;
  readonly groups: UserGroups;
  /** The workspace the app is installed in; an account of any other is a stranger. */
  readonly team: string;
  readonly onCall: Readonly<Record<string, OnCallRole>>;
  readonly clock: Clock;
}

const Members = z.object({ users: z.array(z.string()) });
const User = z.object({
  user: z.object({
    id: z.string(),
    team_id: z.string().optional(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    deleted: z.boolean().default(false),
    is_bot: z.boolean().default(false),
    is_restricted: z.boolean().default(false),
    is_ultra_restricted: z.boolean().default(false),
    is_stranger: z.boolean().default(false),
    profile: z.object({ email: z.string().optional() }).optional(),
  }),
});

/** An account's standing may be this old when a decision rests on it, as a group's membership may. Milliseconds. */
const personMaxAgeMs = 10_000;

export class SlackDirectory implements Directory {
  readonly #options: SlackDirectoryOptions;
  readonly #people = new Map<string, { readonly at: number; readonly person: Promise<Person> }>();
  readonly #listeners: (() => void)[] = [];

  constructor(options: SlackDirectoryOptions) {
    this.#options = options;
  }

  async onCall(role: string): Promise<DirectoryAnswer> {
    const askedAt = isoTime(this.#options.clock.now());
    const found = Object.hasOwn(this.#options.onCall, role) ? this.#options.onCall[role] : undefined;
    const group = found?.group ?? `soc.yaml:${role}`;
    const unavailable = (why: string): DirectoryAnswer => ({ kind: "unavailable", group, askedAt, why });
    if (found === undefined) return unavailable(say.noOnCallRole(role));
    try {
      const ids = found.users ?? (await this.#memberIds(group));
      if (ids === undefined) return unavailable(say.noUserGroup(group));
      if (ids.length === 0) return unavailable(say.emptyUserGroup(group));
      const members = await Promise.all(ids.map((id) => this.person(id)));
      return { kind: "members", group, askedAt, members };
    } catch (error) {
      return unavailable(reasonOf(error));
    }
  }

  onChange(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /** Slack said that groups or people changed. */
  changed(): void {
    this.#options.groups.forget();
    this.#people.clear();
    for (const listener of this.#listeners) listener();
  }

  /**
   * One account as Slack described it at most ten seconds ago: a group of thirty asked about twelve times a minute
   * would be more calls than Slack allows (lesson 27). Throws when Slack does not answer.
   */
  person(id: string): Promise<Person> {
    const now = this.#options.clock.now();
    const known = this.#people.get(id);
    if (known !== undefined && now - known.at < personMaxAgeMs) return known.person;
    const person = this.#ask(id);
    this.#people.set(id, { at: now, person });
    person.catch(() => this.#people.delete(id));
    for (const [other, { at }] of this.#people) if (now - at >= personMaxAgeMs) this.#people.delete(other);
    return person;
  }

  async #ask(id: string): Promise<Person> {
    const { client, team: ourTeam } = this.#options;
    const { user } = User.parse(await client.apiCall("users.info", { user: id }));
    const team = user.team_id ?? ourTeam;
    return {
      principal: { team, user: user.id },
      name: user.real_name ?? user.name ?? user.id,
      personId: user.profile?.email?.toLowerCase() ?? `${team}/${user.id}`,
      guest: user.is_restricted || user.is_ultra_restricted,
      deactivated: user.deleted,
      bot: user.is_bot || user.id === "USLACKBOT",
      stranger: user.is_stranger || team !== ourTeam,
    };
  }

  async #memberIds(ref: string): Promise<readonly string[] | undefined> {
    const group = await this.#options.groups.find(ref);
    if (group === undefined) return undefined;
    const answer = await this.#options.client.apiCall("usergroups.users.list", { usergroup: group.id });
    return Members.parse(answer).users;
  }
}
