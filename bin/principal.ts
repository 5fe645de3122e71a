import { HatrackError } from "../src/errors.ts";
import type { Principal } from "../src/events/vocabulary.ts";
import { textOption, type Values } from "./command.ts";

/** Whom --as names. @throws HatrackError `usage` */
export function principalOf(values: Values): Principal {
  const [team, user, more] = (textOption(values, "as") ?? "").split("/");
  if (team && user && more === undefined) return { team, user };
  throw new HatrackError("usage", "expected --as TEAM/USER, such as --as T0NORTHWIND/U0MIA");
}
