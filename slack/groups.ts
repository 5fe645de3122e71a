/** User groups of the workspace, as display needs them: one call a minute at most (lesson 27). */
import type { WebClient } from "@slack/web-api";
import { z } from "zod";
import type { Clock } from "../src/clock.ts";
import type { OnCallRole } from "../src/gate/policy.ts";
import { slackFailure } from "./slack-errors.ts";
import { groupMention, joined, userMention, type Markup } from "./text.ts";

export interface UserGroup {
  readonly id: string;
  readonly handle: string;
}

const Answer = z.object({ usergroups: z.array(z.object({ id: z.string(), handle: z.string() })) });

const maxAgeMs = 60_000;

export class UserGroups {
  readonly #client: WebClient;
  readonly #clock: Clock;
  #known: { readonly at: number; readonly groups: Promise<readonly UserGroup[]> } | undefined;

  readonly #members = new Map<string, { readonly at: number; readonly users: readonly string[] }>();

  constructor(client: WebClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  /** By id ("S0…") or handle, with or without "@". @throws SlackDown */
  async find(ref: string): Promise<UserGroup | undefined> {
    const name = ref.replace(/^@/, "").toLowerCase();
    const groups = await this.#all();
    return groups.find(({ id, handle }) => id === ref || handle.toLowerCase() === name);
  }

  /** Groups have changed: what is known no longer counts. */
  forget(): void {
    this.#known = undefined;
    this.#members.clear();
  }

  /** The live mention of an on-call role; undefined when its group is not there. @throws SlackDown */
  async mentionOf({ group, users }: OnCallRole): Promise<Markup | undefined> {
    if (users !== undefined) return joined(users.slice(0, 20).map(userMention), " ");
    const found = group === undefined ? undefined : await this.find(group);
    return found === undefined ? undefined : groupMention(found.id);
  }

  /** User ids of a group, at most a minute old; empty when there is none. For reading rights, never for decisions. */
  async members(ref: string): Promise<readonly string[]> {
    const now = this.#clock.now();
    const known = this.#members.get(ref);
    if (known !== undefined && now - known.at < maxAgeMs) return known.users;
    const group = await this.find(ref);
    if (group === undefined) return [];
    try {
      const answer = await this.#client.apiCall("usergroups.users.list", { usergroup: group.id });
      const { users } = z.object({ users: z.array(z.string()) }).parse(answer);
      this.#members.set(ref, { at: now, users });
      return users;
    } catch (error) {
      throw slackFailure("usergroups.users.list", error);
    }
  }

  #all(): Promise<readonly UserGroup[]> {
    const now = this.#clock.now();
    if (this.#known !== undefined && now - this.#known.at < maxAgeMs) return this.#known.groups;
    const groups = this.#list();
    const known = { at: now, groups };
    this.#known = known;
    groups.catch(() => {
      if (this.#known === known) this.#known = undefined;
    });
    return groups;
  }

  async #list(): Promise<readonly UserGroup[]> {
    try {
      return Answer.parse(await this.#client.apiCall("usergroups.list", {})).usergroups;
    } catch (error) {
      throw slackFailure("usergroups.list", error);
    }
  }
}
