/** Sanctioned activities as a role is shown them: each with what it covers, so that "almost sanctioned" is seen as not. */
import type { Inventory } from "../inventory.ts";

type Asked = Parameters<Inventory["activities"]>[0];

export interface Sanctioned {
  /** Only when host, user and time are all covered by one activity. */
  readonly sanctioned: boolean;
  readonly activities: readonly object[];
}

/** @param by which of the two must be named by the activity for it to be listed at all */
export function sanctionedFor(
  inventory: Inventory,
  asked: Asked,
  by: "coversHost" | "coversUser",
): Sanctioned {
  const activities = inventory.activities(asked).filter((each) => each[by]);
  return {
    sanctioned: activities.some((each) => each.coversHost && each.coversUser && each.coversTime),
    activities: activities.slice(0, 10).map(({ activity, coversHost, coversUser, coversTime }) => ({
      ...activity,
      covers: {
        host: asked.host === undefined ? "not asked" : coversHost,
        user: asked.user === undefined ? "not asked" : coversUser,
        time: asked.time === undefined ? "not asked" : coversTime,
      },
    })),
  };
}
