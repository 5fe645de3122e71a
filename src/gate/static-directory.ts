/** A directory from the user ids written in soc.yaml: for the terminal, for tests and where there are no groups. */
import { isoTime, type Clock } from "../clock.ts";
import type { Directory, DirectoryAnswer, Person } from "./directory.ts";
import type { OnCallRole } from "./policy.ts";

export interface StaticDirectoryOptions {
  readonly onCall: Readonly<Record<string, OnCallRole>>;
  /** Name → ids of one human; ids that are in none are a person each. */
  readonly people?: Readonly<Record<string, readonly string[]>>;
  /** The team (workspace) the ids belong to. */
  readonly team: string;
  readonly clock: Clock;
}

/** A role that names a user group instead of users is `unavailable` here. */
export function staticDirectory(options: StaticDirectoryOptions): Directory {
  const { onCall, people = {}, team, clock } = options;
  const personOf = (user: string): Person => {
    const name = Object.keys(people).find((key) => people[key]?.includes(user) === true) ?? user;
    return {
      principal: { team, user },
      name,
      personId: name,
      ...{ guest: false, deactivated: false, bot: false },
    };
  };
  return {
    onCall: (role): Promise<DirectoryAnswer> => {
      const askedAt = isoTime(clock.now());
      const users = Object.hasOwn(onCall, role) ? onCall[role]?.users : undefined;
      if (users === undefined) {
        const why = `soc.yaml lists no users for "${role}", and nothing that knows user groups is configured`;
        return Promise.resolve({ kind: "unavailable", group: role, askedAt, why });
      }
      const members = users.map(personOf);
      return Promise.resolve({ kind: "members", group: `soc.yaml:${role}`, askedAt, members });
    },
  };
}
