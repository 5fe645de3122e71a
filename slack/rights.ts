/**
 * Who may do what in Slack, for display: whether to answer, whether a form is worth showing. At most a minute old.
 * Whatever changes something is judged by the gate, which looks people up anew.
 */
import type { Person } from "../src/gate/directory.ts";
import type { Right } from "../src/gate/policy.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import type { SlackConfig } from "./config.ts";
import type { SlackDirectory } from "./directory.ts";
import type { UserGroups } from "./groups.ts";

export interface RightsOptions {
  readonly config: Pick<SlackConfig, "onCall" | "rights">;
  readonly directory: Pick<SlackDirectory, "person">;
  readonly groups: Pick<UserGroups, "members">;
}

export class Rights {
  readonly #options: RightsOptions;

  constructor(options: RightsOptions) {
    this.#options = options;
  }

  /** In one of the groups that may, of our own workspace, and no guest. @throws SlackDown and what Slack answers */
  async may(right: Right, asking: Principal): Promise<boolean> {
    const { config, directory } = this.#options;
    const person = await directory.person(asking.user);
    if (isOutsider(person) || person.principal.team !== asking.team) return false;
    for (const role of config.rights[right]) {
      if ((await this.#listed(role)).includes(asking.user)) return true;
    }
    return false;
  }

  /** The on-call roles this account is in now. @throws SlackDown */
  async rolesOf({ user }: Principal): Promise<string[]> {
    const roles: string[] = [];
    for (const role of Object.keys(this.#options.config.onCall)) {
      if ((await this.#listed(role)).includes(user)) roles.push(role);
    }
    return roles;
  }

  /** "SOC Analysts, Tier 2 On-Call": who has a right. */
  titles(right: Right): string {
    const { rights, onCall } = this.#options.config;
    return rights[right].map((role) => onCall[role]?.title ?? role).join(", ");
  }

  async #listed(role: string): Promise<readonly string[]> {
    const { config, groups } = this.#options;
    const found = Object.hasOwn(config.onCall, role) ? config.onCall[role] : undefined;
    if (found?.users !== undefined) return found.users;
    return found?.group === undefined ? [] : groups.members(found.group);
  }
}

function isOutsider(person: Person): boolean {
  return person.guest || person.bot || person.deactivated || person.stranger === true;
}
